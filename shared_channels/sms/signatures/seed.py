"""First signatures and extensions: for the province, and for a body whose manifest names them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from kernel.calendar import clock
from kernel.db import TenantSession
from shared_channels.sms.signatures.models import SignatureStyle, SmsExtension, SmsSignature
from shared_channels.sms.signatures.policy import ACCESS_NUMBER, DEFAULT_ZH


def seed_signature(session: TenantSession, text_zh: str = DEFAULT_ZH) -> int:
    """Give the acting tenant its first signature (without brackets). Returns rows written; the caller audits."""
    known = select(SmsSignature.id).where(SmsSignature.tenant_id == session.tenant_id).limit(1)
    if session.scalar(known) is not None:
        return 0
    session.add(
        SmsSignature(
            number=1, style=SignatureStyle.PER_TENANT, text_zh=text_zh, suffix_zh="", origin="template",
            published_at=clock.now(),
        )
    )  # fmt: skip
    session.flush()
    return 1


def seed_extension(session: TenantSession, holder: UUID, extension: str) -> int:
    """In the province: give `holder` these digits behind 12329 if it has none. Returns rows written; the caller audits."""
    known = select(SmsExtension.id).where(
        SmsExtension.holder_tenant_id == holder, SmsExtension.ended_at.is_(None)
    )
    if session.scalar(known.limit(1)) is not None:
        return 0
    session.add(
        SmsExtension(
            access_number=ACCESS_NUMBER, extension=extension, holder_tenant_id=holder, given_at=clock.now()
        )
    )
    session.flush()
    return 1
