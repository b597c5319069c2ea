"""Change requests for lists: what waits for me, what I made, what happened to an object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select

from kernel.approvals.errors import ChangeNotFound
from kernel.approvals.kinds import all_kinds
from kernel.approvals.models import ChangeComment, ChangeRequest, ChangeState
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.identity.actor import Actor


@dataclass(frozen=True)
class Filter:
    """What a list is narrowed to; empty means all."""

    state: str = ""
    kind: str = ""
    text: str = ""


def waiting_for(actor: Actor) -> Select[ChangeRequest]:
    """Open requests that this person may decide, the one that expires first on top."""
    kinds = [kind.code for kind in all_kinds() if kind.check in actor.permissions]
    return (
        select(ChangeRequest)
        .where(
            ChangeRequest.state == ChangeState.PENDING,
            ChangeRequest.expires_at > clock.now(),
            ChangeRequest.kind.in_(kinds),
            ChangeRequest.maker_person_id != actor.person_id,
        )
        .order_by(ChangeRequest.expires_at, ChangeRequest.id)
    )


def mine_open(actor: Actor) -> Select[ChangeRequest]:
    """This person's own requests that nobody has decided yet."""
    return (
        select(ChangeRequest)
        .where(ChangeRequest.state == ChangeState.PENDING, ChangeRequest.maker_person_id == actor.person_id)
        .order_by(ChangeRequest.expires_at, ChangeRequest.id)
    )


def visible_to(actor: Actor, wanted: Filter = Filter()) -> Select[ChangeRequest]:  # noqa: B008 — frozen
    """Every request that this person made, may check, or may make of that kind. Unordered: the page orders."""
    statement = select(ChangeRequest).where(_concerns(actor))
    if wanted.kind:
        statement = statement.where(ChangeRequest.kind == wanted.kind)
    if wanted.state == ChangeState.EXPIRED:
        late = (ChangeRequest.state == ChangeState.PENDING) & (ChangeRequest.expires_at <= clock.now())
        statement = statement.where(or_(ChangeRequest.state == ChangeState.EXPIRED, late))
    elif wanted.state:
        statement = statement.where(ChangeRequest.state == wanted.state)
    if wanted.text:
        statement = statement.where(ChangeRequest.title_zh.contains(wanted.text, autoescape=True))
    return statement


def visible(session: TenantSession, actor: Actor, change_id: UUID) -> ChangeRequest:
    """One request that concerns this person. Raises ChangeNotFound for absent, foreign and not concerned alike."""
    change = session.scalar(select(ChangeRequest).where(ChangeRequest.id == change_id, _concerns(actor)))
    if change is None:
        raise ChangeNotFound
    return change


def about(session: TenantSession, object_kind: str, object_id: str) -> Sequence[ChangeRequest]:
    """The last twenty requests about one object, newest first."""
    statement = (
        select(ChangeRequest)
        .where(ChangeRequest.object_kind == object_kind, ChangeRequest.object_id == object_id)
        .order_by(ChangeRequest.id.desc())
        .limit(20)
    )
    return session.scalars(statement).all()


def comments(session: TenantSession, change: ChangeRequest) -> Sequence[ChangeComment]:
    """Remarks on a request, oldest first."""
    statement = select(ChangeComment).where(ChangeComment.change_id == change.id).order_by(ChangeComment.id)
    return session.scalars(statement).all()


def _concerns(actor: Actor) -> ColumnElement[bool]:
    kinds = [k.code for k in all_kinds() if k.check in actor.permissions or k.make in actor.permissions]
    return or_(ChangeRequest.maker_person_id == actor.person_id, ChangeRequest.kind.in_(kinds))
