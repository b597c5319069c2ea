"""Signatures (published revisions), the province's registry of extensions, and filings with the carriers."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Inherited, Own, tenant_fk, utc_now


class SignatureStyle(StrEnum):
    """A signature of the tenant's own, or the province's with the city behind the text."""

    PER_TENANT = "PER_TENANT"
    PROVINCIAL_WITH_SUFFIX = "PROVINCIAL_WITH_SUFFIX"


class FilingState(StrEnum):
    """Where a filing with one carrier stands."""

    PREPARING = "preparing"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REFUSED = "refused"


class Carrier(StrEnum):
    """The three carriers of the mainland."""

    MOBILE = "MOBILE"
    UNICOM = "UNICOM"
    TELECOM = "TELECOM"


class SmsSignature(Inherited, Base):
    """One revision of a tenant's signature; the highest number is in force. Texts without brackets."""

    __tablename__ = "sms_signature"
    __rights__ = ("select", "insert")
    __table_args__ = (
        UniqueConstraint("tenant_id", "number", name="uq_sms_signature_number"),
        UniqueConstraint("tenant_id", "change_id", name="uq_sms_signature_change"),
        tenant_fk("change_id", "change_request", name="fk_sms_signature_change"),
        CheckConstraint("origin in ('template', 'change')", name="origin"),
        CheckConstraint("(origin = 'change') = (change_id is not null)", name="change"),
        CheckConstraint("style in ('PER_TENANT', 'PROVINCIAL_WITH_SUFFIX')", name="style"),
        CheckConstraint("text_zh !~ '[【】]' and suffix_zh !~ '[【】<>]'", name="text"),
    )

    number: Mapped[int]
    style: Mapped[str]
    text_zh: Mapped[str]
    suffix_zh: Mapped[str]
    origin: Mapped[str]
    change_id: Mapped[UUID | None] = mapped_column(default=None)
    published_at: Mapped[datetime]


class SmsExtension(Own, Base):
    """Digits behind an access number, given to one tenant; never given to another one again, so that late replies find their way."""

    __tablename__ = "sms_extension"
    __table_args__ = (
        UniqueConstraint("tenant_id", "access_number", "extension", name="uq_sms_extension_digits"),
        CheckConstraint("extension ~ '^[0-9]{1,8}$'", name="digits"),
        Index(
            "uq_sms_extension_holder", "tenant_id", "holder_tenant_id", unique=True,
            postgresql_where=text("ended_at is null"),
        ),
    )  # fmt: skip

    access_number: Mapped[str]
    extension: Mapped[str]
    holder_tenant_id: Mapped[UUID]
    given_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class SmsFiling(Own, Base):
    """Filing (报备) of one revision of a template or signature with one carrier. Carriers need 7 to 10 working days."""

    __tablename__ = "sms_filing"
    __table_args__ = (
        UniqueConstraint("tenant_id", "subject", "code", "number", "carrier", name="uq_sms_filing_carrier"),
        CheckConstraint("subject in ('template', 'signature')", name="subject"),
        CheckConstraint("carrier in ('MOBILE', 'UNICOM', 'TELECOM')", name="carrier"),
        CheckConstraint("state in ('preparing', 'submitted', 'approved', 'refused')", name="state"),
    )

    subject: Mapped[str]
    code: Mapped[str]
    number: Mapped[int]
    carrier: Mapped[str]
    state: Mapped[str]
    submitted_on: Mapped[date | None] = mapped_column(default=None)
    decided_on: Mapped[date | None] = mapped_column(default=None)
    note_zh: Mapped[str] = mapped_column(default="")
    recorder_name: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=utc_now)
