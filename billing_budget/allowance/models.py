"""A month's allowance and the rule about its cap. Amounts are billable segments."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Own, tenant_fk, utc_now


class SmsAllowance(Own, Base):
    """One month (`YYYY-MM`, Beijing) of one tenant. `cap_segments` None: there is no plan, so nothing is capped.

    `reserved_segments`, `used_segments` and `stopped_count` (messages refused by a hard cap) are written by the database's functions
    only; `warned_at`, `over_at`, `stopped_at` say when it came to that for the first time.
    """

    __tablename__ = "sms_allowance"
    __rights__ = ("select", "update")
    __unaudited__ = "counters of audited messages; the cap follows an audited change"
    __table_args__ = (
        UniqueConstraint("tenant_id", "month"),
        CheckConstraint("warn_percent between 1 and 100", name="warn"),
        CheckConstraint("cap_segments >= 0 and used_segments >= 0", name="amounts"),
    )

    month: Mapped[str]
    cap_segments: Mapped[int | None]
    hard: Mapped[bool]
    warn_percent: Mapped[int]
    reserved_segments: Mapped[int] = mapped_column(BigInteger, server_default="0")
    used_segments: Mapped[int] = mapped_column(BigInteger, server_default="0")
    stopped_count: Mapped[int] = mapped_column(BigInteger, server_default="0")
    warned_at: Mapped[datetime | None]
    over_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]


class AllowanceRule(Own, Base):
    """Whether the cap stops sending (`hard`) or only warns; the highest number is in force, no row means soft."""

    __tablename__ = "allowance_rule"
    __rights__ = ("select", "insert")
    __table_args__ = (
        UniqueConstraint("tenant_id", "number", name="uq_allowance_rule_number"),
        UniqueConstraint("tenant_id", "change_id", name="uq_allowance_rule_change"),
        tenant_fk("change_id", "change_request", name="fk_allowance_rule_change"),
    )

    number: Mapped[int]
    hard: Mapped[bool]
    change_id: Mapped[UUID]
    published_at: Mapped[datetime] = mapped_column(default=utc_now)
