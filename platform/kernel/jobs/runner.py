"""Runs one leased piece of work: its effect and its settling are one transaction, fenced by the lease's token (rule R6)."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from kernel.db import Database, TenantSession, utc_now
from kernel.db.ids import uuid7
from kernel.db.roles import DbRole
from kernel.events.bus import Subscription, subscriptions
from kernel.events.models import InboxReceipt, OutboxEvent
from kernel.jobs.registry import jobs
from kernel.tenancy.scope import enter

log = structlog.get_logger("gjj.jobs")

MAX_ATTEMPTS = 12
SUBJECT = "system:worker"
NOT_OPEN = ("42501", "25006")


class Outcome(StrEnum):
    """What became of a piece of work."""

    DONE = "done"
    FENCED = "fenced"
    RETRY = "retry"
    DEAD = "dead"


class Fenced(Exception):
    """The lease passed to somebody else while we worked: our effect is rolled back."""


def run(database: Database, tenant_id: UUID, event_id: UUID, token: UUID) -> Outcome:
    """Carry out one leased row. Never raises for a failing handler: it is retried later, and after twelve tries it is dead."""
    try:
        return _run(database, tenant_id, event_id, token)
    except Fenced:
        return Outcome.FENCED
    except Exception as error:
        log.warning(
            "job failed", kind=type(error).__name__, sqlstate=_sqlstate(error), outbox_id=str(event_id)
        )
        return _fail_if_open(database, tenant_id, event_id, token, error)


def _run(database: Database, tenant_id: UUID, event_id: UUID, token: UUID) -> Outcome:
    scope = enter(tenant_id, DbRole.APP, SUBJECT)
    with database.tenant_tx(scope) as session:
        row = session.scalar(
            select(OutboxEvent).where(
                OutboxEvent.id == event_id, OutboxEvent.token == token, OutboxEvent.state == "leased"
            )
        )
        if row is None:
            return Outcome.FENCED
        subscription = subscriptions.get(row.name)
        target = _target(subscription, row)
        if target is None or target == tenant_id:
            _call(session, subscription, row)
            _settle(session, event_id, token)
            return Outcome.DONE
        name, payload = row.name, dict(row.payload)
    _deliver(database, subscriptions[name], payload, tenant_id, target, event_id)
    with database.tenant_tx(scope) as session:
        _settle(session, event_id, token)
    return Outcome.DONE


def _target(subscription: Subscription | None, row: OutboxEvent) -> UUID | None:
    if subscription is None or subscription.target is None:
        return None
    return subscription.target(subscription.event.of(row.payload))


def _call(session: TenantSession, subscription: Subscription | None, row: OutboxEvent) -> None:
    if subscription is not None:
        subscription.handler(session, subscription.event.of(row.payload))
    else:
        jobs[row.name](session, dict(row.payload))


def _deliver(
    database: Database,
    subscription: Subscription,
    payload: dict[str, object],
    source: UUID,
    target: UUID,
    event_id: UUID,
) -> None:
    """Take effect in another tenant, exactly once: the receipt is unique there."""
    with database.tenant_tx(enter(target, DbRole.APP, SUBJECT)) as session:
        new = session.execute(
            insert(InboxReceipt)
            .values(tenant_id=target, id=uuid7(), source_tenant_id=source, event_id=event_id)
            .on_conflict_do_nothing(index_elements=["tenant_id", "source_tenant_id", "event_id"])
            .returning(InboxReceipt.id)
        ).first()
        if new is not None:
            subscription.handler(session, subscription.event.of(payload))


def _settle(session: TenantSession, event_id: UUID, token: UUID) -> None:
    session.flush()
    settled = session.execute(
        update(OutboxEvent)
        .where(OutboxEvent.id == event_id, OutboxEvent.token == token, OutboxEvent.state == "leased")
        .values(state="done", done_at=utc_now(), last_error=None)
        .returning(OutboxEvent.id)
        .execution_options(synchronize_session=False)
    ).first()
    if settled is None:
        raise Fenced


def _fail_if_open(
    database: Database, tenant_id: UUID, event_id: UUID, token: UUID, error: Exception
) -> Outcome:
    """A suspended or read-only tenant can't even note the failure: its lease runs out, and the relay offers the work when it is open."""
    try:
        return _fail(database, tenant_id, event_id, token, error)
    except DBAPIError as refused:
        if _sqlstate(refused) in NOT_OPEN:
            return Outcome.RETRY
        raise


def _fail(database: Database, tenant_id: UUID, event_id: UUID, token: UUID, error: Exception) -> Outcome:
    with database.tenant_tx(enter(tenant_id, DbRole.APP, SUBJECT)) as session:
        row = session.scalar(
            select(OutboxEvent).where(OutboxEvent.id == event_id, OutboxEvent.token == token)
        )
        if row is None:
            return Outcome.FENCED
        row.last_error = f"{type(error).__name__} {_sqlstate(error)}".strip()
        row.token = None
        if row.attempts >= MAX_ATTEMPTS:
            row.state = "dead"
            return Outcome.DEAD
        row.state = "ready"
        row.due_at = utc_now() + timedelta(seconds=min(2**row.attempts, 600))
        return Outcome.RETRY


def _sqlstate(error: BaseException) -> str:
    """The SQLSTATE of a database error; never its text, which holds values."""
    return str(getattr(error.orig, "sqlstate", "") or "") if isinstance(error, DBAPIError) else ""
