"""A poor rating of a case becomes a complaint of the same person, once."""

from __future__ import annotations

from sqlalchemy import select

from kernel.jobs.runner import Outcome
from tenants.cases import service as cases
from tenants.work_orders import queries, service
from tenants.work_orders.models import Origin, WorkOrder, WorkOrderKind
from tests.database import TestDatabase
from tests.tenants.cases.world import open_world
from tests.tenants.work_orders.world import World

HANDLER = "tenants.work_orders.jobs.case_rated_poorly"


def test_a_poor_rating_opens_a_complaint_once(database: TestDatabase) -> None:
    place = open_world(database, "C99174")
    party = place.party()
    case_id = place.decided(party, "refuse", "依据《住房公积金管理条例》第二十四条，不予提取。")
    with place.as_citizen(party) as session:
        cases.rate(session, party, case_id, "very_unsatisfied", "没有说明原因")
    world = World(database, place.tenant_id)
    assert world.work(HANDLER) == [Outcome.DONE]
    with world.as_staff(read_only=True) as session:
        order = session.scalars(select(WorkOrder).where(WorkOrder.case_id == case_id)).one()
        order_id, text = order.id, queries.opened(session, order).text
        contact = queries.contact_of(session, order.id)
        facts = (order.kind, order.origin, order.account_id)
    assert facts == (WorkOrderKind.COMPLAINT, Origin.RATING, party.account_id)
    assert "非常不满意" in text
    assert "没有说明原因" in text
    assert contact == party.phone
    with world.as_staff() as session:
        assert service.open_from_rating(session, case_id) is None
    with place.as_citizen(party, read_only=True) as session:
        assert [one.order.id for one in queries.list_mine(session, party.account_id).rows] == [order_id]


def test_a_good_rating_opens_nothing(database: TestDatabase) -> None:
    place = open_world(database, "C99175")
    party = place.party()
    case_id = place.decided(party, "refuse", "依据《住房公积金管理条例》第二十四条，不予提取。")
    with place.as_citizen(party) as session:
        cases.rate(session, party, case_id, "satisfied")
    assert World(database, place.tenant_id).work(HANDLER) == []
