"""Uplink messages as they came, sealed with the keys of the tenant that they were sent to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from kernel.db.model import Base, Own


class SmsUplink(Own, Base):
    """One uplink message. An opt-out stands in the province's tenant as well, where numbers are blocked (decision D12)."""

    __tablename__ = "sms_uplink"
    __rights__ = ("select", "update")
    __unaudited__ = "stored by the gateway; what is done about it is audited"
    __table_args__ = (
        UniqueConstraint("tenant_id", "account", "carrier_id", name="uq_sms_uplink_carrier_id"),
        CheckConstraint("meaning in ('words', 'opt_out')", name="meaning"),
    )

    link: Mapped[str]
    account: Mapped[str]
    carrier_id: Mapped[str]
    sent_to: Mapped[str]
    phone: Mapped[bytes]
    phone_index: Mapped[bytes]
    text: Mapped[bytes]
    received_at: Mapped[datetime]
    meaning: Mapped[str]
    handled_at: Mapped[datetime | None]
