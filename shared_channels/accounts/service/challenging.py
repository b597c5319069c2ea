"""Codes: asking for one, guessing it, spending the proof. A wrong guess is an answer, not an error: its count must be committed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import update

from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import RevealPurpose, Secret, reveal
from kernel.crypto.tokens import new_digits, new_token, same
from kernel.db import TenantSession, utc_now
from kernel.db.ids import uuid7
from kernel.vault import of as vault_of
from shared_channels.accounts.adapters.messages import send_code
from shared_channels.accounts.models import AccountChallenge
from shared_channels.accounts.policy import (
    CODE_DIGITS,
    CODE_LIFE,
    MOST_GUESSES,
    PROOF_LIFE,
    TEMPLATE_OF,
    Purpose,
    code_digest,
)
from shared_channels.accounts.queries import key_hash, phone_index


@dataclass(frozen=True)
class Holder:
    """Who may answer: the key in `key`, and where given the signed-in account, the channel's program and its user."""

    account_id: UUID | None = None
    client_id: UUID | None = None
    user_index: bytes = b""


@dataclass(frozen=True)
class Proof:
    """A right answer: the number is in the hands of whoever holds the key."""

    challenge_id: UUID
    phone: Secret[str]
    account_id: UUID | None


NOBODY = Holder()


def ask(
    session: TenantSession,
    purpose: Purpose,
    phone: Secret[str],
    *,
    holder: Holder = NOBODY,
    payer: UUID | None = None,
) -> Secret[str]:
    """Send a code to `phone` in this transaction and return the key that belongs to it, which is stored nowhere.

    The same for a number that is registered and one that is not. The caller has counted before (`limiting`). Raises what
    `sms.messages.service.accept` raises. Province tenant; `payer` is the centre that pays, else the province.
    """
    key, code, challenge_id = new_token(), new_digits(CODE_DIGITS), uuid7()
    session.add(
        AccountChallenge(
            id=challenge_id,
            key_hash=key_hash(reveal(key, RevealPurpose.TOKEN_HASH)),
            purpose=purpose,
            phone=vault_of(session).seal("account_challenge", "phone", challenge_id, phone),
            phone_index=phone_index(session, phone),
            code_hash=code_digest(key, challenge_id, purpose, code),
            account_id=holder.account_id,
            client_id=holder.client_id,
            holder=holder.user_index,
            expires_at=utc_now() + CODE_LIFE,
        )
    )
    session.flush()
    send_code(session, TEMPLATE_OF[purpose], phone, code, challenge_id, payer)
    session.audit("accounts.code_sent", "account_challenge", challenge_id, "发送短信验证码", purpose=purpose)
    return key


def guess(
    session: TenantSession, key: Secret[str], purpose: Purpose, code: Secret[str], holder: Holder = NOBODY
) -> Proof | None:
    """Evaluate one guess: counted first, at most five for a code, once right. None for every kind of wrong. Province tenant.

    A caller that goes on to sign somebody in audits that; the fifth wrong guess is audited here.
    """
    now = utc_now()
    row = session.execute(
        update(AccountChallenge)
        .where(
            AccountChallenge.key_hash == key_hash(reveal(key, RevealPurpose.TOKEN_HASH)),
            AccountChallenge.purpose == purpose,
            AccountChallenge.account_id.is_not_distinct_from(holder.account_id),
            AccountChallenge.client_id.is_not_distinct_from(holder.client_id),
            AccountChallenge.holder == holder.user_index,
            AccountChallenge.attempts < MOST_GUESSES,
            AccountChallenge.expires_at > now,
            AccountChallenge.proven_at.is_(None),
        )
        .values(attempts=AccountChallenge.attempts + 1)
        .returning(
            AccountChallenge.id, AccountChallenge.code_hash, AccountChallenge.phone, AccountChallenge.attempts
        )
        .execution_options(synchronize_session=False)
    ).first()
    if row is None:
        return None
    if not same(row.code_hash, code_digest(key, row.id, purpose, code)):
        if row.attempts >= MOST_GUESSES:
            session.audit(
                "accounts.code_exhausted",
                "account_challenge",
                row.id,
                "短信验证码连续输错，已失效",
                purpose=purpose,
            )
        return None
    session.execute(
        update(AccountChallenge)
        .where(AccountChallenge.id == row.id)
        .values(proven_at=now, code_hash=secrets.token_bytes(32))
        .execution_options(synchronize_session=False)
    )
    phone = vault_of(session).open("account_challenge", "phone", row.id, row.phone, MaskKind.PHONE)
    return Proof(row.id, phone, holder.account_id)


def spend(
    session: TenantSession, key: Secret[str], purposes: tuple[Purpose, ...], holder: Holder = NOBODY
) -> Proof | None:
    """Use a proof that waited for the privacy notice, once. None when there is none, it is too old, or it was used."""
    now = utc_now()
    row = session.execute(
        update(AccountChallenge)
        .where(
            AccountChallenge.key_hash == key_hash(reveal(key, RevealPurpose.TOKEN_HASH)),
            AccountChallenge.purpose.in_(purposes),
            AccountChallenge.account_id.is_not_distinct_from(holder.account_id),
            AccountChallenge.client_id.is_not_distinct_from(holder.client_id),
            AccountChallenge.holder == holder.user_index,
            AccountChallenge.proven_at > now - PROOF_LIFE,
            AccountChallenge.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(AccountChallenge.id, AccountChallenge.phone)
        .execution_options(synchronize_session=False)
    ).first()
    if row is None:
        return None
    phone = vault_of(session).open("account_challenge", "phone", row.id, row.phone, MaskKind.PHONE)
    return Proof(row.id, phone, holder.account_id)
