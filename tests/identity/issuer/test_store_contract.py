"""What every implementation of the issuer's storage port must do. A subclass replaces `store` and `add`."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest

from kernel.db.ids import uuid7
from kernel.identity.issuer.ports import IssuerStore
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
from tests.identity.issuer.memory_store import MemoryStore

T0 = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
FIVE = Limit(5, timedelta(minutes=15))
Result = TypeVar("Result")
Add = Callable[[Person], Person]


def later(**parts: float) -> datetime:
    return T0 + timedelta(**parts)


def at_once(act: Callable[[int], Result], times: int = 32) -> list[Result]:
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(act, range(times)))


@pytest.fixture
def memory() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def store(memory: MemoryStore) -> IssuerStore:
    return memory


@pytest.fixture
def add(memory: MemoryStore) -> Add:
    return memory.add_person


@pytest.fixture
def person(add: Add) -> Person:
    return add(Person(uuid7(), "zhang.lan", "张岚", password_hash="hash"))


def a_session(store: IssuerStore, person: Person) -> SsoSession:
    session = SsoSession(
        uuid7(), uuid7().bytes, person.id, T0, ("pwd", "otp"), later(minutes=30), later(hours=12)
    )
    store.open_session(session)
    return session


def a_code(session: SsoSession) -> AuthorizationCode:
    return AuthorizationCode(
        code_hash=uuid7().bytes,
        family_id=uuid7(),
        sid=session.id,
        client_id="gjj-console",
        person_id=session.person_id,
        redirect_uri="http://127.0.0.1/callback",
        scope="openid",
        nonce=None,
        challenge="c" * 43,
        authenticated_at=T0,
        factors=("pwd", "otp"),
        expires_at=later(seconds=60),
    )


def a_refresh(code: AuthorizationCode) -> RefreshToken:
    return RefreshToken(
        token_hash=uuid7().bytes,
        family_id=code.family_id,
        sid=code.sid,
        client_id=code.client_id,
        person_id=code.person_id,
        scope=code.scope,
        authenticated_at=T0,
        factors=code.factors,
        expires_at=later(hours=12),
    )


def taken(store: IssuerStore, token: RefreshToken, at: datetime = T0) -> RefreshToken | None:
    return store.take_refresh(token.token_hash, token.client_id, idle_until=at + timedelta(minutes=30), at=at)


class TestPersons:
    def test_a_person_is_found_by_name_and_by_id(self, store: IssuerStore, person: Person) -> None:
        assert store.person_by_username("zhang.lan") == person == store.person(person.id)
        assert store.person_by_username("nobody") is None
        assert store.person(uuid7()) is None

    def test_a_new_password_raises_the_epoch_and_ends_the_sessions(
        self, store: IssuerStore, person: Person, add: Add
    ) -> None:
        add(replace(person, password_change_due=True))
        session = a_session(store, person)
        changed = store.set_password(person.id, "other", epoch=0, at=T0)

        assert changed is not None
        assert (changed.password_hash, changed.credential_epoch, changed.password_change_due) == (
            "other",
            1,
            False,
        )
        assert not store.live_session(session.id, T0)
        assert store.set_password(person.id, "third", epoch=0, at=T0) is None

    def test_a_second_factor_is_set_once(self, store: IssuerStore, person: Person) -> None:
        answers = at_once(lambda n: store.enrol_totp(person.id, f"S{n}", [], step=100, epoch=0, at=T0))

        assert len([answer for answer in answers if answer is not None]) == 1
        assert not store.use_totp_step(person.id, 100)
        assert store.use_totp_step(person.id, 101)

    def test_a_step_is_used_once_and_never_an_earlier_one(self, store: IssuerStore, person: Person) -> None:
        assert at_once(lambda n: store.use_totp_step(person.id, 200)).count(True) == 1
        assert not store.use_totp_step(person.id, 199)

    def test_a_recovery_code_is_used_once(self, store: IssuerStore, person: Person) -> None:
        store.enrol_totp(person.id, "S", [b"a" * 32, b"b" * 32], step=1, epoch=0, at=T0)
        answers = at_once(lambda n: store.use_recovery_code(person.id, b"a" * 32, T0))

        assert [answer for answer in answers if answer is not None] == [1]
        assert store.use_recovery_code(uuid7(), b"b" * 32, T0) is None


class TestAttempts:
    def test_of_64_at_once_five_are_counted(self, store: IssuerStore) -> None:
        assert at_once(lambda n: store.take_attempt(b"k" * 32, FIVE, T0), 64).count(True) == 5

    def test_counting_starts_again_when_the_pause_is_over(self, store: IssuerStore) -> None:
        for minute in range(5):
            store.take_attempt(b"k" * 32, FIVE, later(minutes=minute))

        assert not store.take_attempt(b"k" * 32, FIVE, later(minutes=18, seconds=59))
        assert [store.take_attempt(b"k" * 32, FIVE, later(minutes=19)) for _ in range(6)] == [True] * 5 + [
            False
        ]

    def test_a_refused_attempt_does_not_lengthen_the_pause(self, store: IssuerStore) -> None:
        for _ in range(5):
            store.take_attempt(b"k" * 32, FIVE, T0)
        store.take_attempt(b"k" * 32, FIVE, later(minutes=14))

        assert store.take_attempt(b"k" * 32, FIVE, later(minutes=15))

    def test_keys_do_not_touch_each_other(self, store: IssuerStore) -> None:
        for _ in range(5):
            store.take_attempt(b"k" * 32, FIVE, T0)

        assert store.take_attempt(b"l" * 32, FIVE, T0)
        store.clear_attempts(b"l" * 32)
        assert not store.take_attempt(b"k" * 32, FIVE, T0)

    def test_one_may_be_given_back_and_never_more_than_there_were(self, store: IssuerStore) -> None:
        store.give_back_attempt(b"k" * 32)
        for _ in range(5):
            store.take_attempt(b"k" * 32, FIVE, T0)
        store.give_back_attempt(b"k" * 32)

        assert [store.take_attempt(b"k" * 32, FIVE, T0) for _ in range(2)] == [True, False]


class TestInvitations:
    def invite(self, store: IssuerStore, person: Person, kind: InvitationKind, key: bytes) -> None:
        store.create_invitation(Invitation(key, person.id, kind, later(hours=1), (uuid7(), uuid7())), T0)

    def redeem(self, store: IssuerStore, key: bytes, at: datetime = T0) -> Person | None:
        return store.redeem_invitation(key, Credentials("new", "SECRET", 300, (b"r" * 32,)), at)

    def test_one_is_redeemed_once(self, store: IssuerStore, person: Person) -> None:
        self.invite(store, person, InvitationKind.JOIN, b"i" * 32)
        answers = [
            answer for answer in at_once(lambda n: self.redeem(store, b"i" * 32)) if answer is not None
        ]

        assert len(answers) == 1
        assert (answers[0].password_hash, answers[0].totp_secret) == ("new", "SECRET")
        assert answers[0].credential_epoch > 0
        assert store.invitation(b"i" * 32, T0) is None
        assert not store.use_totp_step(person.id, 300)
        assert store.use_recovery_code(person.id, b"r" * 32, T0) == 0

    def test_it_is_closed_when_expired_or_replaced(self, store: IssuerStore, person: Person) -> None:
        self.invite(store, person, InvitationKind.JOIN, b"i" * 32)
        assert store.invitation(b"i" * 32, later(hours=1)) is None
        assert self.redeem(store, b"i" * 32, later(hours=1)) is None
        self.invite(store, person, InvitationKind.JOIN, b"j" * 32)

        assert self.redeem(store, b"i" * 32) is None
        assert store.invitation(b"j" * 32, T0) is not None

    def test_a_reset_takes_everything_away(self, store: IssuerStore, person: Person) -> None:
        enrolled = store.enrol_totp(person.id, "S", [b"a" * 32], step=1, epoch=0, at=T0)
        assert enrolled is not None
        session = a_session(store, person)
        self.invite(store, person, InvitationKind.RESET, b"i" * 32)
        now = store.person(person.id)

        assert now is not None
        assert (now.password_hash, now.totp_secret) == (None, None)
        assert now.credential_epoch > enrolled.credential_epoch
        assert not store.live_session(session.id, T0)
        assert store.use_recovery_code(person.id, b"a" * 32, T0) is None


class TestSessions:
    def test_use_moves_the_idle_time_on_but_not_the_end(self, store: IssuerStore, person: Person) -> None:
        session = a_session(store, person)
        at = T0
        while at < later(hours=11, minutes=50):
            at += timedelta(minutes=20)
            found = store.use_session(session.key_hash, idle_until=at + timedelta(minutes=30), at=at)
            assert (found is not None) is (at < later(hours=12))

        assert not store.live_session(session.id, later(hours=12))

    def test_an_idle_or_ended_one_is_not_found(self, store: IssuerStore, person: Person) -> None:
        idle, ended = a_session(store, person), a_session(store, person)
        store.end_session(ended.id, T0)
        store.end_session(ended.id, T0)
        store.end_session(uuid7(), T0)

        assert store.use_session(idle.key_hash, idle_until=later(hours=1), at=later(minutes=30)) is None
        assert store.use_session(ended.key_hash, idle_until=later(hours=1), at=T0) is None
        assert store.use_session(b"x" * 32, idle_until=later(hours=1), at=T0) is None


class TestTokens:
    def test_a_code_is_taken_once_and_its_family_ends_with_the_second_use(
        self, store: IssuerStore, person: Person
    ) -> None:
        code = a_code(a_session(store, person))
        store.save_code(code)
        answers = at_once(lambda n: store.take_code(code.code_hash, "gjj-console", T0))

        assert [answer for answer in answers if answer is not None] == [code]
        assert not store.save_refresh(a_refresh(code))

    def test_another_client_does_not_use_a_code_up(self, store: IssuerStore, person: Person) -> None:
        code = a_code(a_session(store, person))
        store.save_code(code)

        assert store.take_code(code.code_hash, "gjj-other", T0) is None
        assert store.take_code(code.code_hash, "gjj-console", later(seconds=59)) == code

    def test_a_late_code_is_refused(self, store: IssuerStore, person: Person) -> None:
        code = a_code(a_session(store, person))
        store.save_code(code)

        assert store.take_code(code.code_hash, "gjj-console", later(seconds=60)) is None

    def chain(self, store: IssuerStore, person: Person) -> tuple[AuthorizationCode, RefreshToken]:
        code = a_code(a_session(store, person))
        store.save_code(code)
        store.take_code(code.code_hash, code.client_id, T0)
        token = a_refresh(code)
        assert store.save_refresh(token)
        return code, token

    def test_a_second_use_of_a_refresh_token_ends_the_family(
        self, store: IssuerStore, person: Person
    ) -> None:
        code, first = self.chain(store, person)
        assert taken(store, first) == first
        second = a_refresh(code)
        assert store.save_refresh(second)
        assert taken(store, first) is None

        assert taken(store, second) is None
        assert not store.save_refresh(a_refresh(code))

    def test_of_many_uses_at_once_one_succeeds(self, store: IssuerStore, person: Person) -> None:
        _, token = self.chain(store, person)
        answers = at_once(lambda n: taken(store, token))

        assert len([answer for answer in answers if answer is not None]) == 1

    def test_a_family_does_not_touch_another(self, store: IssuerStore, person: Person) -> None:
        (_, one), (_, two) = self.chain(store, person), self.chain(store, person)
        taken(store, one)
        taken(store, one)

        assert taken(store, two) == two

    def test_a_refresh_keeps_the_session_alive_and_dies_with_it(
        self, store: IssuerStore, person: Person
    ) -> None:
        code, first = self.chain(store, person)
        assert taken(store, first, later(minutes=29)) == first
        assert store.live_session(code.sid, later(minutes=50))
        second = a_refresh(code)
        store.save_refresh(second)
        store.end_session(code.sid, later(minutes=51))

        assert taken(store, second, later(minutes=51)) is None
        assert not store.save_refresh(a_refresh(code))


class TestKeys:
    def test_newest_first_and_no_more_than_are_kept(self, store: IssuerStore) -> None:
        newest = None
        for name in ("one", "two", "three"):
            assert store.add_signing_key(SigningKey(name, "pem", T0), newest=newest, keep=2)
            newest = name

        assert [key.kid for key in store.signing_keys()] == ["three", "two"]

    def test_of_many_processes_that_make_the_first_key_one_succeeds(self, store: IssuerStore) -> None:
        answers = at_once(
            lambda n: store.add_signing_key(SigningKey(f"k{n}", "pem", T0), newest=None, keep=2)
        )

        assert answers.count(True) == 1
        assert len(store.signing_keys()) == 1
