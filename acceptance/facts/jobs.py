"""What feeds facts: events of the rooms below, and what is measured once a day. The one place to wire another event.

To wire one: import its class, write `@on(Class) def …(session, event)` and call `service.record` with the day on which it happened and
the id of the row or event that it follows, so that a repeat counts once. The kinds are in `policy/kinds.py`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from acceptance.facts import queries, service
from acceptance.facts.service import Fact, record, record_many
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.events import on
from kernel.jobs.registry import job
from kernel.tenancy import tenants
from shared_channels.accounts.events import AccountBound
from tenants.cases import queries as cases
from tenants.cases.events import CaseDecided, CaseRated, CaseSubmitted
from tenants.cases.models import ServiceCase
from tenants.catalogue.events import ItemPublished
from tenants.channels.events import ChannelSwitched, EmergencyStopDeclared

GRADE_OF_CASES = {"unsatisfied": "dissatisfied", "very_unsatisfied": "very_dissatisfied"}
"""Cases call the last two grades otherwise than the usage report and the kinds do."""

REBUILT_DAYS = 3
"""How far back a night's rebuilding looks; older days are rebuilt by hand."""


@on(ItemPublished)
def item_published(session: TenantSession, event: ItemPublished) -> None:
    """A revision of an item was approved."""
    record(session, "catalogue.published", clock.today(), 1, {"item": event.code}, event.revision_id)


@on(ChannelSwitched)
def channel_switched(session: TenantSession, event: ChannelSwitched) -> None:
    """The event has no id of its own: every switch of that channel that the ledger lacks is counted, in whatever order events come."""
    switches = queries.recent_switches(session, event.channel)
    record_many(
        session,
        [
            Fact(
                "channel.started" if s.open else "channel.stopped",
                s.published_at.astimezone(clock.LOCAL).date(),
                1,
                {"channel": event.channel, "item": s.item_code},
                s.id,
            )
            for s in switches
        ],
    )


@on(EmergencyStopDeclared)
def emergency_declared(session: TenantSession, event: EmergencyStopDeclared) -> None:
    """One person stopped a channel."""
    record(session, "channel.emergency_stopped", clock.today(), 1, {"channel": event.channel}, event.stop_id)


@on(CaseSubmitted)
def case_submitted(session: TenantSession, event: CaseSubmitted) -> None:
    """An application was handed in; what was missing and handed in later is the same application."""
    case = cases.case_of_event(session, event.case_id)
    record(session, "case.submitted", _day(case.submitted_at), 1, _where(case), case.id)


@on(CaseDecided)
def case_decided(session: TenantSession, event: CaseDecided) -> None:
    """Approved or refused, in time or late, by a clerk or without one."""
    case = cases.case_of_event(session, event.case_id)
    kinds = ["case.decided"]
    if not case.late:
        kinds.append("case.decided_on_time")
    if case.decided_person_id is None:
        kinds.append("case.decided_automatically")
    record_many(session, [Fact(kind, _day(case.decided_at), 1, _where(case), case.id) for kind in kinds])


@on(CaseRated)
def case_rated(session: TenantSession, event: CaseRated) -> None:
    """One of the five grades; the words that came with it stay where they are."""
    found = cases.rating(session, event.case_id)
    if found is not None:
        case, row = cases.case_of_event(session, event.case_id), found[0]
        grade = GRADE_OF_CASES.get(row.grade, row.grade)
        dims = _where(case) | {"channel": row.channel}
        record(session, f"case.rated.{grade}", _day(row.rated_at), 1, dims, case.id)


@on(AccountBound)
def account_bound(session: TenantSession, event: AccountBound) -> None:
    """An account became one of this centre's registered users."""
    subject = "employer" if event.kind == "employer" else "person"
    record(session, "account.registered", clock.today(), 1, {"subject": subject}, event.binding_id)


# --- Events that other rooms publish later are wired here, one function each (see the module's docstring). -----------------------
# tenants.cases.events                     CaseContinued, DuplicateRefused, DeferralDue, DeferralSettled
# tenants.work_orders.events               WorkOrderOpened, WorkOrderAccepted, WorkOrderAnswered
# shared_channels.sms                      one record a day or batch and category from the meter, n = its messages; never one a message
# shared_channels.accounts.events          self-registration, AccountClosed, AccountLoggedIn
# ----------------------------------------------------------------------------------------------------------------------------------


@job("facts.measure_day")
def measure_day(session: TenantSession, payload: dict[str, Any]) -> None:
    """Measure the day before the slot: minutes that channels were open, items offered and online at its end."""
    service.measure(session, _slot(payload).date() - timedelta(days=1))


@job("facts.rebuild")
def rebuild(session: TenantSession, payload: dict[str, Any]) -> None:
    """Rebuild the last days from the ledger; what differed is corrected and said in the log."""
    last = _slot(payload).date() - timedelta(days=1)
    service.recompute_days(session, last - timedelta(days=REBUILT_DAYS - 1), last)


@job("facts.hand_up")
def hand_up(session: TenantSession, payload: dict[str, Any]) -> None:
    """Hand this month and the one before up to the province. The province and rehearsal twins hand nothing up."""
    around = {t.id: t for t in tenants.tree(session)}
    own = around[session.tenant_id]
    province = next((t for t in around.values() if t.kind == "province"), None)
    if province is None or own.kind == "province" or own.rehearsal:
        return
    first = _slot(payload).date().replace(day=1)
    service.hand_up(session, province.id, (first - timedelta(days=1)).replace(day=1))


SCHEDULE = (
    ("facts.measure_day", "daily 00:20", "tenants"),
    ("facts.rebuild", "daily 01:10", "tenants"),
    ("facts.hand_up", "daily 01:40", "tenants"),
)


def _day(at: datetime | None) -> date:
    """The business day in Beijing of a moment; today when a row was made without one."""
    return at.astimezone(clock.LOCAL).date() if at is not None else clock.today()


def _where(case: ServiceCase) -> dict[str, str]:
    return {"channel": case.channel_last, "item": case.item_code, "business": case.business_kind}


def _slot(payload: dict[str, Any]) -> datetime:
    """The slot's start in Beijing."""
    return datetime.strptime(payload["slot"], "%Y-%m-%dT%H:%M%z").astimezone(clock.LOCAL)
