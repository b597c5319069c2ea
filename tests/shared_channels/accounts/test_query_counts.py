"""Lists ask the database as often for many rows as for one."""

from __future__ import annotations

from shared_channels.accounts import queries
from shared_channels.accounts.events import AccountBound
from shared_channels.accounts.service import binding, sessions
from tests.database import TestDatabase
from tests.shared_channels.accounts.conftest import Centre
from tests.shared_channels.accounts.phone import phone_of
from tests.shared_channels.accounts.world import Codes, province
from tests.tenants.catalogue.site import statements


def test_devices_and_centres_cost_the_same_however_many(
    database: TestDatabase, codes: Codes, city: Centre, town: Centre, island: Centre
) -> None:
    phone = phone_of(database, codes, city.code)
    phone.register()
    key = phone.browser.get_cookie("gjj_citizen").value
    with province(database) as session:
        me = queries.signed_in(session, key)
    assert me is not None
    _bind(database, me.account_id, [town.id])
    before = [_count(database, lambda path=path: phone.get(path)) for path in ("devices", "mine")]
    with province(database) as session:
        for _ in range(5):
            sessions.begin(session, me.account_id)
        session.audit("test.log_ins", "account", me.account_id, "测试多处登录")
    _bind(database, me.account_id, [island.id] * 4)
    page = phone.get("devices").text
    assert page.count("最近使用") == 6
    after = [_count(database, lambda path=path: phone.get(path)) for path in ("devices", "mine")]
    assert after == before
    assert max(after) <= 12


def _bind(database: TestDatabase, account_id: object, centres: list[object]) -> None:
    from kernel.db.ids import uuid7

    with province(database) as session:
        for centre_id in centres:
            binding.note_place(
                session, AccountBound(session.tenant_id, centre_id, uuid7(), account_id, "depositor")
            )


def _count(database: TestDatabase, ask: object) -> int:
    """Statements of one page, the entering of transactions left out."""
    ask()  # type: ignore[operator]
    with statements(database) as seen:
        ask()  # type: ignore[operator]
    return len(seen)
