"""Checking a signed request: form, time, program, signature, then the nonce, which is written down so that it is good once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from kernel.crypto.secret import RevealPurpose, reveal
from kernel.db import TenantSession, utc_now
from kernel.db.ids import uuid7
from kernel.vault import of as vault_of
from shared_channels.channel_api.errors import ClockOff, ScopeMissing, SignatureRefused
from shared_channels.channel_api.models import ChannelClient, ChannelNonce
from shared_channels.channel_api.policy import SKEW, Algorithm, SignedRequest, holds
from shared_channels.channel_api.queries import live_client


@dataclass(frozen=True)
class Program:
    """A program that proved itself in this request."""

    id: UUID
    code: str
    channel: str
    scopes: frozenset[str]


def check(session: TenantSession, request: SignedRequest, centre_id: UUID, scope: str) -> Program:
    """The program behind a request. Raises SignatureRefused, ClockOff, ScopeMissing. Province tenant; the caller commits the nonce.

    The nonce is kept only after the signature held, so that nobody without a key can fill the table.
    """
    client = live_client(session, request.client) if request.well_formed else None
    if client is None or not holds(client.algorithm, _key(session, client), request):
        raise SignatureRefused
    now = utc_now()
    if abs(int(request.timestamp) - now.timestamp()) > SKEW.total_seconds():
        raise ClockOff
    fresh = session.execute(
        insert(ChannelNonce)
        .values(
            tenant_id=session.tenant_id, id=uuid7(), client_id=client.id, nonce=request.nonce.encode(),
            expires_at=now + 2 * SKEW + timedelta(minutes=1),
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "client_id", "nonce"])
        .returning(ChannelNonce.id)
    ).scalar_one_or_none()  # fmt: skip
    if fresh is None:
        raise SignatureRefused
    if scope not in client.scopes or client.centre_id not in (None, centre_id):
        raise ScopeMissing
    return Program(client.id, client.code, client.channel, frozenset(client.scopes))


def forget_nonces(session: TenantSession) -> int:
    """Remove nonces whose time is over: a request with such a time is refused anyway. Returns how many."""
    gone = session.execute(
        delete(ChannelNonce)
        .where(ChannelNonce.expires_at < utc_now())
        .returning(ChannelNonce.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def _key(session: TenantSession, client: ChannelClient) -> bytes:
    if client.algorithm == Algorithm.ED25519:
        return client.key
    secret = vault_of(session).open("channel_client", "key", client.id, client.key)
    return bytes.fromhex(reveal(secret, RevealPurpose.TOKEN_HASH))
