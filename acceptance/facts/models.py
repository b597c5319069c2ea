"""Daily facts in the centre's tenant; monthly sums, handed up, in the province's."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Own, utc_now


class Measure(StrEnum):
    """What is counted in a day, by channel."""

    VISITS = "visits"
    REQUESTS = "requests"
    SUCCESSES = "successes"
    REGISTRATIONS = "registrations"


MEASURE_ZH = {
    Measure.VISITS: "访问量",
    Measure.REQUESTS: "办理请求",
    Measure.SUCCESSES: "办理成功",
    Measure.REGISTRATIONS: "新增注册",
}


class DailyFact(Own, Base):
    """One number of one day. `origin`: event (computed here), reported (a centre sent it), synthetic (demo history)."""

    __tablename__ = "daily_fact"
    __unaudited__ = "computed from audited business rows and recomputable"
    __table_args__ = (
        UniqueConstraint("tenant_id", "day", "measure", "channel", name="uq_daily_fact_cell"),
        CheckConstraint("value >= 0", name="value"),
        CheckConstraint("origin in ('event', 'reported', 'synthetic')", name="origin"),
    )

    day: Mapped[date]
    measure: Mapped[str]
    channel: Mapped[str]
    value: Mapped[int] = mapped_column(BigInteger)
    origin: Mapped[str]


class CentreMonth(Own, Base):
    """A centre's sum of one month, in the province's tenant: read by the province, written only by the hand-over event."""

    __tablename__ = "centre_month"
    __readers__ = ("gjj_province_reader",)
    __unaudited__ = "a copy of the centre's own facts, replaced whole by each hand-over"
    __table_args__ = (
        UniqueConstraint(
            "tenant_id", "subject_id", "month", "measure", "channel", name="uq_centre_month_cell"
        ),
        Index("ix_centre_month_month", "tenant_id", "month"),
        CheckConstraint("value >= 0", name="value"),
    )

    subject_id: Mapped[UUID]
    month: Mapped[date]
    measure: Mapped[str]
    channel: Mapped[str]
    value: Mapped[int] = mapped_column(BigInteger)
    origin: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(default=utc_now)
