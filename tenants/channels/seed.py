"""Channels of a new centre, from its manifest: which it offers, from where, open or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from kernel.calendar import clock
from kernel.db import TenantSession
from tenants.channels.models import ChannelCode, ChannelRevision


def seed_channels(session: TenantSession, channels: Mapping[str, Any]) -> int:
    """Give the tenant its first revision of each channel that it does not have yet. Returns how many were added.

    `channels`: code → True/False (open), or code → {"open": …, "source": …, "address": …, "owner_zh": …}. The caller audits.
    """
    unknown = set(channels) - set(ChannelCode)
    if unknown:
        raise ValueError(f"unknown channels: {sorted(unknown)}")
    mine = select(ChannelRevision.code).where(ChannelRevision.tenant_id == session.tenant_id)
    there = set(session.scalars(mine))
    now = clock.now()
    new = [_first(code, given, now) for code, given in channels.items() if code not in there]
    session.add_all(new)
    session.flush()
    return len(new)


def _first(code: str, given: Any, now: Any) -> ChannelRevision:
    values = dict(given) if isinstance(given, Mapping) else {"open": bool(given)}
    return ChannelRevision(
        code=code, number=1, effective_from=now, origin="manifest", published_at=now, **values
    )
