"""What the province keeps of each body's indicators: the result alone, never a row behind it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Own


class CentreIndicator(Own, Base):
    """A body's newest result of one indicator, in the province's tenant: read by the province, written only by the hand-over event."""

    __tablename__ = "centre_indicator"
    __readers__ = ("gjj_province_reader",)
    __unaudited__ = "a copy of the centre's own results, replaced whole by each hand-over"
    __table_args__ = (
        UniqueConstraint("tenant_id", "subject_id", "code", name="uq_centre_indicator_code"),
        CheckConstraint("state in ('not_enough', 'value')", name="state"),
        CheckConstraint("(state = 'value') = (amount is not null)", name="amount"),
    )

    subject_id: Mapped[UUID]
    code: Mapped[str]
    version: Mapped[int]
    source_hash: Mapped[str]
    state: Mapped[str]
    amount: Mapped[Decimal | None] = mapped_column(Numeric(16, 4), default=None)
    sample: Mapped[int] = mapped_column(BigInteger)
    first_day: Mapped[date]
    last_day: Mapped[date]
    synthetic: Mapped[bool]
    computed_at: Mapped[datetime]
