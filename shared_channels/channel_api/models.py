"""Programs that stand for a channel, the nonces they used, and which account a channel's own user is. All in the province tenant."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Own, tenant_fk, utc_now


class ChannelClient(Own, Base):
    """A program that signs its requests. Registered by an approved change; `centre_id` limits it to one centre."""

    __tablename__ = "channel_client"
    __rights__ = ("select", "insert", "update")
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        CheckConstraint("channel in ('wechat', 'gov_app', 'kiosk', 'hall', 'app')", name="channel"),
        CheckConstraint("algorithm in ('ed25519', 'hmac-sha256')", name="algorithm"),
        tenant_fk("change_id", "change_request"),
        Index("ix_channel_client_change", "tenant_id", "change_id"),
    )

    code: Mapped[str]
    name_zh: Mapped[str]
    channel: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(String))
    algorithm: Mapped[str]
    key: Mapped[bytes] = mapped_column(LargeBinary)
    centre_id: Mapped[UUID | None] = mapped_column(default=None)
    change_id: Mapped[UUID | None] = mapped_column(default=None)
    valid_to: Mapped[datetime | None] = mapped_column(default=None)
    registered_at: Mapped[datetime] = mapped_column(default=utc_now)
    stopped_at: Mapped[datetime | None] = mapped_column(default=None)


class ChannelNonce(Own, Base):
    """A nonce that was used: the same request a second time finds it here."""

    __tablename__ = "channel_nonce"
    __rights__ = ("select", "insert", "delete")
    __unaudited__ = "guards against replay"
    __table_args__ = (
        UniqueConstraint("tenant_id", "client_id", "nonce"),
        tenant_fk("client_id", "channel_client"),
        Index("ix_channel_nonce_expires", "tenant_id", "expires_at"),
    )

    client_id: Mapped[UUID]
    nonce: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime]


class ChannelLink(Own, Base):
    """The channel's user behind `user_index` (a keyed hash of the openid) is this account: proven once by a code."""

    __tablename__ = "channel_link"
    __rights__ = ("select", "insert", "update")
    __citizen__ = "account_id"
    __table_args__ = (
        Index(
            "uq_channel_link_live", "tenant_id", "channel", "user_index",
            unique=True, postgresql_where=text("ended_at IS NULL"),
        ),
        tenant_fk("account_id", "account"),
        Index("ix_channel_link_account", "tenant_id", "account_id"),
    )  # fmt: skip

    account_id: Mapped[UUID]
    channel: Mapped[str]
    user_index: Mapped[bytes] = mapped_column(LargeBinary)
    linked_at: Mapped[datetime] = mapped_column(default=utc_now)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
