"""Tariffs, revision by revision and carrier by carrier, in the province's tenant."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Inherited, tenant_fk, utc_now


class SmsTariff(Inherited, Base):
    """One revision of a carrier's tariff. In force in a month: the highest number among those that began by then.

    `tiers` is [{"start": segments, "price_milli_fen": …}, …]; `origin` default: ours, for demonstration.
    """

    __tablename__ = "sms_tariff"
    __rights__ = ("select", "insert")
    __table_args__ = (
        UniqueConstraint("tenant_id", "carrier", "number", name="uq_sms_tariff_number"),
        UniqueConstraint("tenant_id", "change_id", name="uq_sms_tariff_change"),
        tenant_fk("change_id", "change_request", name="fk_sms_tariff_change"),
        CheckConstraint("basis in ('submitted', 'delivered')", name="basis"),
        CheckConstraint("origin in ('default', 'change')", name="origin"),
        CheckConstraint("(origin = 'change') = (change_id is not null)", name="change"),
    )

    carrier: Mapped[str]
    number: Mapped[int]
    basis: Mapped[str]
    valid_from: Mapped[date]
    tiers: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    note_zh: Mapped[str] = mapped_column(default="")
    origin: Mapped[str]
    change_id: Mapped[UUID | None] = mapped_column(default=None)
    published_at: Mapped[datetime] = mapped_column(default=utc_now)
