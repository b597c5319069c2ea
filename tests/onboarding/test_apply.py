"""T4: plan → apply → verify; twice is once; cut anywhere and run again it converges."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.approvals.errors import ChangeNotFound, NothingChanges, OwnChange
from kernel.errors import Forbidden
from kernel.identity.accounts import person_id_of
from kernel.identity.actor import Actor
from kernel.identity.models import Membership, RoleGrant
from kernel.tenancy import tenants
from onboarding.manifests.errors import SignatureMissing, SignatureWrong
from onboarding.manifests.service import read_city
from onboarding.provisioning import queries
from onboarding.provisioning.errors import CodeTaken, RunNotFound, RunOpen, SecondPersonNeeded
from onboarding.provisioning.policy import changed
from onboarding.provisioning.ports import Places
from onboarding.provisioning.service import approve_and_run, plan_city, propose_city, run_to_end, verify_city
from tests.database import TestDatabase
from tests.onboarding.conftest import Manifest
from tests.onboarding.rows import rows_of_city
from tests.people import person

Make = Callable[..., Manifest]
REASON = "该市申请入驻，材料齐全。"


class Killed(BaseException):
    """The process ends here."""


def test_a_city_joins_and_equals_its_manifest(
    manifest: Make, places: Places, maker: Actor, checker: Actor
) -> None:
    given = manifest(subs=2)
    change = propose_city(places, maker, given.body, given.signature, REASON)
    outcome = approve_and_run(places, change, checker)
    assert outcome.written > 0
    assert list(outcome.differences) == []
    assert verify_city(places, read_city(given.body)) == []


def test_a_second_plan_is_empty_and_can_not_be_proposed(
    manifest: Make, places: Places, maker: Actor, checker: Actor
) -> None:
    given = manifest()
    approve_and_run(places, propose_city(places, maker, given.body, given.signature, REASON), checker)
    assert changed(plan_city(places, read_city(given.body))) == []
    with pytest.raises(NothingChanges):
        propose_city(places, maker, given.body, given.signature, REASON)


def test_a_plan_writes_nothing(manifest: Make, places: Places, database: TestDatabase) -> None:
    given = manifest()
    lines = plan_city(places, read_city(given.body))
    assert {line.action.value for line in lines} == {"create"}
    assert rows_of_city(database, given.code) == {}


def test_a_changed_manifest_changes_what_differs_and_no_more(
    manifest: Make, places: Places, maker: Actor, checker: Actor
) -> None:
    given = manifest(subs=0, twin=False)
    approve_and_run(places, propose_city(places, maker, given.body, given.signature, REASON), checker)
    later = given.altered("综合部", "综合管理部").altered(
        "name: 甲二, title: 安全管理员, roles", "name: 甲三, title: 安全岗, roles"
    )
    lines = changed(plan_city(places, read_city(later.body)))
    assert [(line.action.value, line.label_zh[:2]) for line in lines] == [
        ("alter", "省级"),
        ("alter", "机构"),
        ("alter", "人员"),
    ]
    outcome = approve_and_run(
        places, propose_city(places, maker, later.body, later.signature, REASON), checker
    )
    assert list(outcome.differences) == []
    assert outcome.written == 3


def test_a_person_who_is_left_out_loses_post_and_grants(
    manifest: Make, places: Places, maker: Actor, checker: Actor, database: TestDatabase
) -> None:
    given = manifest(subs=0, twin=False)
    approve_and_run(places, propose_city(places, maker, given.body, given.signature, REASON), checker)
    start = given.body.index(b"  - {user: city%d.security" % given.number)
    later = Manifest(given.number, given.body[:start] + given.body[given.body.index(b"budget:") :])
    security = person_id_of(f"city{given.number}.security")
    assert [line.action.value for line in changed(plan_city(places, read_city(later.body)))] == [
        "alter",
        "remove",
    ]
    outcome = approve_and_run(
        places, propose_city(places, maker, later.body, later.signature, REASON), checker
    )
    assert list(outcome.differences) == []
    with places.inside(_tenant(database, given.code), read_only=True) as session:
        post = session.scalars(select(Membership).where(Membership.person_id == security)).one()
        live = select(RoleGrant).where(RoleGrant.person_id == security, RoleGrant.revoked_at.is_(None))
        assert post.state == "disabled"
        assert session.scalars(live).all() == []


def _tenant(database: TestDatabase, code: str) -> UUID:
    found = tenants.by_code(database.door(), code)
    assert found is not None
    return found.id


@pytest.mark.parametrize("moment", ["before", "done, not noted"])
def test_killed_at_any_step_and_applied_again_it_converges(
    manifest: Make, places: Places, maker: Actor, checker: Actor, database: TestDatabase, moment: str
) -> None:
    whole = manifest(subs=1)
    approve_and_run(places, propose_city(places, maker, whole.body, whole.signature, REASON), checker)
    expected = rows_of_city(database, whole.code)

    cut = manifest(subs=1)
    change = propose_city(places, maker, cut.body, cut.signature, REASON)
    seen: set[str] = set()

    def kill(where: str) -> None:
        if where.endswith(moment) and where not in seen:
            seen.add(where)
            raise Killed

    with pytest.raises(Killed):
        approve_and_run(places, change, checker, kill)
    with places.inside(places.province_id, read_only=True) as session:
        run = queries.open_run(session, cut.code)
        assert run is not None
        run_id = run.id
    for _ in range(1000):
        try:
            outcome = run_to_end(places, run_id, kill)
            break
        except Killed:
            continue
    assert len(seen) > 15
    assert list(outcome.differences) == []
    assert rows_of_city(database, cut.code) == expected


def test_without_a_second_person_nothing_is_carried_out(
    manifest: Make, places: Places, maker: Actor, database: TestDatabase
) -> None:
    given = manifest()
    change = propose_city(places, maker, given.body, given.signature, REASON)
    with pytest.raises(SecondPersonNeeded):
        approve_and_run(places, change, None)
    with pytest.raises(OwnChange):
        approve_and_run(places, change, maker)
    assert rows_of_city(database, given.code) == {}


def test_only_who_may_can_propose_or_approve(
    manifest: Make, places: Places, maker: Actor, database: TestDatabase
) -> None:
    given = manifest()
    stranger = person(database, database.province_id, "运维甲", "province_operator")
    with pytest.raises(Forbidden):
        propose_city(places, stranger, given.body, given.signature, REASON)
    change = propose_city(places, maker, given.body, given.signature, REASON)
    with pytest.raises(ChangeNotFound):
        approve_and_run(places, change, stranger)


def test_a_run_exists_only_by_approval(places: Places) -> None:
    with pytest.raises(RunNotFound):
        run_to_end(places, places.province_id)


def test_a_manifest_needs_the_centres_signature_over_its_very_bytes(
    manifest: Make, places: Places, maker: Actor
) -> None:
    given = manifest()
    with pytest.raises(SignatureMissing):
        propose_city(places, maker, given.body, None, REASON)
    with pytest.raises(SignatureWrong):
        propose_city(places, maker, given.body + b"\n", given.signature, REASON)


def test_a_second_manifest_waits_for_the_open_run(
    manifest: Make, places: Places, maker: Actor, checker: Actor
) -> None:
    given = manifest(subs=0, twin=False)

    def kill(where: str) -> None:
        if "staff" in where:
            raise Killed

    with pytest.raises(Killed):
        approve_and_run(
            places, propose_city(places, maker, given.body, given.signature, REASON), checker, kill
        )
    later = given.altered("综合部", "综合管理部")
    with pytest.raises(RunOpen):
        propose_city(places, maker, later.body, later.signature, REASON)


def test_a_code_of_another_city_is_refused(
    manifest: Make, places: Places, maker: Actor, checker: Actor
) -> None:
    first, second = manifest(), manifest()
    approve_and_run(places, propose_city(places, maker, first.body, first.signature, REASON), checker)
    stolen = second.altered(f"C{second.number:02d}201", f"C{first.number:02d}201")
    with pytest.raises(CodeTaken):
        propose_city(places, maker, stolen.body, stolen.signature, REASON)


def test_a_city_with_five_sub_centres_is_timed(
    manifest: Make, places: Places, maker: Actor, checker: Actor, capsys: pytest.CaptureFixture[str]
) -> None:
    given = manifest(subs=5)
    change = propose_city(places, maker, given.body, given.signature, REASON)
    started = time.perf_counter()
    outcome = approve_and_run(places, change, checker)
    took = time.perf_counter() - started
    with capsys.disabled():
        print(f"\na city with 5 sub-centres and twins: {took:.2f} s, {outcome.written} rows (goal 5 s)")
    assert took < 50
    assert list(outcome.differences) == []
