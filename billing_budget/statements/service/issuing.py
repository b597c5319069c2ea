"""Issuing: the month's bytes are frozen with their hash and number, and go up to the centre and the province."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.dialects.postgresql import insert

from billing_budget.metering import queries as metered
from billing_budget.statements import policy, queries
from billing_budget.statements.errors import AlreadyIssued, MonthNotFound, MonthRunning, Unpriced
from billing_budget.statements.events import RunningMonthHandedUp, StatementHandedUp
from billing_budget.statements.models import IssuedStatement
from billing_budget.statements.policy import Statement
from billing_budget.statements.service.composing import compose
from billing_budget.tariffs.policy import following_month
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.events import publish
from kernel.identity.actor import Actor

SYSTEM = "system"


def issue(session: TenantSession, actor: Actor | None, month: str) -> Statement:
    """Issue this tenant's statement of a month that is over, once. `actor` None: the clock did it.

    Raises MonthNotFound, MonthRunning, AlreadyIssued, Unpriced. One audit event.
    """
    first = policy.month_of(month)
    if first is None or first > clock.today():
        raise MonthNotFound
    if not policy.ended(first, clock.today()):
        raise MonthRunning
    if queries.issued(session, month) is not None:
        raise AlreadyIssued
    place = queries.line(session)
    statement = compose(session, place.payer, first, policy.number_of(place.own.code, month))
    if statement.unpriced:
        raise Unpriced
    _keep(session, statement, str(actor.person_id) if actor is not None else SYSTEM, place)
    return statement


def issue_due(session: TenantSession) -> Statement | None:
    """Issue last month's statement if it was not, something was sent, and everything has a price. Otherwise nothing happens."""
    current = clock.today().replace(day=1)
    last = (current - timedelta(days=1)).replace(day=1)
    if queries.issued(session, f"{last:%Y-%m}") is not None or not metered.outcomes(session, last, current):
        return None
    try:
        return issue(session, None, f"{last:%Y-%m}")
    except Unpriced:
        return None  # the list says so, and tomorrow's slot tries again


def hand_up_running(session: TenantSession, month: date | None = None) -> bool:
    """Tell those above how far this month is (default: the running one). False when nothing was sent or nobody is above."""
    first = (month or clock.today()).replace(day=1)
    place = queries.line(session)
    if not place.above or place.own.rehearsal or not metered.outcomes(session, first, following_month(first)):
        return False
    statement = compose(session, place.payer, first)
    body = policy.frozen(statement).decode()
    for tenant in place.above:
        publish(
            session,
            RunningMonthHandedUp(tenant.id, session.tenant_id, statement.month, body, statement.as_of),
        )
    return True


def _keep(session: TenantSession, statement: Statement, who: str, place: queries.Line) -> None:
    body = policy.frozen(statement)
    issued_at = clock.now()
    new = session.execute(
        insert(IssuedStatement)
        .values(
            tenant_id=session.tenant_id, id=uuid7(), month=statement.month, number=statement.number, body=body,
            body_hash=policy.digest(body), segments=statement.segments, amount_fen=statement.amount_fen,
            issued_at=issued_at, issued_by=who,
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "month"])
        .returning(IssuedStatement.id)
    ).first()  # fmt: skip
    if new is None:
        raise AlreadyIssued
    for tenant in place.above if not place.own.rehearsal else ():
        publish(
            session,
            StatementHandedUp(
                tenant.id,
                session.tenant_id,
                statement.month,
                body.decode(),
                policy.digest(body).hex(),
                issued_at.isoformat(),
            ),  # fmt: skip
        )
    session.audit(
        "statements.issued", "sms_statement", statement.number, f"出具 {statement.month} 短信账单",
        hash=policy.digest(body).hex(), segments=statement.segments, amount_fen=statement.amount_fen,
    )  # fmt: skip
