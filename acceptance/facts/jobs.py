"""What feeds facts: events of the rooms below, and what is measured once a day. The one place to wire another event.

To wire one: import its class, write `@on(Class) def …(session, event)` and call `service.record` with the day on which it happened and
the id of the row or event that it follows, so that a repeat counts once. The kinds are in `policy/kinds.py`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from acceptance.facts import queries, service
from acceptance.facts.service import Fact, record, record_many
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.events import on
from kernel.jobs.registry import job
from kernel.tenancy import tenants
from tenants.catalogue.events import ItemPublished
from tenants.channels.events import ChannelSwitched, EmergencyStopDeclared

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


# --- Events that other rooms publish later are wired here, one function each (see the module's docstring). -----------------------
# tenants.cases.events                     CaseSubmitted, CaseDecided, CaseRated, CaseContinued, DuplicateRefused, Deferral…
# tenants.work_orders.events               WorkOrderOpened, WorkOrderAccepted, WorkOrderAnswered
# shared_channels.sms.messages.events      MessageFinished (one record a batch and category, n = its messages)
# shared_channels.accounts.events          AccountRegistered, AccountClosed, AccountLoggedIn
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


def _slot(payload: dict[str, Any]) -> datetime:
    """The slot's start in Beijing."""
    return datetime.strptime(payload["slot"], "%Y-%m-%dT%H:%M%z").astimezone(clock.LOCAL)
