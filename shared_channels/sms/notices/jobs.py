"""What happens to cases and work orders, told by SMS: each handler reads what counts now, so that a late one never tells old news.

The step counter of the case stands in the key: a step is told once, however often its event is handled.
"""

from __future__ import annotations

from billing_budget.statements.ports import tell_template_names
from kernel.db import TenantSession
from kernel.events import on
from shared_channels.sms.notices import policy, queries
from shared_channels.sms.notices.service import tell
from tenants.cases import queries as cases
from tenants.cases.events import CaseDecided, CasePaid, CaseSubmitted, CaseSupplementAsked
from tenants.cases.policy.forms import AMOUNT
from tenants.cases.ports import use_notices
from tenants.work_orders import queries as work_orders
from tenants.work_orders.events import WorkOrderAnswered

use_notices(queries.notices_of)
tell_template_names(queries.names_of)


@on(CaseSubmitted)
def tell_accepted(session: TenantSession, event: CaseSubmitted) -> None:
    """Told at the first handing-in only: what came in later is no news to its sender."""
    case = cases.case_of_event(session, event.case_id)
    values = {"item": policy.item_words(case.item_name_zh), "case_no": case.number}
    phone = cases.contact_of(session, case.id)
    tell(session, "notice.case_accepted", phone, values, ("case", case.id), "accepted")


@on(CaseSupplementAsked)
def tell_supplement(session: TenantSession, event: CaseSupplementAsked) -> None:
    case = cases.case_of_event(session, event.case_id)
    values = {"item": policy.item_words(case.item_name_zh), "case_no": case.number}
    phone = cases.contact_of(session, case.id)
    tell(session, "notice.case_supplement", phone, values, ("case", case.id), f"supplement:{case.steps}")


@on(CaseDecided)
def tell_decided(session: TenantSession, event: CaseDecided) -> None:
    case = cases.case_of_event(session, event.case_id)
    result = policy.RESULTS.get(case.decision or "")
    if result is None:
        return
    values = {"item": policy.item_words(case.item_name_zh), "case_no": case.number, "result": result}
    phone = cases.contact_of(session, case.id)
    tell(session, "notice.case_decided", phone, values, ("case", case.id), f"decided:{case.decision}")


@on(CasePaid)
def tell_paid(session: TenantSession, event: CasePaid) -> None:
    case = cases.case_of_event(session, event.case_id)
    amount = policy.yuan(int(cases.form_of(session, case).get(AMOUNT, 0)))
    values = {"item": policy.item_words(case.item_name_zh), "case_no": case.number, "amount": amount}
    phone = cases.contact_of(session, case.id)
    tell(session, "notice.payout", phone, values, ("case", case.id), f"paid:{case.payout_attempt}")


@on(WorkOrderAnswered)
def tell_answered(session: TenantSession, event: WorkOrderAnswered) -> None:
    """Nobody is told who left no number."""
    order_id = event.work_order_id
    order = work_orders.order_of_event(session, order_id)
    values, phone = {"order_no": order.number}, work_orders.contact_of(session, order_id)
    tell(
        session,
        "notice.work_order_answered",
        phone,
        values,
        ("work_order", order_id),
        f"answered:{order.round}",
    )
