"""Dossiers of this side."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select

from acceptance.assessments.models import AcceptancePackage
from acceptance.dossiers.models import Dossier
from kernel.audit.models import AuditEvent
from kernel.db import TenantSession


def dossier(session: TenantSession, verdict_id: UUID) -> Dossier | None:
    """The one of a verdict; None while it is being written."""
    return session.scalar(select(Dossier).where(Dossier.verdict_id == verdict_id))


def ready(session: TenantSession, verdict_ids: Collection[UUID]) -> set[UUID]:
    """Those of the verdicts that have one."""
    statement = select(Dossier.verdict_id).where(Dossier.verdict_id.in_(list(verdict_ids)))
    return set(session.scalars(statement))


def key_event(session: TenantSession, verdict: UUID, change_id: UUID | None) -> int | None:
    """Where in the own log the verdict was signed (province) or taken in (centre)."""
    action, about = ("changes.approved", change_id) if change_id else ("verdicts.received", verdict)
    statement = select(AuditEvent.seq).where(AuditEvent.action == action, AuditEvent.object_id == str(about))
    return session.scalar(statement.order_by(AuditEvent.seq.desc()).limit(1))


def exact(packages: Sequence[AcceptancePackage]) -> list[tuple[str, bytes]]:
    """(kind, exact bytes) of packages."""
    return [(package.kind, package.body) for package in packages]
