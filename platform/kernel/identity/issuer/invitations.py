"""Invitations and resets: a link, good once, with which a person sets password and second factor.

A reset is decided by two officers, neither of them the person concerned (decisions D9); the caller shows their decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from kernel.identity.issuer.core import Issuer
from kernel.identity.issuer.digests import new_token, token_hash
from kernel.identity.issuer.login import needs_totp
from kernel.identity.issuer.password_rules import PasswordFault, password_fault
from kernel.identity.issuer.records import Credentials, Invitation, InvitationKind, Person
from kernel.identity.issuer.second_factor import (
    matching_step,
    new_recovery_codes,
    pending_secret,
    recovery_hash,
)


class OfficersNotTwo(Exception):
    """A reset needs two different officers, and the person concerned is neither of them."""


@dataclass(frozen=True, slots=True)
class Redemption:
    """The outcome of a filled-in invitation. `closed`: the link is not good any more."""

    person: Person | None = None
    recovery_codes: tuple[str, ...] = ()
    fault: PasswordFault | None = None
    code_wrong: bool = False
    closed: bool = False


def invite(issuer: Issuer, person_id: UUID, *, officer_id: UUID) -> str:
    """Create a person's first invitation; the address to hand over. Earlier open ones die."""
    return _create(issuer, person_id, InvitationKind.JOIN, (officer_id,), issuer.settings.invitation_lifetime)


def reset(issuer: Issuer, person_id: UUID, *, maker_id: UUID, checker_id: UUID) -> str:
    """Take a person's credentials away and create a reset link; its address. Raises OfficersNotTwo."""
    if len({person_id, maker_id, checker_id}) != 3:
        raise OfficersNotTwo
    officers = (maker_id, checker_id)
    return _create(issuer, person_id, InvitationKind.RESET, officers, issuer.settings.reset_lifetime)


def open_invitation(issuer: Issuer, token: str) -> tuple[Invitation, Person] | None:
    """The open invitation behind a link and its person."""
    if len(token) > 100:
        return None
    invitation = issuer.store.invitation(token_hash(token), issuer.clock())
    person = issuer.store.person(invitation.person_id) if invitation is not None else None
    if invitation is None or person is None or not person.enabled:
        return None
    return invitation, person


def secret_of(issuer: Issuer, token: str) -> str:
    """The second factor's secret offered with this link: the same on each view, another with each link."""
    return pending_secret(issuer.settings.secret_key, "invitation", token)


def redeem(issuer: Issuer, token: str, *, password: str, repeated: str, code: str) -> Redemption:
    """Check what was filled in, then use the link up and set everything in one transaction."""
    opened = open_invitation(issuer, token)
    if opened is None:
        return Redemption(closed=True)
    _, person = opened
    least = issuer.settings.password_min_length
    fault = password_fault(password, repeated, person.username, min_length=least)
    if fault is not None:
        return Redemption(person, fault=fault)
    secret, step = None, 0
    if needs_totp(issuer, person):
        secret = secret_of(issuer, token)
        found = matching_step(secret, code, issuer.clock())
        if found is None:
            return Redemption(person, code_wrong=True)
        step = found
    codes = new_recovery_codes() if secret else ()
    hashes = tuple(recovery_hash(issuer.settings.secret_key, str(person.id), plain) for plain in codes)
    credentials = Credentials(issuer.passwords.hash(password), secret, step, hashes)
    redeemed = issuer.store.redeem_invitation(token_hash(token), credentials, issuer.clock())
    return Redemption(closed=True) if redeemed is None else Redemption(redeemed, codes)


def _create(
    issuer: Issuer, person_id: UUID, kind: InvitationKind, officers: tuple[UUID, ...], lifetime: timedelta
) -> str:
    now, token = issuer.clock(), new_token()
    invitation = Invitation(token_hash(token), person_id, kind, now + lifetime, officers)
    issuer.store.create_invitation(invitation, now)
    return f"{issuer.settings.issuer}/invitations/{token}"
