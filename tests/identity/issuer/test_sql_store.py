"""The storage contract on PostgreSQL, and what only a database can show: nothing readable in a copy, counters that hold in a rush."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import psycopg
import pytest
from sqlalchemy import select

from kernel.audit.models import AuditEvent
from kernel.crypto.errors import CannotDecrypt
from kernel.db.ids import uuid7
from kernel.identity.issuer import login
from kernel.identity.issuer.app import create_issuer
from kernel.identity.issuer.models import IssuerAttempt, IssuerKey, IssuerPerson
from kernel.identity.issuer.records import Person, SigningKey
from kernel.identity.issuer.sql_store.people import SECRET, TABLE
from kernel.identity.issuer.sql_store.place import Place
from kernel.identity.issuer.sql_store.store import SqlIssuerStore
from tests.database import KEYRING, TestDatabase
from tests.identity.issuer import test_store_contract as contract
from tests.identity.issuer.world import Clock, CountingPasswords, make_world

Add = Callable[[Person], Person]


@pytest.fixture
def place(database: TestDatabase) -> Iterator[Place]:
    """Without rows, and without leaving any: some keys of these tests are none, and others use the database after them."""
    _empty(database)
    yield Place(database.door(), lambda: database.province_id, lambda: KEYRING)
    _empty(database)


def _empty(database: TestDatabase) -> None:
    with psycopg.connect(database.superuser_dsn, autocommit=True) as connection:
        connection.execute(
            "truncate issuer_person, issuer_attempt, issuer_key, issuer_session, issuer_code, issuer_refresh,"
            " issuer_invitation, issuer_recovery_code"
        )


@pytest.fixture
def store(place: Place) -> SqlIssuerStore:
    return SqlIssuerStore(place)


@pytest.fixture
def add(store: SqlIssuerStore) -> Add:
    def put(person: Person) -> Person:
        secret = person.totp_secret
        with store.place.transaction() as session:
            session.merge(
                IssuerPerson(
                    tenant_id=session.tenant_id,
                    id=person.id,
                    username=person.username,
                    display_name=person.display_name,
                    enabled=person.enabled,
                    password_hash=person.password_hash,
                    password_change_due=person.password_change_due,
                    totp_secret=None
                    if secret is None
                    else store.place.seal(TABLE, SECRET, person.id, secret),
                )
            )
            session.audit("test.account", "account", person.id, "测试账号")
        return person

    return put


@pytest.fixture
def person(add: Add) -> Person:
    return add(Person(uuid7(), "zhang.lan", "张岚", password_hash="hash"))


class TestPersons(contract.TestPersons):
    pass


class TestAttempts(contract.TestAttempts):
    pass


class TestInvitations(contract.TestInvitations):
    pass


class TestSessions(contract.TestSessions):
    pass


class TestTokens(contract.TestTokens):
    pass


class TestKeys(contract.TestKeys):
    pass


def test_of_64_guesses_at_once_no_more_than_five_are_evaluated(store: SqlIssuerStore, add: Add) -> None:
    settings, passwords = make_world().settings, CountingPasswords()
    issuer = create_issuer(settings, store, passwords, Clock())
    add(Person(uuid7(), "li.hua", "李华", password_hash=passwords.hash("right")))
    met, lock = list[login.Answer](), Lock()

    def guess(n: int) -> None:
        answer = login.check_password(issuer, "li.hua", f"wrong-{n}", "192.0.2.7").answer
        with lock:
            met.append(answer)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(guess, range(64)))

    assert passwords.evaluated <= 5
    assert met.count(login.Answer.PAUSED) >= 59
    assert login.check_password(issuer, "li.hua", "right", "192.0.2.7").answer is login.Answer.PAUSED


def test_a_copy_of_the_tables_shows_no_secret(store: SqlIssuerStore, person: Person) -> None:
    store.enrol_totp(person.id, "JBSWY3DPEHPK3PXP", [], step=1, epoch=0, at=contract.T0)
    store.add_signing_key(SigningKey("one", "PRIVATE KEY", contract.T0), newest=None, keep=2)
    with store.place.transaction(read_only=True) as session:
        sealed = session.scalars(select(IssuerPerson.totp_secret)).one()
        pem = session.scalars(select(IssuerKey.private_pem)).one()

    assert sealed is not None
    assert b"JBSWY3DPEHPK3PXP" not in sealed
    assert b"PRIVATE" not in pem
    with pytest.raises(CannotDecrypt):
        store.place.open(TABLE, SECRET, uuid7(), sealed)


def test_a_log_in_is_written_down_with_the_warning_that_stood_on_the_page(
    store: SqlIssuerStore, person: Person
) -> None:
    session_row = contract.a_session(store, person)
    with store.place.transaction(read_only=True) as session:
        bodies = session.scalars(select(AuditEvent.body)).all()

    found = [body for body in bodies if str(person.id).encode() in body and b"issuer.authenticated" in body]
    assert len(found) == 1
    assert b'"notice_shown":true' in found[0].replace(b" ", b"")
    assert session_row.notice_shown


def test_counters_are_rows_of_the_province(store: SqlIssuerStore, database: TestDatabase) -> None:
    store.take_attempt(b"k" * 32, contract.FIVE, contract.T0)
    with store.place.transaction(read_only=True) as session:
        rows = session.execute(select(IssuerAttempt.tenant_id, IssuerAttempt.attempts)).all()

    assert [tuple(row) for row in rows] == [(database.province_id, 1)]
