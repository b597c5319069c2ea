"""Programs and links, in the province."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import or_, select

from kernel.db import TenantSession, utc_now
from shared_channels.channel_api.models import ChannelClient, ChannelLink


def live_client(session: TenantSession, code: str) -> ChannelClient | None:
    """The program with that code; None when it is unknown, stopped or past its time."""
    return session.scalars(
        select(ChannelClient).where(
            ChannelClient.code == code,
            ChannelClient.stopped_at.is_(None),
            or_(ChannelClient.valid_to.is_(None), ChannelClient.valid_to > utc_now()),
        )
    ).first()


def clients(session: TenantSession) -> list[ChannelClient]:
    """Every program that was ever registered, the newest first; at most two hundred."""
    return list(session.scalars(select(ChannelClient).order_by(ChannelClient.id.desc()).limit(200)))


def account_of_user(session: TenantSession, channel: str, user_index: bytes) -> UUID | None:
    """The account that a channel's user proved to hold."""
    return session.scalar(
        select(ChannelLink.account_id).where(
            ChannelLink.channel == channel,
            ChannelLink.user_index == user_index,
            ChannelLink.ended_at.is_(None),
        )
    )
