"""The ledger: every event counts once, a day is the sum of its rows, and a row that is gone is seen."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from acceptance.facts import policy, queries, service
from acceptance.facts.errors import DimensionUnknown, KindUnknown
from acceptance.facts.models import DailyFact, FactCorrection, FactEvent
from acceptance.facts.service import Fact, record, record_many
from kernel.db.ids import uuid7
from kernel.db.roles import DbRole
from tests.acceptance.conftest import Site

DAY = date(2026, 11, 3)
Cells = dict[tuple[date, str, str, str], int]


@pytest.fixture(scope="module")
def centre(site: Site) -> UUID:
    return site.centre("C95201", channels=False)


def cells(site: Site, tenant: UUID) -> Cells:
    with site.inside(tenant, read_only=True) as session:
        rows = session.scalars(select(DailyFact).where(DailyFact.origin == "event"))
        return {(r.day, r.measure, r.channel, r.dims): r.value for r in rows if r.value}


def ledger(site: Site, tenant: UUID) -> Cells:
    with site.inside(tenant, read_only=True) as session:
        rows = session.execute(
            select(
                FactEvent.day, FactEvent.kind, FactEvent.channel, FactEvent.dims, func.sum(FactEvent.n)
            ).group_by(FactEvent.day, FactEvent.kind, FactEvent.channel, FactEvent.dims)
        )
        return {(r[0], r[1], r[2], r[3]): int(r[4]) for r in rows if r[4]}


def test_an_event_counts_once_however_often_it_comes(site: Site, centre: UUID) -> None:
    event = uuid7()
    for turn in range(3):
        with site.inside(centre) as session:
            new = record(session, "case.submitted", DAY, 1, {"channel": "app", "item": "W01"}, event)
        assert new == (turn == 0)
    assert cells(site, centre)[DAY, "case.submitted", "app", "item=W01"] == 1


def test_one_event_feeds_several_kinds(site: Site, centre: UUID) -> None:
    event = uuid7()
    with site.inside(centre) as session:
        assert record(session, "case.decided", DAY, 1, {"channel": "app"}, event)
        assert record(session, "case.decided_on_time", DAY, 1, {"channel": "app"}, event)


def test_a_batch_counts_its_duplicates_once(site: Site, centre: UUID) -> None:
    event = uuid7()
    facts = [Fact("sms.delivered", DAY, 40, {"category": "otp"}, event)] * 3
    with site.inside(centre) as session:
        assert record_many(session, facts) == 1
        assert record_many(session, []) == 0
    assert cells(site, centre)[DAY, "sms.delivered", "", "category=otp"] == 40


@pytest.mark.parametrize(
    ("kind", "n", "dims", "refusal"),
    [
        ("case.invented", 1, {}, KindUnknown),
        ("case.submitted", 1, {"person": "1"}, DimensionUnknown),
        ("case.submitted", 1, {"item": "W01;item=W02"}, DimensionUnknown),
        ("case.submitted", -1, {}, ValueError),
    ],
)
def test_what_the_registry_does_not_know_is_not_counted(
    site: Site, centre: UUID, kind: str, n: int, dims: dict[str, str], refusal: type[Exception]
) -> None:
    with site.inside(centre, read_only=True) as session, pytest.raises(refusal):
        record(session, kind, DAY, n, dims)


def test_the_app_can_neither_change_nor_delete_a_row_of_the_ledger(site: Site, centre: UUID) -> None:
    for statement in ("delete from fact_event", "update fact_event set n = 0", "delete from fact_correction"):
        with pytest.raises(Exception, match="permission denied"), site.inside(centre) as session:
            session.execute(text(statement))


def test_another_centre_sees_no_row_and_writes_none(site: Site) -> None:
    mine, other = site.centre("C95208", channels=False), site.centre("C95209", channels=False)
    with site.inside(mine) as session:
        record(session, "visits", DAY, 1, {"channel": "app"}, uuid7())
    with site.inside(other, read_only=True) as session:
        for table in ("fact_event", "daily_fact", "fact_correction", "standard_draft", "centre_indicator"):
            assert session.execute(text(f"select count(*) from {table}")).scalar_one() == 0, table
    with pytest.raises(Exception, match="row-level security"), site.inside(other) as session:
        session.execute(
            text(
                "insert into fact_event (tenant_id, id, day, kind, channel, dims, n, recorded_at)"
                f" values ('{mine}', uuidv7(), '{DAY}', 'visits', 'app', '', 1, now())"
            )
        )


def test_the_provinces_reader_sees_no_row_of_the_ledger(site: Site) -> None:
    scope = site.database.scope(site.database.province_id, DbRole.PROVINCE_READER)
    for table in ("fact_event", "daily_fact", "fact_correction"):
        with (
            pytest.raises(Exception, match="permission denied"),
            site.database.door().tenant_tx(scope, read_only=True) as session,
        ):
            session.execute(text(f"select count(*) from {table}"))


KINDS = ("case.submitted", "case.decided", "sms.delivered")
DIMS = {
    "case.submitted": st.fixed_dictionaries({"channel": st.sampled_from(["app", "hall"])}),
    "case.decided": st.fixed_dictionaries(
        {"channel": st.sampled_from(["app", ""]), "business": st.sampled_from(["提取", "贷款"])}
    ),
    "sms.delivered": st.fixed_dictionaries({"category": st.sampled_from(["otp", "notice"])}),
}


@st.composite
def one_fact(draw: st.DrawFn) -> Fact:
    kind = draw(st.sampled_from(KINDS))
    day = DAY + timedelta(days=draw(st.integers(0, 2)))
    return Fact(kind, day, draw(st.integers(0, 5)), draw(DIMS[kind]), uuid7())


@st.composite
def deliveries(draw: st.DrawFn) -> list[list[Fact]]:
    """Events in any order, some of them more than once, cut into transactions anywhere."""
    facts = draw(st.lists(one_fact(), min_size=1, max_size=12))
    again = draw(st.lists(st.sampled_from(facts), max_size=6))
    order = draw(st.permutations(facts + again))
    cuts = sorted(draw(st.sets(st.integers(1, len(order)), max_size=4)))
    ends = [*cuts, len(order)]
    return [order[a:b] for a, b in zip([0, *cuts], ends, strict=True) if a < b]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deliveries())
def test_rebuilding_gives_what_counting_gave(site: Site, batches: list[list[Fact]]) -> None:
    tenant = site.centre("C95202", channels=False)
    for batch in batches:
        with site.inside(tenant) as session:
            record_many(session, batch)
    counted, expected = cells(site, tenant), ledger(site, tenant)
    wanted: Cells = {}
    for fact in {f.source_event_id: f for batch in batches for f in batch}.values():
        channel, dims = policy.canonical(policy.kind_of(fact.kind), fact.dims)
        key = (fact.day, fact.kind, channel, dims)
        wanted[key] = wanted.get(key, 0) + fact.n
    assert counted == expected == {k: v for k, v in wanted.items() if v}
    with site.inside(tenant) as session:
        for offset in range(3):
            assert service.recompute(session, DAY + timedelta(days=offset)) == []
    assert cells(site, tenant) == counted


def test_roll_ups_that_are_lost_come_back_from_the_ledger(site: Site) -> None:
    tenant = site.centre("C95203", channels=False)
    with site.inside(tenant) as session:
        record_many(
            session, [Fact("case.submitted", DAY, 2, {"channel": c}, uuid7()) for c in ("app", "hall")]
        )
    counted = cells(site, tenant)
    with site.inside(tenant) as session:
        session.execute(text("delete from daily_fact"))
        session.execute(
            text(
                "insert into daily_fact (tenant_id, id, day, measure, channel, dims, value, origin)"
                f" values ('{tenant}', uuidv7(), '{DAY}', 'case.decided', 'app', '', 7, 'event')"
            )
        )
    with site.inside(tenant) as session:
        found = service.recompute_days(session, DAY, DAY)
        assert {(c.measure, c.before, c.after) for c in found} == {
            ("case.submitted", 0, 2),
            ("case.decided", 7, 0),
        }
    assert cells(site, tenant) == counted


def test_a_row_that_was_deleted_changes_the_number_and_is_told(site: Site) -> None:
    tenant = site.centre("C95204", channels=False)
    with site.inside(tenant) as session:
        for _ in range(3):
            record(session, "case.rated.satisfied", DAY, 1, {"channel": "app"}, uuid7())
    _delete_one(site, tenant)
    with site.inside(tenant, read_only=True) as session:
        assert [int(r.n) for r in queries.ledger_sums(session, DAY)] == [2]
    assert cells(site, tenant)[DAY, "case.rated.satisfied", "app", ""] == 3
    with site.inside(tenant) as session:
        service.recompute_days(session, DAY, DAY)
    assert cells(site, tenant)[DAY, "case.rated.satisfied", "app", ""] == 2
    with site.inside(tenant, read_only=True) as session:
        told = session.scalars(select(FactCorrection)).one()
        assert (told.before, told.after, told.ledger_rows) == (3, 2, 2)


def test_a_rebuilding_without_a_difference_writes_nothing(site: Site, centre: UUID) -> None:
    with site.inside(centre) as session:
        assert service.recompute_days(session, DAY, DAY + timedelta(days=2)) == []
        assert session.record is None


def test_synthetic_and_reported_cells_are_left_alone(site: Site) -> None:
    tenant = site.centre("C95205", channels=False)
    with site.inside(tenant) as session:
        for origin in ("synthetic", "reported"):
            session.add(DailyFact(day=DAY, measure="visits", channel="app", value=9, origin=origin))
    with site.inside(tenant) as session:
        record(session, "visits", DAY, 1, {"channel": "app"}, uuid7())
        assert service.recompute(session, DAY) == []
    with site.inside(tenant, read_only=True) as session:
        values = session.execute(select(DailyFact.origin, DailyFact.value).order_by(DailyFact.origin)).all()
        assert [tuple(v) for v in values] == [("event", 1), ("reported", 9), ("synthetic", 9)]


def test_two_days_of_one_kind_are_two_cells(site: Site) -> None:
    tenant = site.centre("C95206", channels=False)
    with site.inside(tenant) as session:
        record_many(session, [Fact("visits", DAY + timedelta(days=n), n + 1, {}, uuid7()) for n in range(2)])
    assert sorted(cells(site, tenant).values()) == [1, 2]


def test_gauges_are_not_handed_up(site: Site) -> None:
    tenant = site.centre("C95207", channels=False)
    with site.inside(tenant) as session:
        record(session, "catalogue.items_public", DAY, 59)
        record(session, "visits", DAY, 3, {"channel": "app"})
        service.hand_up(session, site.database.province_id, DAY)
    site.deliver()
    with site.inside(read_only=True) as session:
        assert queries.cells_of(session, tenant, DAY.replace(day=1)) == {("visits", "app"): 3}


def _delete_one(site: Site, tenant: UUID) -> None:
    """As an administrator of the database might: the app has no right to."""
    with psycopg.connect(site.database.superuser_dsn) as connection:
        connection.execute(
            "delete from fact_event where id = (select id from fact_event where tenant_id = %s order by id limit 1)",
            (tenant,),
        )
