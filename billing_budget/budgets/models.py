"""Plans of a year, revision by revision. Money in fen, SMS in billable segments."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Own, tenant_fk, utc_now


class SpendingPlan(Own, Base):
    """One revision of a year's plan; the highest number is in force. `warn_percent`: share of the allowance at which people are told."""

    __tablename__ = "spending_plan"
    __rights__ = ("select", "insert")
    __table_args__ = (
        UniqueConstraint("tenant_id", "year", "number", name="uq_spending_plan_number"),
        UniqueConstraint("tenant_id", "change_id", name="uq_spending_plan_change"),
        tenant_fk("change_id", "change_request", name="fk_spending_plan_change"),
        CheckConstraint("origin in ('manifest', 'change')", name="origin"),
        CheckConstraint("(origin = 'change') = (change_id is not null)", name="change"),
        CheckConstraint("sms_monthly >= 0 and allowance_fen >= 0", name="amounts"),
        CheckConstraint("warn_percent between 1 and 100", name="warn"),
    )

    year: Mapped[int]
    number: Mapped[int]
    sms_monthly: Mapped[int]
    allowance_fen: Mapped[int] = mapped_column(BigInteger)
    construction_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    operation_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    security_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    warn_percent: Mapped[int] = mapped_column(default=80)
    origin: Mapped[str]
    change_id: Mapped[UUID | None] = mapped_column(default=None)
    published_at: Mapped[datetime] = mapped_column(default=utc_now)
