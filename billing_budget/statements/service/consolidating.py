"""A centre's consolidated statement: its own and those of its sub-centres, each with its state. The province's: everyone's totals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from billing_budget.statements import policy, queries
from billing_budget.statements.policy import Statement
from billing_budget.statements.service.composing import shown
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.tenancy.tenants import Tenant


@dataclass(frozen=True)
class Part:
    """One tenant's share. `state`: issued, open (running, as of then) or missing (nothing was sent)."""

    tenant: Tenant
    own: bool
    state: str
    statement: Statement | None

    @property
    def segments(self) -> int:
        """Billable segments; 0 when nothing is known."""
        return self.statement.segments if self.statement is not None else 0

    @property
    def amount_fen(self) -> int:
        """Cost in fen; 0 when nothing is known."""
        return self.statement.amount_fen if self.statement is not None else 0

    @property
    def as_of(self) -> datetime | None:
        """When it was computed."""
        return datetime.fromisoformat(self.statement.as_of) if self.statement is not None else None


@dataclass(frozen=True)
class Consolidated:
    """A month of a tenant and everyone below it, the tenant first."""

    month: str
    parts: tuple[Part, ...]

    @property
    def segments(self) -> int:
        """Sum of the parts."""
        return sum(part.segments for part in self.parts)

    @property
    def amount_fen(self) -> int:
        """Sum of the parts, each rounded line by line in its own statement."""
        return sum(part.amount_fen for part in self.parts)

    @property
    def complete(self) -> bool:
        """Whether nothing in it can change: no part is still open. One that sent nothing has no statement."""
        return all(part.state != "open" for part in self.parts)

    def by_carrier(self) -> list[tuple[str, int, int]]:
        """(carrier, segments, fen) over all parts."""
        sums: dict[str, tuple[int, int]] = {}
        for part in self.parts:
            for line in part.statement.lines if part.statement is not None else ():
                segments, fen = sums.get(line.carrier, (0, 0))
                sums[line.carrier] = segments + line.segments, fen + line.amount_fen
        return [(carrier, *sums[carrier]) for carrier in sorted(sums)]


def consolidate(session: TenantSession, month: str, place: queries.Line | None = None) -> Consolidated:
    """Own and below, each labelled with its state. Raises MonthNotFound. Frozen parts are read from their bytes."""
    place = place or queries.line(session)
    mine, _body = shown(session, place.payer, month)
    known: dict[UUID, Statement] = {}
    known |= {row.subject_id: policy.thawed(row.body) for row in queries.running(session, month)}
    known |= {
        row.subject_id: policy.thawed(row.body) for row in queries.received(session, month)
    }  # these stand
    first = policy.month_of(month)
    silent = (
        mine.state == "open"
        and not mine.messages
        and first is not None
        and policy.ended(first, clock.today())
    )
    parts = [Part(place.own, True, "missing" if silent else mine.state, mine)]
    for tenant in place.below:
        statement = known.get(tenant.id)
        parts.append(Part(tenant, False, statement.state if statement is not None else "missing", statement))
    return Consolidated(month, tuple(parts))
