"""A code: five guesses, five minutes, one purpose, one holder, once (tests AUTH-2 and AUTH-3)."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import select

from kernel.crypto.secret import Secret
from kernel.crypto.tokens import new_token
from kernel.db import utc_now
from shared_channels.accounts.models import AccountChallenge
from shared_channels.accounts.policy import CODES_A_DAY, CODES_A_MINUTE, Limit, Purpose
from shared_channels.accounts.queries import key_hash
from shared_channels.accounts.service import challenging, limiting
from shared_channels.accounts.service.challenging import Holder, Proof
from tests.database import TestDatabase
from tests.shared_channels.accounts.world import Codes, new_phone, plain, province, wrong


def asked(database: TestDatabase, purpose: Purpose = Purpose.LOGIN, **options: object) -> Secret[str]:
    with province(database) as session:
        return challenging.ask(session, purpose, new_phone(), **options)


def guessed(
    database: TestDatabase,
    key: Secret[str],
    code: str | Secret[str],
    purpose: Purpose = Purpose.LOGIN,
    **options: object,
) -> Proof | None:
    with province(database) as session:
        return challenging.guess(
            session, key, purpose, Secret(code) if isinstance(code, str) else code, **options
        )


def attempts(database: TestDatabase, key: Secret[str]) -> int:
    with province(database) as session:
        found = select(AccountChallenge.attempts).where(AccountChallenge.key_hash == key_hash(plain(key)))
        return session.scalars(found).one()


def test_the_right_code_proves_the_number_once(database: TestDatabase, codes: Codes) -> None:
    key = asked(database)
    proof = guessed(database, key, codes.last)
    assert proof is not None
    assert plain(proof.phone) == codes.sent[-1].phone
    assert guessed(database, key, codes.last) is None
    assert attempts(database, key) == 1, "what was right once is not looked at again"


def test_a_code_has_six_digits_and_goes_by_the_template_of_its_purpose(
    database: TestDatabase, codes: Codes
) -> None:
    for purpose in Purpose:
        asked(database, purpose)
        assert codes.sent[-1].template == f"code.{purpose}"
        assert len(codes.last) == 6
        assert codes.last.isdigit()


def test_sixty_four_at_once_evaluate_at_most_five(database: TestDatabase, codes: Codes) -> None:
    key, evaluated, start = asked(database), [], threading.Barrier(64)
    honest = challenging.same

    def counting(left: bytes, right: bytes) -> bool:
        evaluated.append(1)
        return honest(left, right)

    def one(number: int) -> None:
        start.wait()
        guessed(database, key, f"{number:06}" if f"{number:06}" != codes.last else "999999")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(challenging, "same", counting)
        threads = [threading.Thread(target=one, args=(number,)) for number in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(evaluated) == 5
    assert attempts(database, key) == 5
    assert guessed(database, key, codes.last) is None, "the right one comes too late"


def test_sixty_four_right_ones_at_once_prove_once(database: TestDatabase, codes: Codes) -> None:
    key, found, start = asked(database), [], threading.Barrier(64)

    def one() -> None:
        start.wait()
        found.append(guessed(database, key, codes.last))

    threads = [threading.Thread(target=one) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 64
    assert sum(proof is not None for proof in found) == 1


def test_a_code_of_another_purpose_is_refused(database: TestDatabase, codes: Codes) -> None:
    for purpose in Purpose:
        key = asked(database, purpose)
        for other in set(Purpose) - {purpose}:
            assert guessed(database, key, codes.last, other) is None
        assert attempts(database, key) == 0, "not even looked at"
        assert guessed(database, key, codes.last, purpose) is not None


def test_a_code_of_another_browser_is_refused(database: TestDatabase, codes: Codes) -> None:
    key = asked(database)
    code = codes.last
    stranger = asked(database)
    assert guessed(database, stranger, code) is None or code == codes.last
    assert guessed(database, new_token(), code) is None
    assert guessed(database, key, code) is not None


@pytest.mark.parametrize(
    "other", [Holder(), Holder(account_id=uuid4()), Holder(client_id=uuid4()), Holder(user_index=b"x")]
)
def test_a_code_of_another_account_program_or_user_is_refused(
    database: TestDatabase, codes: Codes, other: Holder
) -> None:
    mine = Holder(account_id=uuid4(), client_id=uuid4(), user_index=b"mine")
    key = asked(database, holder=mine)
    assert guessed(database, key, codes.last, holder=other) is None
    assert guessed(database, key, codes.last, holder=mine) is not None


def test_an_expired_code_is_refused(
    database: TestDatabase, codes: Codes, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = asked(database)
    monkeypatch.setattr(challenging, "utc_now", lambda: utc_now() + timedelta(minutes=5, seconds=1))
    assert guessed(database, key, codes.last) is None
    assert attempts(database, key) == 0


def test_the_fifth_wrong_guess_is_in_the_log_without_the_number(database: TestDatabase, codes: Codes) -> None:
    key = asked(database)
    for _ in range(6):
        assert guessed(database, key, wrong(codes.last)) is None
    with psycopg.connect(database.superuser_dsn) as connection:
        rows = connection.execute(
            "select action, convert_from(body, 'UTF8') from audit_event where action like 'accounts.code%'"
            " order by seq desc limit 2"
        ).fetchall()
    assert [row[0] for row in rows] == ["accounts.code_exhausted", "accounts.code_sent"]
    assert all(codes.sent[-1].phone not in row[1] and codes.last not in row[1] for row in rows)


def test_neither_number_nor_code_nor_key_stands_in_the_table(database: TestDatabase, codes: Codes) -> None:
    key = asked(database)
    with psycopg.connect(database.superuser_dsn) as connection:
        text = str(connection.execute("select * from account_challenge").fetchall())
    for secret in (codes.sent[-1].phone, codes.last, plain(key)):
        assert secret not in text


def test_a_proof_waits_for_the_notice_and_is_spent_once(database: TestDatabase, codes: Codes) -> None:
    key = asked(database, Purpose.REGISTER)
    with province(database) as session:
        assert challenging.spend(session, key, (Purpose.REGISTER,)) is None, "not proven yet"
    assert guessed(database, key, codes.last, Purpose.REGISTER) is not None
    with province(database) as session:
        assert challenging.spend(session, key, (Purpose.STEP_UP,)) is None
        assert challenging.spend(session, key, (Purpose.REGISTER,)) is not None
        assert challenging.spend(session, key, (Purpose.REGISTER,)) is None


def taken(database: TestDatabase, limit: Limit, what: bytes) -> bool:
    with province(database) as session:
        return limiting.take(session, limit, what)


def test_a_limit_holds_under_sixty_four_at_once(database: TestDatabase) -> None:
    what, granted, start = uuid4().bytes, [], threading.Barrier(64)

    def one() -> None:
        start.wait()
        granted.append(taken(database, CODES_A_DAY, what))

    threads = [threading.Thread(target=one) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(granted) == 64
    assert sum(granted) == CODES_A_DAY.most


def test_a_limit_opens_again_when_its_window_is_over(
    database: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    what = uuid4().bytes
    assert taken(database, CODES_A_MINUTE, what)
    assert not taken(database, CODES_A_MINUTE, what)
    monkeypatch.setattr(limiting, "utc_now", lambda: utc_now() + timedelta(seconds=61))
    assert taken(database, CODES_A_MINUTE, what)
    assert not taken(database, CODES_A_MINUTE, what)


def test_limits_are_kept_apart(database: TestDatabase) -> None:
    what = uuid4().bytes
    assert taken(database, CODES_A_MINUTE, what)
    assert taken(database, CODES_A_DAY, what)
    assert taken(database, CODES_A_MINUTE, uuid4().bytes)
