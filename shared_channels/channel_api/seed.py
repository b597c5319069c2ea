"""The demo's programs: one for each channel, with keys that the demo's own clients hold."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from kernel.db import TenantSession
from shared_channels.accounts.policy import CHANNEL_ZH
from shared_channels.channel_api.models import ChannelClient
from shared_channels.channel_api.policy import ProgramScope
from shared_channels.channel_api.service import programs


def seed_programs(session: TenantSession, public_keys: Mapping[str, str]) -> int:
    """Register `demo-<channel>` for each channel of `public_keys` (channel → 64 hex digits) that lacks one. Returns rows written.

    Province tenant; the caller audits.
    """
    known = set(session.scalars(select(ChannelClient.code)))
    missing = {channel: key for channel, key in public_keys.items() if _code(channel) not in known}
    for channel, key in missing.items():
        payload = {
            "code": _code(channel),
            "name_zh": f"演示{CHANNEL_ZH[channel]}",
            "channel": channel,
            "scopes": [str(scope) for scope in ProgramScope],
            "public_key": key,
        }
        programs.add(session, payload, change_id=None)
    return len(missing)


def _code(channel: str) -> str:
    return f"demo-{channel.replace('_', '-')}"
