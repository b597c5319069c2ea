"""What the first screen counts: a constant number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from kernel.approvals import queries as approvals
from kernel.approvals.models import ChangeRequest, ChangeState
from kernel.db import TenantSession
from kernel.identity.actor import Actor
from kernel.permissions import Permission
from tenants.catalogue import queries as catalogue
from tenants.channels import queries as channels
from tenants.channels.queries import Openness


@dataclass(frozen=True)
class Desk:
    """The first screen of one person."""

    waiting: Sequence[ChangeRequest]
    mine: Sequence[ChangeRequest]
    waiting_count: int
    decided: Sequence[ChangeRequest]
    items: int
    openness: Openness


def desk(session: TenantSession, actor: Actor) -> Desk:
    """Everything on the first screen."""
    waiting = approvals.waiting_for(actor)
    counted = session.scalar(select(func.count()).select_from(waiting.order_by(None).subquery())) or 0
    return Desk(
        waiting=session.scalars(waiting.limit(5)).all(),
        mine=session.scalars(approvals.mine_open(actor).limit(5)).all(),
        waiting_count=counted,
        decided=_decided(session, actor),
        items=len(catalogue.public_items(session)) if actor.may(Permission.CATALOGUE_READ) else 0,
        openness=channels.openness(session),
    )


def _decided(session: TenantSession, actor: Actor) -> Sequence[ChangeRequest]:
    done = approvals.visible_to(actor).where(ChangeRequest.state != ChangeState.PENDING)
    return session.scalars(done.order_by(ChangeRequest.decided_at.desc().nulls_last()).limit(8)).all()
