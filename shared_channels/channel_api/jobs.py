"""Nonces whose time is over are removed."""

from __future__ import annotations

from typing import Any

from kernel.db import TenantSession
from kernel.jobs.registry import job
from shared_channels.channel_api.service import checking


@job("channel_api.forget_nonces")
def forget_nonces(session: TenantSession, payload: dict[str, Any]) -> None:
    """Runs hourly in the province."""
    checking.forget_nonces(session)


SCHEDULE = (("channel_api.forget_nonces", "every 60m", "province"),)
