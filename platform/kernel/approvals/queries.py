"""Change requests for lists: what waits for me, what I made, what happened to an object."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, or_, select

from kernel.approvals.kinds import all_kinds
from kernel.approvals.models import ChangeComment, ChangeRequest, ChangeState
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.identity.actor import Actor


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


def visible_to(actor: Actor) -> Select[ChangeRequest]:
    """Every request that this person made, may check, or may make of that kind; newest first."""
    kinds = [k.code for k in all_kinds() if k.check in actor.permissions or k.make in actor.permissions]
    mine = ChangeRequest.maker_person_id == actor.person_id
    return (
        select(ChangeRequest)
        .where(or_(mine, ChangeRequest.kind.in_(kinds)))
        .order_by(ChangeRequest.id.desc())
    )


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
