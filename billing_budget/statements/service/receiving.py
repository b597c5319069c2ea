"""What the tenants below hand up: kept as it is, when its hash and its sums are right."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.dialects.postgresql import insert

from billing_budget.statements import policy, queries
from billing_budget.statements.errors import PackageDamaged
from billing_budget.statements.events import RunningMonthHandedUp, StatementHandedUp
from billing_budget.statements.models import ReceivedStatement, RunningMonth
from billing_budget.statements.policy import Statement
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.events import on


@on(StatementHandedUp, in_tenant=lambda event: event.target_id)
def keep_statement(session: TenantSession, event: StatementHandedUp) -> None:
    """An issued statement of a tenant below. Raises PackageDamaged."""
    body = event.body.encode()
    if policy.digest(body).hex() != event.sha256:
        raise PackageDamaged("hash")
    statement = _checked(session, body, event.subject_id, event.month, "issued")
    session.execute(
        insert(ReceivedStatement)
        .values(
            tenant_id=session.tenant_id, id=uuid7(), subject_id=event.subject_id, month=event.month,
            number=statement.number, body=body, body_hash=policy.digest(body), segments=statement.segments,
            amount_fen=statement.amount_fen, issued_at=datetime.fromisoformat(event.issued_at), received_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "subject_id", "month"])
    )  # fmt: skip


@on(RunningMonthHandedUp, in_tenant=lambda event: event.target_id)
def keep_running(session: TenantSession, event: RunningMonthHandedUp) -> None:
    """How far a tenant below is. An older message that comes late changes nothing. Raises PackageDamaged."""
    body = event.body.encode()
    statement = _checked(session, body, event.subject_id, event.month, "open")
    values = {
        "body": body, "segments": statement.segments, "amount_fen": statement.amount_fen,
        "as_of": datetime.fromisoformat(event.as_of),
    }  # fmt: skip
    row = insert(RunningMonth).values(
        tenant_id=session.tenant_id, id=uuid7(), subject_id=event.subject_id, month=event.month, **values
    )
    session.execute(
        row.on_conflict_do_update(
            index_elements=["tenant_id", "subject_id", "month"],
            set_=values,
            where=RunningMonth.as_of < row.excluded.as_of,
        )
    )


def _checked(session: TenantSession, body: bytes, subject_id: UUID, month: str, state: str) -> Statement:
    if subject_id not in {tenant.id for tenant in queries.line(session).below}:
        raise PackageDamaged("not below")
    try:
        statement = policy.thawed(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PackageDamaged("bytes") from error
    if not policy.adds_up(statement):
        raise PackageDamaged("sums")
    if (statement.payer.id, statement.month, statement.state) != (str(subject_id), month, state):
        raise PackageDamaged("subject")
    return statement
