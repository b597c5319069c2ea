"""Start, stop, inherit, emergency: by item, channel and time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from kernel.approvals import service as approvals
from kernel.approvals.kinds import kind_of
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.db.roles import DbRole
from kernel.errors import Forbidden, Invalid
from kernel.identity.actor import Actor
from tenants.channels import errors, jobs, policy, ports, queries, service
from tenants.channels.ports import OfferedItem
from tenants.channels.seed import seed_channels
from tests.database import TestDatabase
from tests.people import person

ITEMS = {
    "W02": OfferedItem("W02", "租房提取", frozenset({"hall", "app", "wechat"})),
    "Q01": OfferedItem("Q01", "账户查询", frozenset({"hall"})),
}


@pytest.fixture(autouse=True)
def items() -> Iterator[None]:
    before = list(ports._source)
    ports.use(lambda session: ITEMS)
    yield
    ports._source[:] = before


class Centre:
    """A centre with a sub-centre, an editor and an approver each."""

    def __init__(self, database: TestDatabase, code: int) -> None:
        self.database = database
        self.id = database.open_centre(f"C{code}0")
        self.sub = database.open_centre(f"C{code}1", "示例油田分中心", parent=self.id)
        self.seed(self.id, {"hall": True, "app": True, "hotline": True, "wechat": False})
        self.people = {
            t: (
                person(database, t, "李编辑", "centre_editor"),
                person(database, t, "王审核", "centre_approver"),
            )
            for t in (self.id, self.sub)
        }

    def seed(self, tenant: UUID, channels: Mapping[str, Any]) -> None:
        with self.database.door().tenant_tx(self.database.scope(tenant)) as session:
            seed_channels(session, channels)
            session.audit("test.seeded", "channel", "*", "测试")

    def change(self, kind: str, payload: dict[str, Any], tenant: UUID | None = None) -> None:
        where = tenant or self.id
        maker, checker = self.people[where]
        with self.database.door().tenant_tx(self.database.scope(where)) as session:
            change = approvals.propose(session, maker, kind, payload, "业务需要")
            change_id, seen = change.id, change.content_hash
        with self.database.door().tenant_tx(self.database.scope(where)) as session:
            approvals.approve(session, checker, change_id, seen)

    def open(self, item: str, channel: str, tenant: UUID | None = None, role: DbRole = DbRole.APP) -> bool:
        scope = self.database.scope(tenant or self.id, role)
        with self.database.door().tenant_tx(scope, read_only=True) as session:
            return queries.openness(session).open(item, channel)


@pytest.fixture
def centre(database: TestDatabase, request: pytest.FixtureRequest) -> Centre:
    numbers = request.config.stash.setdefault(_NUMBERS, [9300])
    numbers[0] += 1
    return Centre(database, numbers[0])


_NUMBERS = pytest.StashKey[list[int]]()


class TestSwitching:
    def test_a_stopped_channel_closes_its_items_for_the_sub_centre_and_the_public(
        self, centre: Centre
    ) -> None:
        assert centre.open("W02", "app", centre.sub)
        end = (clock.now() + timedelta(hours=2)).isoformat()
        centre.change("channels.switch_channel", {"channel": "app", "open": False, "end": end})
        assert not centre.open("W02", "app")
        assert not centre.open("W02", "app", centre.sub)
        assert not centre.open("W02", "app", centre.sub, DbRole.CITIZEN)
        assert centre.open("W02", "hall")

    def test_an_item_closes_on_one_channel_only(self, centre: Centre) -> None:
        centre.change("channels.switch_item", {"channel": "app", "item_code": "W02", "open": False})
        assert not centre.open("W02", "app")
        assert centre.open("W02", "hall")

    def test_a_sub_centre_closes_for_itself_only(self, centre: Centre) -> None:
        centre.change(
            "channels.switch_item", {"channel": "app", "item_code": "W02", "open": False}, centre.sub
        )
        assert not centre.open("W02", "app", centre.sub)
        assert centre.open("W02", "app")

    def test_a_stop_with_an_end_is_over_by_itself(self, centre: Centre) -> None:
        end = clock.now() + timedelta(minutes=10)
        centre.change("channels.switch_channel", {"channel": "app", "open": False, "end": end.isoformat()})
        with centre.database.door().tenant_tx(centre.database.scope(centre.id), read_only=True) as session:
            assert not queries.openness(session).open("W02", "app")
            assert queries.openness(session, end + timedelta(seconds=1)).open("W02", "app")

    def test_a_future_start_is_not_yet_in_force(self, centre: Centre) -> None:
        start = clock.now() + timedelta(hours=1)
        centre.change(
            "channels.switch_channel", {"channel": "wechat", "open": True, "start": start.isoformat()}
        )
        assert not centre.open("W02", "wechat")
        with centre.database.door().tenant_tx(centre.database.scope(centre.id), read_only=True) as session:
            assert queries.openness(session, start + timedelta(seconds=1)).open("W02", "wechat")

    def test_the_number_of_statements_does_not_grow_with_items(self, centre: Centre) -> None:
        for item in ("W02", "Q01"):
            centre.change("channels.switch_item", {"channel": "hall", "item_code": item, "open": False})
        with centre.database.door().tenant_tx(centre.database.scope(centre.id), read_only=True) as session:
            seen: list[int] = []
            original = session.scalars
            session.scalars = lambda *a, **k: (seen.append(1), original(*a, **k))[1]  # type: ignore[method-assign]
            queries.openness(session)
            assert len(seen) == 3


class TestRefusals:
    def _describe(
        self, centre: Centre, kind: str, payload: dict[str, Any], tenant: UUID | None = None
    ) -> Any:
        with centre.database.door().tenant_tx(
            centre.database.scope(tenant or centre.id), read_only=True
        ) as session:
            return kind_of(kind).describe(session, payload)

    def test_the_hotline_is_never_taken_away(self, centre: Centre) -> None:
        with pytest.raises(errors.HotlineStays):
            self._describe(
                centre,
                "channels.switch_channel",
                {"channel": "hotline", "open": False, "consent_zh": "省厅同意"},
            )

    def test_a_widely_used_channel_needs_an_end_or_the_provinces_consent(self, centre: Centre) -> None:
        with pytest.raises(errors.WidelyUsed):
            self._describe(centre, "channels.switch_channel", {"channel": "app", "open": False})
        payload = {"channel": "app", "open": False, "consent_zh": "省厅同意函 2026-11-20"}
        assert self._describe(centre, "channels.switch_channel", payload).lines

    def test_an_item_that_is_not_offered_cannot_be_opened(self, centre: Centre) -> None:
        with pytest.raises(errors.NotOffered):
            self._describe(
                centre, "channels.switch_item", {"channel": "wechat", "item_code": "Q01", "open": True}
            )

    def test_a_sub_centre_cannot_open_what_its_city_closed(self, centre: Centre) -> None:
        centre.seed(centre.sub, {"wechat": False})
        with pytest.raises(errors.CityHasItClosed):
            self._describe(centre, "channels.switch_channel", {"channel": "wechat", "open": True}, centre.sub)

    def test_a_start_in_the_past_is_refused(self, centre: Centre) -> None:
        past = (clock.now() - timedelta(days=1)).isoformat()
        with pytest.raises(errors.NotBefore):
            self._describe(
                centre, "channels.switch_channel", {"channel": "wechat", "open": True, "start": past}
            )

    def test_parameters_that_contradict_each_other_are_named(self, centre: Centre) -> None:
        wrong = {"single_min_fen": 500, "single_max_fen": 100, "open_from": "17:00", "open_to": "09:00"}
        with pytest.raises(Invalid) as refused:
            self._describe(centre, "channels.parameters", {"channel": "hall", "parameters": wrong})
        assert set(refused.value.fields) == {"single_max_fen", "open_to"}


class TestParameters:
    def test_new_parameters_are_in_force_after_approval(self, centre: Centre) -> None:
        wanted = policy.Parameters.of({"open_from": "08:30", "open_to": "17:30", "day_max_fen": 5_000_000})
        centre.change("channels.parameters", {"channel": "hall", "parameters": wanted.stored()})
        with centre.database.door().tenant_tx(centre.database.scope(centre.id), read_only=True) as session:
            assert queries.parameters_of(queries.channel(session, "hall")) == wanted
            assert [r.number for r in queries.history(session, "hall")] == [2, 1]


class TestEmergency:
    def _stop(self, centre: Centre, who: Actor) -> UUID:
        with centre.database.door().tenant_tx(centre.database.scope(centre.id)) as session:
            return service.declare_emergency_stop(session, who, "app", "系统异常").id

    @pytest.fixture
    def admin(self, centre: Centre) -> Actor:
        return person(centre.database, centre.id, "赵管理", "centre_admin", "centre_approver")

    def _end(self, session: TenantSession, stop: UUID) -> None:
        jobs.end_emergency_stop(session, {"stop_id": str(stop)})

    def test_one_person_stops_at_once_and_it_ends_by_itself(self, centre: Centre, admin: Actor) -> None:
        stop = self._stop(centre, admin)
        assert not centre.open("W02", "app")
        with centre.database.door().tenant_tx(centre.database.scope(centre.id)) as session:
            self._end(session, stop)
        assert centre.open("W02", "app")

    def test_it_ends_after_thirty_minutes_even_if_no_job_runs(self, centre: Centre, admin: Actor) -> None:
        self._stop(centre, admin)
        later = clock.now() + policy.EMERGENCY + timedelta(seconds=1)
        with centre.database.door().tenant_tx(centre.database.scope(centre.id), read_only=True) as session:
            assert queries.openness(session, later).open("W02", "app")

    def test_a_second_person_makes_it_last_and_only_an_approved_start_ends_it(
        self, centre: Centre, admin: Actor
    ) -> None:
        stop = self._stop(centre, admin)
        _, checker = centre.people[centre.id]
        with centre.database.door().tenant_tx(centre.database.scope(centre.id)) as session:
            service.confirm_emergency_stop(session, checker, stop)
        with centre.database.door().tenant_tx(centre.database.scope(centre.id)) as session:
            self._end(session, stop)
        assert not centre.open("W02", "app")
        centre.change("channels.switch_channel", {"channel": "app", "open": True})
        assert centre.open("W02", "app")

    def test_the_one_who_declared_cannot_confirm(self, centre: Centre, admin: Actor) -> None:
        stop = self._stop(centre, admin)
        with (
            pytest.raises(errors.OwnStop),
            centre.database.door().tenant_tx(centre.database.scope(centre.id)) as session,
        ):
            service.confirm_emergency_stop(session, admin, stop)

    def test_an_editor_cannot_declare(self, centre: Centre) -> None:
        with pytest.raises(Forbidden):
            self._stop(centre, centre.people[centre.id][0])
