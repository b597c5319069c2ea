"""Looking at a contact's plain number, to call back: the reason is in the log, committed by itself, before anything is shown (D11)."""

from __future__ import annotations

from uuid import UUID

from kernel.crypto.secret import RevealPurpose, reveal
from kernel.db import TenantSession
from kernel.identity.actor import Actor
from tenants.work_orders import queries
from tenants.work_orders.service.steps import said


def reveal_contact(
    session: TenantSession, actor: Actor, work_order_id: UUID, reason: str
) -> list[tuple[str, str]]:
    """Label and plain value of name and number. Raises Invalid (`reason`); when the log fails, nothing is shown."""
    why = said("reason", " ".join(reason.split()), 4, 200)
    order = queries.staff_order(session, actor, work_order_id)
    with session.door.tenant_tx(session.scope) as own:
        own.info.update(session.info)
        own.audit(
            "work_orders.contact_revealed", "work_order", order.id,
            f"查看工单 {order.number} 反映人的联系方式，事由：{why}",
        )  # fmt: skip
    person = queries.opened(session, order)
    shown = (("姓名", person.name), ("联系电话", person.phone))
    return [
        (label, reveal(value, RevealPurpose.AUTHORISED_VIEW)) for label, value in shown if value is not None
    ]
