"""What the SMS service of a province needs before its first message."""

from __future__ import annotations

from kernel import vault
from kernel.db import TenantSession
from shared_channels.sms.message_templates.seed import seed_templates
from shared_channels.sms.numbers.seed import seed_limits
from shared_channels.sms.signatures.seed import seed_signature


def seed_province_sms(session: TenantSession) -> int:
    """In the province: keys, provincial templates, signature, limits. Idempotent. Returns rows written; the caller audits."""
    vault.of(session)
    return seed_templates(session) + seed_signature(session) + seed_limits(session)
