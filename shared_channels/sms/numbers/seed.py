"""The first limits of a province: the platform's defaults, near what carriers and clouds hold; the province may change them."""

from __future__ import annotations

from sqlalchemy import select

from kernel.db import TenantSession
from shared_channels.sms.numbers.models import SmsLimit

DEFAULTS: tuple[tuple[str, int | None, int | None], ...] = (
    ("OTP", 5, 20),
    ("NOTICE", None, 50),
    ("QUERY_REPLY", 15, 50),
    ("POLICY", None, 2),
)
"""Category, most in an hour, most in a day."""


def seed_limits(session: TenantSession) -> int:
    """Set the limits that the province lacks. Returns rows written; the caller audits."""
    known = set(session.scalars(select(SmsLimit.category)))
    missing = [row for row in DEFAULTS if row[0] not in known]
    session.add_all(SmsLimit(category=c, per_hour=hour, per_day=day) for c, hour, day in missing)
    session.flush()
    return len(missing)
