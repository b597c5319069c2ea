"""The issuer's store in memory, for tests: one lock stands for one transaction at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, cast
from uuid import UUID

from kernel.identity.issuer.records import (
    AuthorizationCode,
    Credentials,
    Invitation,
    InvitationKind,
    Person,
    RefreshToken,
    SigningKey,
    SsoSession,
)
from kernel.identity.issuer.settings import Limit

Method = TypeVar("Method", bound=Callable[..., Any])


def one_transaction(method: Method) -> Method:
    @wraps(method)
    def locked(self: MemoryStore, *args: Any, **kwargs: Any) -> Any:
        with self.lock:
            return method(self, *args, **kwargs)

    return cast(Method, locked)


class MemoryStore:
    """Satisfies `IssuerStore`; its dictionaries are open to tests that want to look."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.people: dict[UUID, Person] = {}
        self.totp_steps: dict[UUID, int] = {}
        self.recovery: dict[UUID, set[bytes]] = {}
        self.attempts: dict[bytes, tuple[int, datetime]] = {}
        self.invitations: dict[bytes, Invitation] = {}
        self.sessions: dict[UUID, SsoSession] = {}
        self.ended_sessions: set[UUID] = set()
        self.ended_families: set[UUID] = set()
        self.codes: dict[bytes, AuthorizationCode] = {}
        self.used: set[bytes] = set()
        self.refresh_tokens: dict[bytes, RefreshToken] = {}
        self.keys: list[SigningKey] = []

    def add_person(self, person: Person) -> Person:
        self.people[person.id] = person
        return person

    @one_transaction
    def person_by_username(self, username: str) -> Person | None:
        return next((person for person in self.people.values() if person.username == username), None)

    @one_transaction
    def person(self, person_id: UUID) -> Person | None:
        return self.people.get(person_id)

    @one_transaction
    def set_password(self, person_id: UUID, password_hash: str, *, epoch: int, at: datetime) -> Person | None:
        person = self.people[person_id]
        if person.credential_epoch != epoch:
            return None
        self._end_everything(person_id)
        changed = replace(
            person, password_hash=password_hash, password_change_due=False, credential_epoch=epoch + 1
        )
        return self.add_person(changed)

    @one_transaction
    def enrol_totp(
        self,
        person_id: UUID,
        secret: str,
        recovery_hashes: Sequence[bytes],
        *,
        step: int,
        epoch: int,
        at: datetime,
    ) -> Person | None:
        person = self.people[person_id]
        if person.credential_epoch != epoch or person.totp_secret is not None:
            return None
        self.totp_steps[person_id] = step
        self.recovery[person_id] = set(recovery_hashes)
        return self.add_person(replace(person, totp_secret=secret, credential_epoch=epoch + 1))

    @one_transaction
    def use_totp_step(self, person_id: UUID, step: int) -> bool:
        if self.totp_steps.get(person_id, 0) >= step:
            return False
        self.totp_steps[person_id] = step
        return True

    @one_transaction
    def use_recovery_code(self, person_id: UUID, code_hash: bytes, at: datetime) -> int | None:
        codes = self.recovery.get(person_id, set())
        if code_hash not in codes:
            return None
        codes.remove(code_hash)
        return len(codes)

    @one_transaction
    def take_attempt(self, key: bytes, limit: Limit, at: datetime) -> bool:
        count, last = self.attempts.get(key, (0, at))
        if at - last >= limit.pause:
            count = 0
        if count >= limit.attempts:
            return False
        self.attempts[key] = (count + 1, at)
        return True

    @one_transaction
    def give_back_attempt(self, key: bytes) -> None:
        if key in self.attempts:
            count, last = self.attempts[key]
            self.attempts[key] = (max(0, count - 1), last)

    @one_transaction
    def clear_attempts(self, key: bytes) -> None:
        self.attempts.pop(key, None)

    @one_transaction
    def create_invitation(self, invitation: Invitation, at: datetime) -> None:
        for other in [
            key for key, kept in self.invitations.items() if kept.person_id == invitation.person_id
        ]:
            del self.invitations[other]
        self.invitations[invitation.token_hash] = invitation
        if invitation.kind is InvitationKind.RESET:
            person = self.people[invitation.person_id]
            self._end_everything(person.id)
            self.recovery.pop(person.id, None)
            epoch = person.credential_epoch + 1
            self.add_person(replace(person, password_hash=None, totp_secret=None, credential_epoch=epoch))

    @one_transaction
    def invitation(self, token_hash: bytes, at: datetime) -> Invitation | None:
        kept = self.invitations.get(token_hash)
        return kept if kept is not None and kept.expires_at > at else None

    @one_transaction
    def redeem_invitation(self, token_hash: bytes, credentials: Credentials, at: datetime) -> Person | None:
        kept = self.invitation(token_hash, at)
        if kept is None:
            return None
        del self.invitations[token_hash]
        person = self.people[kept.person_id]
        self.totp_steps[person.id] = credentials.totp_step
        self.recovery[person.id] = set(credentials.recovery_hashes)
        return self.add_person(
            replace(
                person,
                password_hash=credentials.password_hash,
                totp_secret=credentials.totp_secret,
                password_change_due=False,
                credential_epoch=person.credential_epoch + 1,
            )
        )

    @one_transaction
    def open_session(self, session: SsoSession) -> None:
        self.sessions[session.id] = session

    @one_transaction
    def use_session(self, key_hash: bytes, *, idle_until: datetime, at: datetime) -> SsoSession | None:
        for session in self.sessions.values():
            if session.key_hash == key_hash and self.live_session(session.id, at):
                self.sessions[session.id] = replace(session, idle_until=idle_until)
                return self.sessions[session.id]
        return None

    @one_transaction
    def live_session(self, sid: UUID, at: datetime) -> bool:
        session = self.sessions.get(sid)
        if session is None or sid in self.ended_sessions:
            return False
        return at < session.idle_until and at < session.expires_at

    @one_transaction
    def end_session(self, sid: UUID, at: datetime) -> None:
        self.ended_sessions.add(sid)

    @one_transaction
    def save_code(self, code: AuthorizationCode) -> None:
        self.codes[code.code_hash] = code

    @one_transaction
    def take_code(self, code_hash: bytes, client_id: str, at: datetime) -> AuthorizationCode | None:
        code = self.codes.get(code_hash)
        if code is None or code.client_id != client_id:
            return None
        if code_hash in self.used or code.expires_at <= at:
            self.ended_families.add(code.family_id)
            return None
        self.used.add(code_hash)
        return code

    @one_transaction
    def save_refresh(self, token: RefreshToken) -> bool:
        if token.family_id in self.ended_families or token.sid in self.ended_sessions:
            return False
        self.refresh_tokens[token.token_hash] = token
        return True

    @one_transaction
    def take_refresh(
        self, token_hash: bytes, client_id: str, *, idle_until: datetime, at: datetime
    ) -> RefreshToken | None:
        token = self.refresh_tokens.get(token_hash)
        if token is None or token.client_id != client_id:
            return None
        if token_hash in self.used:
            self.ended_families.add(token.family_id)
        if (
            token.family_id in self.ended_families
            or not self.live_session(token.sid, at)
            or token.expires_at <= at
        ):
            return None
        self.used.add(token_hash)
        self.sessions[token.sid] = replace(self.sessions[token.sid], idle_until=idle_until)
        return token

    @one_transaction
    def signing_keys(self) -> Sequence[SigningKey]:
        return tuple(self.keys)

    @one_transaction
    def add_signing_key(self, key: SigningKey, *, newest: str | None, keep: int) -> bool:
        if (self.keys[0].kid if self.keys else None) != newest:
            return False
        self.keys = [key, *self.keys][:keep]
        return True

    def _end_everything(self, person_id: UUID) -> None:
        self.ended_sessions |= {
            sid for sid, session in self.sessions.items() if session.person_id == person_id
        }
