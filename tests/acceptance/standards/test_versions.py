"""Versions in rows: inherited down the line, published by two people of the province, never changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import text, update

from acceptance.standards import errors, policy, queries, service
from acceptance.standards.models import AcceptanceStandard
from acceptance.standards.seed import FIRST_DAY, seed_standard
from kernel.approvals import service as approvals
from kernel.approvals.errors import OwnChange, PayloadBroken
from kernel.calendar import clock
from kernel.errors import Forbidden, Invalid
from kernel.identity.actor import Actor
from tests.acceptance.conftest import Site
from tests.people import person

MOVED = {"A01.1": {"points": "2"}, "A01.3": {"points": "0.5"}}


@pytest.fixture(scope="module")
def maker(site: Site) -> Actor:
    return person(site.database, site.database.province_id, "周制定", "province_officer")


@pytest.fixture(scope="module")
def checker(site: Site) -> Actor:
    return person(site.database, site.database.province_id, "郑复核", "province_officer")


@pytest.fixture(autouse=True)
def _no_draft_is_left(site: Site) -> Iterator[None]:
    yield
    with site.inside() as session:
        if queries.draft(session) is not None:
            service.discard(session)


def later(site: Site, days: int = 30) -> date:
    """A day after every version that there is."""
    with site.inside(read_only=True) as session:
        newest = max(v.effective_on for v in session.scalars(queries.versions(session)))
    return max(newest, clock.today()) + timedelta(days=days)


def draft(site: Site, maker: Actor) -> None:
    for key, values in MOVED.items():
        with site.inside() as session:
            service.edit_check(session, maker, key, values)


def test_it_is_seeded_once(site: Site) -> None:
    with site.inside(read_only=True) as session:
        assert not seed_standard(session)
        first = session.scalars(queries.versions(session).order_by(AcceptanceStandard.number)).first()
        assert (first.number, first.effective_on, first.origin) == (1, FIRST_DAY, "seed")


def test_a_centre_reads_the_provinces_version_down_the_line(site: Site) -> None:
    centre = site.centre("C95101", channels=False)
    below = site.database.open_centre("C95102", "示例油田分中心", parent=centre)
    with site.inside(below, read_only=True) as session:
        found = queries.standard_in_force(session)
        assert (len(found.items), len(found.checks), len(found.vetoes)) == (25, 110, 9)
        assert sum(item.points for item in found.items) == 100
        assert found.check("F23.1").indicator == "satisfaction"
        assert found.check_of_indicator("satisfaction").key == "F23.1"
        with pytest.raises(errors.CheckNotFound):
            found.check("F23.9")


def test_a_version_that_a_centre_would_write_for_itself_counts_for_nobody(site: Site) -> None:
    centre = site.centre("C95103", channels=False)
    with site.inside(centre) as session:
        session.add(AcceptanceStandard(number=99, name_zh="自定", effective_on=FIRST_DAY, origin="seed"))
        session.audit("test.seeded", "acceptance_standard", "99", "测试")
    with site.inside(centre, read_only=True) as session:
        assert queries.newest(session).number < 99
        assert queries.in_force(session).tenant_id == site.database.province_id


def test_before_the_first_version_there_is_none(site: Site) -> None:
    with site.inside(read_only=True) as session, pytest.raises(errors.StandardNotFound):
        queries.in_force(session, FIRST_DAY - timedelta(days=1))


def test_two_people_publish_a_version_and_the_older_one_stays(
    site: Site, maker: Actor, checker: Actor
) -> None:
    draft(site, maker)
    day = later(site)
    with site.inside() as session:
        before = queries.newest(session).number
        change = service.propose(session, maker, day, "调整知识库分值")
        change_id, seen = change.id, change.content_hash
        words = [(line["label"], line["before"], line["after"]) for line in change.difference["lines"]]
    assert ("A01.1 分值", "1.5", "2") in words
    with site.inside() as session, pytest.raises(OwnChange):
        approvals.approve(session, maker, change_id, seen)
    with site.inside() as session:
        approvals.approve(session, checker, change_id, seen)
    with site.inside(read_only=True) as session:
        new = queries.newest(session)
        assert (new.number, new.effective_on, new.change_id) == (before + 1, day, change_id)
        assert queries.whole(session, new).check("A01.1").points == 2
        assert queries.standard_in_force(session).version.number == before
        assert queries.in_force(session, day).number == before + 1
        assert queries.draft(session) is None


def test_a_published_version_can_neither_be_changed_nor_deleted(site: Site) -> None:
    for statement in (
        update(AcceptanceStandard).values(name_zh="改"),
        text("delete from standard_check"),
        text("update standard_item set points = 0"),
    ):
        with pytest.raises(Exception, match="permission denied"), site.inside() as session:
            session.execute(statement)


def test_a_centre_writes_no_standard(site: Site) -> None:
    centre = site.centre("C95104", channels=False)
    admin = person(site.database, centre, "孙管理", "centre_admin")
    with site.inside(centre) as session, pytest.raises(errors.ProvinceOnly):
        service.edit_check(session, admin, "A01.1", {"points": "2"})
    with site.inside(centre) as session, pytest.raises(Forbidden):
        payload = {"based_on": 1, "effective_on": "2030-01-01", "edits": MOVED}
        approvals.propose(session, admin, service.NEW_VERSION.code, payload, "试试")


def test_an_edit_that_goes_back_to_the_version_leaves_the_draft(site: Site, maker: Actor) -> None:
    with site.inside() as session:
        check = queries.whole(session, queries.newest(session)).check("C12.1")
        kept = {"points": policy.plain(check.points), "check_zh": check.check_zh}
        service.edit_check(session, maker, "C12.1", kept | {"points": "3"})
    with site.inside() as session:
        assert queries.open_draft(session).edits == {"C12.1": {"points": "3"}}
        service.edit_check(session, maker, "C12.1", kept)
    with site.inside(read_only=True) as session:
        assert queries.open_draft(session).edits == {}


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"based_on": 0}, errors.BaseMoved),
        ({"effective_on": "2020-01-01"}, Invalid),
        ({"edits": {"A01.1": {"points": "9"}}}, Invalid),
        ({"edits": {"A01.1": {"points": "x"}}}, PayloadBroken),
        ({"edits": []}, PayloadBroken),
        ({"effective_on": "morgen"}, PayloadBroken),
    ],
)
def test_what_cannot_become_a_version_is_refused(
    site: Site, maker: Actor, change: dict[str, object], refusal: type[Exception]
) -> None:
    with site.inside() as session, pytest.raises(refusal):
        payload = {
            "based_on": queries.newest(session).number,
            "effective_on": later(site).isoformat(),
            "edits": MOVED,
        }
        approvals.propose(session, maker, service.NEW_VERSION.code, payload | change, "试试")
