"""Verdicts, the same row on both sides; never changed. The province's carries the approval that made it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Own, tenant_fk


class Verdict(Own, Base):
    """One conclusion. Its exact words are those of the package `package_id`."""

    __tablename__ = "acceptance_verdict"
    __rights__ = ("select", "insert")
    __table_args__ = (
        UniqueConstraint("tenant_id", "verdict_id", name="uq_acceptance_verdict_verdict_id"),
        UniqueConstraint("tenant_id", "assessment_id", name="uq_acceptance_verdict_assessment"),
        UniqueConstraint("tenant_id", "change_id", name="uq_acceptance_verdict_change"),
        tenant_fk("change_id", "change_request", name="fk_acceptance_verdict_change"),
        Index("ix_acceptance_verdict_signed", "tenant_id", "signed_at"),
        CheckConstraint("conclusion_zh in ('优秀', '良好', '合格', '不合格')", name="conclusion"),
    )

    verdict_id: Mapped[UUID]
    assessment_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    package_id: Mapped[UUID]
    number_zh: Mapped[str]
    name_zh: Mapped[str]
    fictional: Mapped[bool]
    conclusion_zh: Mapped[str]
    signed_at: Mapped[datetime]
    proposed_by_name: Mapped[str]
    signed_by_name: Mapped[str]
    change_id: Mapped[UUID | None] = mapped_column(default=None)
