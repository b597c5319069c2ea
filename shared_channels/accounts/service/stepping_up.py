"""Raising the level of a log-in: the real person, proven by a means on the phone or by a clerk at the counter."""

from __future__ import annotations

import secrets
from uuid import UUID

from sqlalchemy import update

from kernel.crypto.secret import Secret
from kernel.db import TenantSession, utc_now
from shared_channels.accounts.models import AccountSession, CounterCode
from shared_channels.accounts.policy import COUNTER_CODE_LIFE
from shared_channels.accounts.ports import MEANS_ZH, Means
from shared_channels.accounts.queries import COUNTER_ALPHABET, COUNTER_LENGTH, counter_code_hash


def mark_real_person(
    session: TenantSession, account_id: UUID, session_id: UUID, binding_id: UUID, means: Means
) -> bool:
    """The person of a binding was proven in this log-in. False when the log-in ended meanwhile. Province tenant."""
    marked = session.execute(
        update(AccountSession)
        .where(
            AccountSession.id == session_id,
            AccountSession.account_id == account_id,
            AccountSession.ended_at.is_(None),
        )
        .values(real_person_at=utc_now(), real_person_by=means, real_person_for=binding_id)
        .returning(AccountSession.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if marked is None:
        return False
    session.audit("accounts.real_person", "account", account_id, f"实人认证：{MEANS_ZH[means]}", means=means)
    return True


def make_counter_code(
    session: TenantSession, account_id: UUID, session_id: UUID, purpose: str
) -> Secret[str]:
    """A code to show at the counter within ten minutes. Stored as a hash only. Centre tenant."""
    code = Secret("".join(secrets.choice(COUNTER_ALPHABET) for _ in range(COUNTER_LENGTH)))
    session.add(
        CounterCode(
            account_id=account_id,
            session_id=session_id,
            purpose=purpose,
            code_hash=counter_code_hash(session.tenant_id, code),
            expires_at=utc_now() + COUNTER_CODE_LIFE,
        )
    )
    session.flush()
    return code
