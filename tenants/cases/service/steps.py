"""Moving a case along an arrow and writing the step down: nothing else changes a state."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from kernel import vault
from kernel.calendar import clock
from kernel.crypto.secret import Secret
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.identity.actor import Actor
from tenants.cases.errors import CaseNotFound, WrongState
from tenants.cases.models import CaseEvent, ServiceCase
from tenants.cases.policy.states import STATE_ZH, may_move
from tenants.cases.ports import Party


@dataclass(frozen=True)
class By:
    """Who takes a step: citizen, clerk or system."""

    kind: str
    person_id: UUID | None = None
    name: str = ""
    channel: str = ""


SYSTEM = By("system", name="系统")


def by_party(party: Party) -> By:
    """The applicant; the name stays sealed in the case."""
    return By("citizen", None, "申请人", party.channel)


def by_clerk(actor: Actor) -> By:
    """A clerk, by name."""
    return By("clerk", actor.person_id, actor.name)


def own_case(session: TenantSession, party: Party, case_id: UUID, states: tuple[str, ...]) -> ServiceCase:
    """An applicant's own case, locked, in one of these states. Raises CaseNotFound, WrongState."""
    mine = (ServiceCase.id == case_id, ServiceCase.account_id == party.account_id)
    seen = session.scalar(select(ServiceCase.state).where(*mine))
    if seen is None:
        raise CaseNotFound
    if seen not in states:
        raise WrongState(STATE_ZH[seen])
    case = session.scalar(
        select(ServiceCase).where(*mine).with_for_update().execution_options(populate_existing=True)
    )
    if case is None:  # it went on between the two looks, out of what an applicant may change
        now = session.scalar(select(ServiceCase.state).where(*mine))
        raise WrongState(STATE_ZH[now or seen])
    return _in_state(case, states)


def locked(session: TenantSession, case_id: UUID, states: tuple[str, ...]) -> ServiceCase:
    """Any case of the centre, locked, in one of these states. Raises CaseNotFound, WrongState."""
    statement = select(ServiceCase).where(ServiceCase.id == case_id).with_for_update()
    case = session.scalar(statement.execution_options(populate_existing=True))
    if case is None:
        raise CaseNotFound
    return _in_state(case, states)


def move(
    session: TenantSession,
    case: ServiceCase,
    to: str,
    kind: str,
    by: By,
    *,
    words: Secret[str] | None = None,
    visible: bool = True,
) -> CaseEvent:
    """Go to another state and note it. Raises WrongState where there is no arrow."""
    if not may_move(case.state, to):
        raise WrongState(STATE_ZH[case.state])
    start, case.state, case.state_at = case.state, to, clock.now()
    return note(session, case, kind, by, words=words, visible=visible, start=start)


def note(
    session: TenantSession,
    case: ServiceCase,
    kind: str,
    by: By,
    *,
    words: Secret[str] | None = None,
    visible: bool = True,
    start: str | None = None,
) -> CaseEvent:
    """Write a step down; the state stays unless `start` says where it came from. The case is locked or new."""
    case.steps += 1
    event = CaseEvent(
        step=case.steps,
        id=uuid7(), case_id=case.id, account_id=case.account_id, at=clock.now(), kind=kind,
        from_state=start or case.state, to_state=case.state, by_kind=by.kind, by_person_id=by.person_id,
        by_name=by.name, channel=by.channel, citizen_visible=visible,
    )  # fmt: skip
    if words is not None:
        event.words = vault.of(session).seal("case_event", "words", event.id, words)
    session.add(event)
    return event


def _in_state(case: ServiceCase, states: tuple[str, ...]) -> ServiceCase:
    if case.state not in states:
        raise WrongState(STATE_ZH[case.state])
    return case
