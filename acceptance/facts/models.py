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
    """One number of one day. `origin`: event (sum of the ledger), reported (a centre sent it), synthetic (demo history).

    `measure` is the code of a kind, `dims` the canonical text of its dimensions without the channel. Cells of different origin never mix.
    """

    __tablename__ = "daily_fact"
    __unaudited__ = "computed from audited business rows and recomputable"
    __table_args__ = (
        UniqueConstraint(
            "tenant_id", "day", "measure", "channel", "dims", "origin", name="uq_daily_fact_cell"
        ),
        CheckConstraint("value >= 0", name="value"),
        CheckConstraint("origin in ('event', 'reported', 'synthetic')", name="origin"),
    )

    day: Mapped[date]
    measure: Mapped[str]
    channel: Mapped[str]
    dims: Mapped[str] = mapped_column(default="", server_default="")
    value: Mapped[int] = mapped_column(BigInteger)
    origin: Mapped[str]


class FactEvent(Own, Base):
    """The ledger: what one event of a room added to a day. Every number is a sum of these rows; the app can neither change nor delete them.

    `source_event_id` is the id of the row or event it follows, once for each kind; it names no person.
    """

    __tablename__ = "fact_event"
    __rights__ = ("select", "insert")
    __unaudited__ = "follows an event whose cause is audited"
    __table_args__ = (
        UniqueConstraint("tenant_id", "kind", "source_event_id", name="uq_fact_event_source"),
        Index("ix_fact_event_day", "tenant_id", "day", "kind", "id"),
        CheckConstraint("n >= 0", name="n"),
    )

    day: Mapped[date]
    kind: Mapped[str]
    channel: Mapped[str]
    dims: Mapped[str] = mapped_column(default="")
    n: Mapped[int] = mapped_column(BigInteger)
    source_event_id: Mapped[UUID | None] = mapped_column(default=None)
    recorded_at: Mapped[datetime] = mapped_column(default=utc_now)


class FactCorrection(Own, Base):
    """A cell whose sum over the ledger was another than the roll-up said: what stood there, what stands there now, how many rows."""

    __tablename__ = "fact_correction"
    __rights__ = ("select", "insert")
    __table_args__ = (Index("ix_fact_correction_day", "tenant_id", "day", "measure"),)

    day: Mapped[date]
    measure: Mapped[str]
    channel: Mapped[str]
    dims: Mapped[str]
    before: Mapped[int] = mapped_column(BigInteger)
    after: Mapped[int] = mapped_column(BigInteger)
    ledger_rows: Mapped[int]
    found_at: Mapped[datetime]


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
