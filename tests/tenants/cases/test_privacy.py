"""Whose rows are whose: an applicant meets the own cases only, decides nothing; no personal value lies in clear anywhere."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from kernel.storage.errors import FileNotFound
from tenants.cases import queries, service
from tenants.cases.errors import CaseNotFound
from tenants.cases.models import CaseCheck, CaseEvent, CaseMaterial, CaseRating, CaseSetting, ServiceCase
from tenants.core_system.adapters.demo_people import DEMO_PEOPLE
from tests.isolation.rows import tenant_tables
from tests.tenants.cases.world import World, open_world

REASON = "依据《住房公积金管理条例》第二十四条，您的租房合同已到期。"
EXPLANATION = "与朋友合租于示例路88号"
RATING = "柜台让我跑了两趟"


@pytest.fixture(scope="module")
def world(database: object) -> World:
    return open_world(database, "C99130")


def refused(world: World, statement: str, **values: object) -> str:
    """Send SQL as a signed-in applicant; the SQLSTATE, or how many rows it met."""
    party = world.party(DEMO_PEOPLE[1])
    try:
        with world.as_citizen(party) as session:
            result = session.connection().execute(text(statement), values)
            count = str(result.rowcount)
            session.rollback()
            return count
    except DBAPIError as error:
        return str(error.orig.sqlstate)


def test_an_applicant_reads_the_own_rows_only(world: World) -> None:
    mine, theirs = world.party(DEMO_PEOPLE[0]), world.party(DEMO_PEOPLE[1])
    case_id = world.decided(mine, "refuse", REASON)
    with world.as_citizen(mine) as session:
        service.rate(session, mine, case_id, "satisfied")
    tables = ("service_case", "case_event", "case_check", "case_rating")
    with world.as_citizen(mine, read_only=True) as session:
        seen: dict[str, int] = {
            t: session.connection().execute(text(f"select count(*) from {t}")).scalar_one() for t in tables
        }
    assert all(count > 0 for count in seen.values()), seen
    with world.as_citizen(theirs, read_only=True) as session:
        for table in (*tables, "case_material"):
            assert session.connection().execute(text(f"select count(*) from {table}")).scalar_one() == 0
        with pytest.raises(CaseNotFound):
            queries.own_case(session, theirs.account_id, case_id)
        assert queries.own_cases(session, theirs.account_id).rows == []
        assert queries.own_cases(session, mine.account_id).rows == []


def test_an_applicant_changes_nothing_of_others(world: World) -> None:
    mine, theirs = world.party(DEMO_PEOPLE[2]), world.party(DEMO_PEOPLE[3])
    case_id = world.draft(mine)
    verbs = (
        lambda s: service.save(s, theirs, case_id, {"amount_fen": 1}, 1),
        lambda s: service.submit(s, theirs, case_id),
        lambda s: service.withdraw(s, theirs, case_id),
        lambda s: service.rate(s, theirs, case_id, "satisfied"),
        lambda s: service.attach(s, theirs, case_id, case_id, "借款合同及还款明细"),
        lambda s: service.detach(s, theirs, case_id, case_id),
    )
    for verb in verbs:
        with pytest.raises(CaseNotFound), world.as_citizen(theirs) as session:
            verb(session)
    forged = world.party(DEMO_PEOPLE[3], account=mine.account_id)
    scope = world.as_citizen(theirs)  # the row security of the signed context counts, whatever the party says
    with pytest.raises(CaseNotFound), scope as session:
        service.withdraw(session, forged, case_id)
    with world.as_citizen(theirs) as session:
        assert session.execute(update(ServiceCase).values(item_name_zh="x")).rowcount == 0
        session.changed_nothing()


def test_an_applicant_decides_nothing_not_even_the_own_case(world: World) -> None:
    mine = world.party(DEMO_PEOPLE[4])
    case_id = world.in_review(mine)
    for values in (
        {"state": "approved"},
        {"state": "paid"},
        {"state": "in_review", "decision": "approved"},
        {"state": "withdrawn", "payout_state": "paid"},
    ):
        with pytest.raises(DBAPIError) as error, world.as_citizen(mine) as session:
            session.execute(update(ServiceCase).where(ServiceCase.id == case_id).values(**values))
        assert error.value.orig.sqlstate == "42501", values
    decided = world.decided(world.party(DEMO_PEOPLE[5]), "refuse", REASON)
    party = world.case(decided)
    with world.as_citizen(world.party(DEMO_PEOPLE[5], account=party.account_id)) as session:
        changed = update(ServiceCase).where(ServiceCase.id == decided).values(state="withdrawn")
        assert session.execute(changed).rowcount == 0
        session.changed_nothing()


@pytest.mark.parametrize("table", ["case_check", "case_setting", "core_link", "core_demo_entry", "org_unit"])
def test_an_applicant_writes_no_receipt_setting_or_core(world: World, table: str) -> None:
    assert refused(world, f"update {table} set id = id") == "42501"
    assert refused(world, f"delete from {table}") == "42501"


def test_ratings_and_steps_are_never_rewritten(world: World) -> None:
    for model in (CaseRating, CaseEvent, CaseCheck):
        with pytest.raises(DBAPIError) as error, world.as_staff() as session:
            session.execute(update(model).values(case_id=model.id))
        assert error.value.orig.sqlstate == "42501"
    assert refused(world, "update case_rating set grade = 'satisfied'") == "42501"
    assert refused(world, "delete from case_event") == "42501"


def test_steps_for_clerks_are_hidden_by_the_database(world: World) -> None:
    mine = world.party(DEMO_PEOPLE[6])
    case_id = world.in_review(mine)
    with world.as_staff(read_only=True) as session:
        every = session.scalars(select(CaseEvent.kind).where(CaseEvent.case_id == case_id)).all()
    with world.as_citizen(mine, read_only=True) as session:
        seen = session.scalars(select(CaseEvent.kind).where(CaseEvent.case_id == case_id)).all()
    assert set(every) - set(seen) == {"check_started"}


def test_a_file_of_somebody_else_is_no_material(world: World) -> None:
    mine, theirs = world.party(DEMO_PEOPLE[7], "app"), world.party(DEMO_PEOPLE[8], "app")
    case_id, other = world.draft(mine, "W03"), world.draft(theirs, "W03")
    file_id = world.handed_in(mine, case_id, "个人征信查询授权书")
    with pytest.raises(FileNotFound), world.as_citizen(theirs) as session:
        service.attach(session, theirs, other, file_id, "个人征信查询授权书")
    with world.as_citizen(mine) as session:
        service.detach(session, mine, case_id, file_id)
    with world.as_staff(read_only=True) as session:
        assert (
            session.scalars(select(CaseMaterial.file_id).where(CaseMaterial.case_id == case_id)).all() == []
        )


def test_no_personal_value_lies_in_clear(world: World) -> None:
    who = DEMO_PEOPLE[9]
    party = world.party(who)
    case_id = world.submitted(party, explanation=EXPLANATION)
    world.work("cases.check")
    with world.as_staff() as session:
        service.take(session, world.clerk(), case_id)
    with world.as_staff() as session:
        service.decide(session, world.clerk(), case_id, "refuse", REASON)
    with world.as_citizen(party) as session:
        service.rate(session, party, case_id, "unsatisfied", RATING)
    hidden = (
        who.name,
        who.phone,
        who.ref,
        who.identity_number,
        EXPLANATION,
        REASON,
        RATING,
        "142,000",
        "14200000",
    )
    found = []
    with psycopg.connect(world.database.superuser_dsn) as connection:
        for table in tenant_tables(world.database):
            statement = sql.SQL("select t::text from {} t where tenant_id = %s").format(
                sql.Identifier(table.name)
            )
            for (row,) in connection.execute(statement, (world.tenant_id,)):
                plain = row + _bytes_of(row)
                found += [(table.name, value) for value in hidden if value in plain]
    assert found == []
    assert world.case(case_id).form is not None


def _bytes_of(row: str) -> str:
    """Byte columns print as hexadecimal: what they would say as text."""
    import re

    return "".join(
        bytes.fromhex(found).decode("utf-8", "ignore") for found in re.findall(r"\\x((?:[0-9a-f]{2})+)", row)
    )


def test_the_setting_of_a_centre_is_its_own(world: World) -> None:
    with world.as_staff() as session:
        session.add(CaseSetting(automatic_kinds=["提取"]))
        session.audit("test.setting", "case_setting", "1", "测试设置")
    case_id = world.submitted(world.party(DEMO_PEOPLE[10]), "W05")
    world.work("cases.check")
    assert (world.state(case_id), world.case(case_id).decided_name) == ("approved", "自动审核")
