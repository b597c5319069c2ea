"""What bodies handed up, in the province's tenant."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from acceptance.indicators.models import CentreIndicator
from kernel.db import TenantSession


def handed_up(session: TenantSession, code: str) -> dict[UUID, CentreIndicator]:
    """Each body's newest result of one indicator."""
    rows = session.scalars(select(CentreIndicator).where(CentreIndicator.code == code))
    return {row.subject_id: row for row in rows}


def of_body(session: TenantSession, subject_id: UUID) -> Sequence[CentreIndicator]:
    """Everything that the province holds of one body, by code."""
    statement = select(CentreIndicator).where(CentreIndicator.subject_id == subject_id)
    return session.scalars(statement.order_by(CentreIndicator.code)).all()
