"""From the first words to the last: opened, taken, handed over, answered, rated, reopened once, closed."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import select

from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import Secret
from kernel.errors import Invalid
from kernel.events.models import OutboxEvent
from kernel.jobs.runner import Outcome
from tenants.work_orders import errors, queries, service
from tenants.work_orders.models import WorkOrderAnswer, WorkOrderKind, WorkOrderState
from tenants.work_orders.service import opening
from tests.database import TestDatabase
from tests.tenants.work_orders.world import ANSWER, TEXT, World, business_time, open_world


def mine(world: World, party: service.Party, order_id: UUID) -> queries.Mine:
    with world.as_citizen(party, read_only=True) as session:
        return queries.one_mine(session, party.account_id, order_id)


def test_a_complaint_is_due_in_three_working_days(world: World) -> None:
    with business_time("2026-11-26 10:00"):  # a Thursday
        order = world.order(world.opened())
    assert (order.received_on, order.due_on) == (date(2026, 11, 26), date(2026, 12, 1))
    with business_time("2026-11-27 17:30"):  # after hours on Friday: counts from Monday
        late = world.order(world.opened())
    assert (late.received_on, late.due_on) == (date(2026, 11, 30), date(2026, 12, 3))
    with business_time("2026-09-30 10:00"):  # before the National Day holidays
        holiday = world.order(world.opened())
    assert holiday.due_on == date(2026, 10, 10)


def test_each_kind_has_its_own_limit(world: World) -> None:
    with business_time("2026-11-23 09:00"):
        due = {kind: world.order(world.called(kind)).due_on for kind in WorkOrderKind}
    assert due == {
        WorkOrderKind.INQUIRY: date(2026, 11, 26),
        WorkOrderKind.SUGGESTION: date(2026, 11, 26),
        WorkOrderKind.COMPLAINT: date(2026, 11, 26),
        WorkOrderKind.ARREARS: date(2026, 11, 30),
        WorkOrderKind.PETITION: date(2027, 1, 22),
        WorkOrderKind.HOME_HELP: date(2026, 11, 30),
    }


def test_the_whole_way(world: World) -> None:
    party = world.party()
    with business_time("2026-11-23 09:00"):
        order_id = world.opened(party)
        seen = mine(world, party, order_id)
    assert (seen.state_zh, seen.text, seen.may_rate, seen.may_reopen) == ("待受理", TEXT, False, False)
    assert seen.left_zh == "剩 3 个工作日"
    with business_time("2026-11-24 09:00"):
        world.answered(order_id)
        seen = mine(world, party, order_id)
    assert [(a.text, a.who, a.on_time, a.rating) for a in seen.answers] == [(ANSWER, "工作人员", True, None)]
    assert (seen.may_rate, seen.may_reopen, seen.left_zh) == (True, True, "")
    with world.as_citizen(party) as session:
        service.rate_answer(session, party, order_id, "unsatisfied", "还是太慢")
    with pytest.raises(errors.RatedAlready), world.as_citizen(party) as session:
        service.rate_answer(session, party, order_id, "satisfied")
    with world.as_citizen(party) as session:
        service.reopen(session, party, order_id, "问题没有解决")
    again = world.order(order_id)
    assert (again.state, again.round, again.taken_person_id) == (WorkOrderState.OPENED, 2, None)
    world.answered(order_id, name="顾清川")
    seen = mine(world, party, order_id)
    assert [a.rating and a.rating[:2] for a in seen.answers] == [("不满意", "还是太慢"), None]
    assert (seen.may_rate, seen.may_reopen) == (True, False)
    with pytest.raises(errors.CannotReopen), world.as_citizen(party) as session:
        service.reopen(session, party, order_id, "仍没有解决")
    with world.as_staff() as session:
        service.close(session, world.seat(), order_id, world.order(order_id).version)
    seen = mine(world, party, order_id)
    assert [(step.who, step.text) for step in seen.steps] == [
        ("本人", "提交"),
        ("工作人员", "受理"),
        ("工作人员", "答复"),
        ("本人", "申请重新处理"),
        ("工作人员", "受理"),
        ("工作人员", "答复"),
        ("工作人员", "办结"),
    ]


def test_handing_over_keeps_the_last_day_and_starts_with_nobody(world: World) -> None:
    with business_time("2026-11-23 09:00"):
        order_id = world.opened()
        world.taken(order_id)
    before = world.order(order_id)
    with business_time("2026-11-25 09:00"), world.as_staff() as session:
        service.hand_over(
            session, world.seat(), order_id, before.version, world.unit("BH"), "属地业务，请核实"
        )
    after = world.order(order_id)
    assert (after.state, after.taken_person_id, after.unit_id) == (
        WorkOrderState.OPENED,
        None,
        world.unit("BH"),
    )
    assert (after.due_on, after.received_on) == (before.due_on, before.received_on)
    with pytest.raises(errors.SameUnit), world.as_staff() as session:
        service.hand_over(session, world.seat(), order_id, after.version, world.unit("BH"), "再转一次")
    branch, other = world.seat("韩知夏", "BH"), world.seat("罗明远", "CD")
    with pytest.raises(errors.WorkOrderNotFound), world.as_staff() as session:
        service.take(session, other, order_id, after.version)
    with world.as_staff() as session:
        service.take(session, branch, order_id, after.version)
    accepted = [name for name in _events(world, order_id) if "Accepted" in name]
    assert len(accepted) <= 1


def _events(world: World, order_id: UUID) -> list[str]:
    with world.as_staff(read_only=True) as session:
        rows = session.scalars(select(OutboxEvent)).all()
        return [row.name for row in rows if row.payload.get("work_order_id") == str(order_id)]


def test_only_who_took_it_answers_and_a_blank_of_the_template_is_refused(world: World) -> None:
    order_id = world.opened()
    world.taken(order_id)
    version = world.order(order_id).version
    with pytest.raises(errors.NotTakenByYou), world.as_staff() as session:
        service.answer(session, world.seat("顾清川"), order_id, version, ANSWER)
    with pytest.raises(Invalid), world.as_staff() as session:
        service.answer(session, world.seat(), order_id, version, "您好，处理情况如下：×××。")
    with pytest.raises(Invalid), world.as_staff() as session:
        service.answer(session, world.seat(), order_id, version, "好")


def test_a_late_answer_is_late_for_ever(world: World) -> None:
    with business_time("2026-10-12 09:00"):
        order_id = world.opened()
    with business_time("2026-10-16 09:00"):
        world.answered(order_id)
    with world.as_staff(read_only=True) as session:
        row = session.scalars(select(WorkOrderAnswer).where(WorkOrderAnswer.work_order_id == order_id)).one()
        assert (row.due_on, row.on_time) == (date(2026, 10, 15), False)


def test_the_share_counts_what_was_due_in_the_month(database: TestDatabase) -> None:
    place = open_world(database, "C99171")
    seat = place.seat()
    with business_time("2026-09-01 09:00"):
        ids = [place.opened() for _ in range(4)]
    with business_time("2026-09-03 09:00"):
        for order_id in ids[:2]:
            place.answered(order_id)
    with business_time("2026-09-07 09:00"):
        place.answered(ids[2])
        place.taken(ids[3], "顾清川")
    with business_time("2026-09-10 09:00"):
        place.opened()  # not due before its last day is over
        with place.as_staff(read_only=True) as session:
            whole = queries.share_of_month(session, date(2026, 9, 10))
            own = queries.share_of_month(session, date(2026, 9, 10), person_id=seat.person_id)
            none = queries.share_of_month(session, date(2026, 8, 1))
    assert (whole.due, whole.on_time, whole.percent) == (4, 2, 50.0)
    assert (own.due, own.on_time, own.percent) == (3, 2, 66.7)
    assert none.percent is None


def test_doubles_of_one_person_become_one(world: World) -> None:
    party = world.party()
    first, second = world.opened(party), world.opened(party)
    stranger, other_kind = world.opened(), world.opened(party, "suggestion")
    for wrong in (stranger, other_kind, second):
        with pytest.raises(errors.CannotMerge), world.as_staff() as session:
            service.merge(session, world.seat(), second, 0, world.order(wrong).number)
    with world.as_staff() as session:
        service.merge(session, world.seat(), second, 0, world.order(first).number)
    assert (world.order(second).state, world.order(second).merged_into_id) == (WorkOrderState.MERGED, first)
    with pytest.raises(errors.WrongState), world.as_staff() as session:
        service.take(session, world.seat(), second, world.order(second).version)


def test_callers_are_told_apart_by_their_number(world: World) -> None:
    one, two, other = world.called(), world.called(), world.called(phone="16000002222")
    with pytest.raises(errors.CannotMerge), world.as_staff() as session:
        service.merge(session, world.seat(), two, 0, world.order(other).number)
    with world.as_staff() as session:
        service.merge(session, world.seat(), two, 0, world.order(one).number)
    with world.as_staff(read_only=True) as session:
        found, count = queries.work_list(
            session, world.seat(), queries.DeskFilter(view="all", phone="160 0000 2222")
        )
        nothing, _ = queries.work_list(session, world.seat(), queries.DeskFilter(view="all", phone="--"))
        assert ([row.id for row in found.rows], count, list(nothing.rows)) == ([other], 1, [])


def test_what_is_answered_closes_by_itself(world: World) -> None:
    order_id = world.opened()
    world.answered(order_id)
    reopened = world.opened(party := world.party())
    world.answered(reopened)
    with world.as_citizen(party) as session:
        service.reopen(session, party, reopened, "问题没有解决")
    assert set(world.work("work_orders.close")) == {Outcome.DONE}
    assert world.order(order_id).state == WorkOrderState.CLOSED
    assert world.order(reopened).state == WorkOrderState.OPENED
    assert world.work("work_orders.close") == []


def test_reopening_ends_after_thirty_days(world: World) -> None:
    party = world.party()
    with business_time("2026-09-01 09:00"):
        order_id = world.opened(party)
        world.answered(order_id)
    with (
        business_time("2026-10-02 09:00"),
        pytest.raises(errors.CannotReopen),
        world.as_citizen(party) as session,
    ):
        service.reopen(session, party, order_id, "问题没有解决")


def test_what_a_person_may_not_open(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    party = world.party()
    for kind, text in (("petition", TEXT), ("other", TEXT), ("complaint", "短"), ("complaint", "长" * 2001)):
        with pytest.raises(Invalid), world.as_citizen(party) as session:
            service.open_by_citizen(session, party, kind, text)
    with pytest.raises(Invalid), world.as_citizen(party) as session:
        service.open_by_citizen(session, party, "complaint", TEXT, Secret("12345", MaskKind.PHONE))
    monkeypatch.setattr(opening, "A_DAY", 1)
    world.opened(party)
    with pytest.raises(errors.TooManyToday):
        world.opened(party)


def test_a_report_may_come_without_a_number_and_nothing_else(world: World) -> None:
    with world.as_staff() as session:
        order = service.open_for_caller(session, world.seat(), "arrears", "某单位欠缴三个月，请核查。")
        order_id = order.id
    with world.as_staff(read_only=True) as session:
        assert queries.contact_of(session, order_id) is None
    with pytest.raises(Invalid), world.as_staff() as session:
        service.open_for_caller(session, world.seat(), "complaint", TEXT)
    with pytest.raises(Invalid), world.as_staff() as session:
        service.open_for_caller(session, world.seat(), "arrears", TEXT, unit_id=uuid4())


def test_nothing_personal_stands_in_clear(world: World) -> None:
    party = world.party(phone="16000009876")
    order_id = world.opened(party, text="我叫江望舒，电话16000009876")
    world.answered(order_id, "江望舒您好，已处理，电话16000009876。")
    with world.as_citizen(party) as session:
        service.rate_answer(session, party, order_id, "satisfied", "谢谢江望舒")
    tables = (
        "work_order",
        "work_order_event",
        "work_order_answer",
        "work_order_rating",
        "audit_event",
        "outbox_event",
    )
    with psycopg.connect(world.database.superuser_dsn) as connection:
        for table in tables:
            rows = connection.execute(
                f"select t::text from {table} t where tenant_id = %s",
                (world.tenant_id,),  # type: ignore[arg-type]
            ).fetchall()
            everything = "".join(row[0] for row in rows)
            assert rows
            for word in ("江望舒", "16000009876"):
                assert word not in everything
                assert word.encode().hex() not in everything


def test_revealing_a_number_is_logged_before_it_is_shown(world: World) -> None:
    order_id = world.called(phone="16000003333")
    with world.as_staff(read_only=True) as session:
        shown = service.reveal_contact(session, world.seat(), order_id, "回电核实情况")
    assert shown == [("联系电话", "16000003333")]
    with psycopg.connect(world.database.superuser_dsn) as connection:
        found = connection.execute(
            "select summary from audit_event where action = 'work_orders.contact_revealed' and object_id = %s",
            (str(order_id),),
        ).fetchall()
    assert len(found) == 1
    assert "回电核实情况" in found[0][0]
    with pytest.raises(Invalid), world.as_staff(read_only=True) as session:
        service.reveal_contact(session, world.seat(), order_id, "看")
