"""Statements that are kept: own ones, and those of the tenants below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from billing_budget.statements.models import IssuedStatement, ReceivedStatement, RunningMonth
from billing_budget.statements.policy import Payer
from kernel.db import TenantSession
from kernel.tenancy import tenants
from kernel.tenancy.tenants import Tenant

LISTED = 36


@dataclass(frozen=True)
class Line:
    """This tenant, those above it (the nearest first) and those below it, without rehearsals."""

    own: Tenant
    above: tuple[Tenant, ...]
    below: tuple[Tenant, ...]

    @property
    def payer(self) -> Payer:
        """This tenant as its statement names it."""
        return payer(self.own)


def payer(tenant: Tenant) -> Payer:
    """A tenant as a statement names it."""
    return Payer(
        str(tenant.id), tenant.code, tenant.name_zh, tenant.kind, tenant.fictional or tenant.rehearsal
    )


def line(session: TenantSession) -> Line:
    """Where this tenant stands: one statement."""
    known = {t.id: t for t in tenants.tree(session)}
    own, above = known[session.tenant_id], []
    parent = known.get(own.parent_id) if own.parent_id else None
    while parent is not None:
        above.append(parent)
        parent = known.get(parent.parent_id) if parent.parent_id else None
    over = {own.id, *(t.id for t in above)}
    return Line(own, tuple(above), tuple(t for t in known.values() if t.id not in over and not t.rehearsal))


def issued(session: TenantSession, month: str) -> IssuedStatement | None:
    """This tenant's statement of that month."""
    return session.scalar(select(IssuedStatement).where(IssuedStatement.month == month))


def listed(session: TenantSession) -> Sequence[Any]:
    """(month, number, segments, amount_fen, issued_at) of this tenant's statements, newest first, without their bytes."""
    row = IssuedStatement
    statement = select(row.month, row.number, row.segments, row.amount_fen, row.issued_at)
    return session.execute(statement.order_by(row.month.desc()).limit(LISTED)).all()


def received(session: TenantSession, month: str) -> Sequence[ReceivedStatement]:
    """Issued statements of the tenants below."""
    return session.scalars(select(ReceivedStatement).where(ReceivedStatement.month == month)).all()


def running(session: TenantSession, month: str) -> Sequence[RunningMonth]:
    """How far those below are in a month that they have not issued."""
    return session.scalars(select(RunningMonth).where(RunningMonth.month == month)).all()
