"""A channel's user is linked to an account once, by a code to its phone; from then on the channel's own log-in is enough (decision D8)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from kernel.db import TenantSession, utc_now
from kernel.db.ids import uuid7
from shared_channels.accounts.models import AccountState
from shared_channels.accounts.queries import account_of_phone
from shared_channels.accounts.service import registering, sessions
from shared_channels.accounts.service.challenging import Proof
from shared_channels.accounts.service.registering import Entered, Way
from shared_channels.channel_api.errors import RegistrationNeeded
from shared_channels.channel_api.models import ChannelLink
from shared_channels.channel_api.queries import account_of_user


def link(session: TenantSession, proof: Proof, user_index: bytes, way: Way) -> Entered:
    """Link the user behind `user_index` to the account of a proven number and let them in. Raises RegistrationNeeded."""
    account = account_of_phone(session, proof.phone)
    if account is None or account.state != AccountState.ACTIVE or not registering.agreed(session, account.id):
        raise RegistrationNeeded
    former = account_of_user(session, way.channel, user_index)
    if former is not None and former != account.id:
        unlink(session, way.channel, user_index)
    session.execute(
        insert(ChannelLink)
        .values(
            tenant_id=session.tenant_id, id=uuid7(), account_id=account.id, channel=way.channel,
            user_index=user_index, linked_at=utc_now(),
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    entered = _let_in(session, account.id, way)
    session.audit("accounts.channel_linked", "account", account.id, "渠道用户关联账号", channel=way.channel)
    return entered


def enter(session: TenantSession, user_index: bytes, way: Way) -> Entered | None:
    """Let a linked user in, without a code and without registering. None when there is no link or no active account."""
    account_id = account_of_user(session, way.channel, user_index)
    if account_id is None or not registering.active(session, account_id):
        return None
    entered = _let_in(session, account_id, way)
    session.audit("accounts.signed_in", "account", account_id, "渠道用户进入", channel=way.channel)
    return entered


def unlink(session: TenantSession, channel: str, user_index: bytes) -> None:
    """The channel's user stands for nobody any more."""
    session.execute(
        update(ChannelLink)
        .where(
            ChannelLink.channel == channel,
            ChannelLink.user_index == user_index,
            ChannelLink.ended_at.is_(None),
        )
        .values(ended_at=utc_now())
        .execution_options(synchronize_session=False)
    )


def _let_in(session: TenantSession, account_id: UUID, way: Way) -> Entered:
    session_id, key = sessions.begin(
        session, account_id, channel=way.channel, client_id=way.client_id, centre_id=way.centre_id
    )
    return Entered(account_id, session_id, key)
