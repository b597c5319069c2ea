"""Complaints on the phone: written, answered by a seat, rated, looked at once more."""

from __future__ import annotations

import re
from uuid import UUID

from tenants.work_orders import queries, service
from tests.people import person
from tests.shared_channels.accounts.phone import Phone
from tests.shared_channels.mobile.test_applying import phone, world
from tests.tenants.cases.world import World

__all__ = ["phone", "world"]


def _asked(phone: Phone, **typed: str) -> object:
    page = phone.get("orders/new")
    return phone.send(page, "/orders", {"kind": "complaint", "text": "窗口排队两小时没有人解释原因"} | typed)


def _version(world: World, order_id: UUID) -> int:
    with world.as_staff(read_only=True) as session:
        return queries.order_of_event(session, order_id).version


def test_a_complaint_is_answered_rated_and_looked_at_again(phone: Phone, world: World) -> None:
    assert "还没有记录" in phone.get("orders").text
    shown = phone.follow(_asked(phone))  # type: ignore[arg-type]
    assert "窗口排队" in shown.text
    found = re.search(r"/orders/([0-9a-f-]{36})", shown.request.path)
    assert found is not None
    order_id = UUID(found.group(1))
    seat = person(world.database, world.tenant_id, "座席甲", "seat")
    with world.as_staff() as session:
        taken = service.take(session, seat, order_id, _version(world, order_id))
        version = taken.version
    with world.as_staff() as session:
        service.answer(session, seat, order_id, version, "已核实，窗口增派人员，向您致歉。")
    page = phone.get(f"orders/{order_id}")
    assert "增派人员" in page.text
    assert "座席甲" not in page.text
    assert phone.send(page, "/rate", {}).status_code == 422
    rated = phone.follow(phone.send(page, "/rate", {"grade": "satisfied"}))
    assert "感谢" in rated.text
    assert phone.send(page, "/reopen", {"words": "短"}).status_code == 422
    again = phone.follow(phone.send(page, "/reopen", {"words": "排队的情况还是没有改善"}))
    assert "重新处理" in again.text
    assert "窗口排队" in phone.get("orders").text


def test_what_was_typed_stays_when_it_is_refused(phone: Phone) -> None:
    answer = _asked(phone, text="短", kind="")
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert ">短<" in answer.text  # type: ignore[attr-defined]
    page = phone.get("orders/new?case=abc")
    assert phone.send(page, "/orders", {"kind": "complaint", "text": "内容写得够长了"}).status_code == 422
