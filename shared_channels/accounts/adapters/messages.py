"""Hands a code to the message service, in the transaction of the account (decision D7)."""

from __future__ import annotations

from uuid import UUID

from kernel.crypto.secret import Secret
from kernel.db import TenantSession
from shared_channels.sms.messages.service import accept


def send_code(
    session: TenantSession,
    template: str,
    phone: Secret[str],
    code: Secret[str],
    challenge_id: UUID,
    payer: UUID | None,
) -> None:
    """Accept the message. Raises what the message service raises, in Chinese; then no code was made either."""
    accept(
        session,
        template=template,
        phone=phone,
        values={"code": code},
        key=f"account_challenge:{challenge_id}",
        payer=payer,
        origin=("account_challenge", str(challenge_id)),
    )
