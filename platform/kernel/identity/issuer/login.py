"""Proving who one is: count first, then evaluate; unknown names get the same work and the same answer.

AUTH-1 and R14: at most five evaluations for a name, then 15 minutes of pause, for names that exist and names that do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kernel.db.ids import uuid7
from kernel.identity.issuer.core import Issuer
from kernel.identity.issuer.digests import address_block, keyed, new_token, normal_username, token_hash
from kernel.identity.issuer.records import Person, SsoSession
from kernel.identity.issuer.second_factor import matching_step, recovery_hash

PASSWORD = "pwd"
TIME_CODE = "otp"
RECOVERY_CODE = "rcv"
MAX_PASSWORD_LENGTH = 256


class Answer(StrEnum):
    """What an attempt led to. PAUSED says nothing about what was typed: it was not looked at."""

    RIGHT = "right"
    WRONG = "wrong"
    PAUSED = "paused"


class Step(StrEnum):
    """What the person still has to do before the log-in is complete."""

    SECOND_FACTOR = "second_factor"
    NEW_PASSWORD = "new_password"
    ENROL = "enrol"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Attempt:
    """The answer and, when it is RIGHT, the person; `left` recovery codes where one was used."""

    answer: Answer
    person: Person | None = None
    left: int | None = None


def check_password(issuer: Issuer, typed_username: str, password: str, address: str) -> Attempt:
    """Evaluate one password guess, if the counters of the name and of the address block allow it."""
    settings, store, now = issuer.settings, issuer.store, issuer.clock()
    username = normal_username(typed_username)
    account_key = keyed(settings.secret_key, "attempt:password", username)
    address_key = keyed(settings.secret_key, "attempt:address", address_block(address))
    if not store.take_attempt(address_key, settings.address_limit, now):
        return Attempt(Answer.PAUSED)
    if not store.take_attempt(account_key, settings.account_limit, now):
        return Attempt(Answer.PAUSED)
    person = store.person_by_username(username)
    known = person.password_hash if person is not None and person.enabled else None
    matches = issuer.passwords.verify(known, password[:MAX_PASSWORD_LENGTH])
    if not matches or person is None or len(password) > MAX_PASSWORD_LENGTH:
        return Attempt(Answer.WRONG)
    store.clear_attempts(account_key)
    store.give_back_attempt(address_key)
    return Attempt(Answer.RIGHT, person)


def check_time_code(issuer: Issuer, person: Person, code: str) -> Attempt:
    """Evaluate one time code; a step that was used before counts as wrong."""
    key = _second_factor_key(issuer, person)
    if not issuer.store.take_attempt(key, issuer.settings.second_factor_limit, issuer.clock()):
        return Attempt(Answer.PAUSED)
    step = None
    if person.totp_secret is not None:
        step = matching_step(person.totp_secret, code, issuer.clock())
    if step is None or not issuer.store.use_totp_step(person.id, step):
        return Attempt(Answer.WRONG)
    issuer.store.clear_attempts(key)
    return Attempt(Answer.RIGHT, person)


def check_recovery_code(issuer: Issuer, person: Person, code: str) -> Attempt:
    """Consume one recovery code; guesses count together with those of time codes."""
    key = _second_factor_key(issuer, person)
    if not issuer.store.take_attempt(key, issuer.settings.second_factor_limit, issuer.clock()):
        return Attempt(Answer.PAUSED)
    hashed = recovery_hash(issuer.settings.secret_key, str(person.id), code)
    left = issuer.store.use_recovery_code(person.id, hashed, issuer.clock())
    if left is None:
        return Attempt(Answer.WRONG)
    issuer.store.clear_attempts(key)
    return Attempt(Answer.RIGHT, person, left)


def next_step(issuer: Issuer, person: Person, factors: tuple[str, ...]) -> Step:
    """The first thing still missing. The second factor comes before any change of credentials."""
    if person.totp_secret is not None and len(factors) < 2:
        return Step.SECOND_FACTOR
    if person.password_change_due:
        return Step.NEW_PASSWORD
    if person.totp_secret is None and needs_totp(issuer, person):
        return Step.ENROL
    return Step.DONE


def needs_totp(issuer: Issuer, person: Person) -> bool:
    """Whether policy asks for a second factor: everybody but the demo's fictional accounts."""
    return issuer.settings.totp_required and person.username not in issuer.settings.demo_usernames


def open_session(issuer: Issuer, person: Person, factors: tuple[str, ...]) -> tuple[SsoSession, str]:
    """Record the log-in; the session and the key for its cookie."""
    now, settings, key = issuer.clock(), issuer.settings, new_token()
    session = SsoSession(
        id=uuid7(),
        key_hash=token_hash(key),
        person_id=person.id,
        authenticated_at=now,
        factors=factors,
        idle_until=now + settings.session_idle,
        expires_at=now + settings.session_lifetime,
    )
    issuer.store.open_session(session)
    return session, key


def session_of_key(issuer: Issuer, key: str | None) -> tuple[SsoSession, Person] | None:
    """The live session behind a cookie and its person, if still allowed in."""
    if not key or len(key) > 100:
        return None
    now = issuer.clock()
    idle_until = now + issuer.settings.session_idle
    session = issuer.store.use_session(token_hash(key), idle_until=idle_until, at=now)
    if session is None:
        return None
    person = issuer.store.person(session.person_id)
    return (session, person) if person is not None and person.enabled else None


def _second_factor_key(issuer: Issuer, person: Person) -> bytes:
    return keyed(issuer.settings.secret_key, "attempt:second-factor", str(person.id))
