"""The demo core system and what stands between it and us: time-out, breaker, disbelief, one payment for each key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from uuid import UUID, uuid4

import pytest

from kernel.crypto.secret import Secret
from kernel.db import TenantSession
from kernel.db.roles import DbRole
from kernel.validation.identity_numbers import check_identity_number
from kernel.validation.phones import check_mobile
from tenants.core_system import policy, service
from tenants.core_system.adapters.demo_people import DEMO_PEOPLE, people_of
from tenants.core_system.errors import CoreUnavailable
from tenants.core_system.models import Mode
from tenants.core_system.ports import PayoutState
from tests.database import TestDatabase

PERSON = DEMO_PEOPLE[0]


@pytest.fixture(scope="module")
def tenant(database: TestDatabase) -> UUID:
    return database.open_centre("C99210")


@contextmanager
def mode(database: TestDatabase, tenant: UUID, wanted: Mode, **times: int) -> Iterator[None]:
    def put(which: Mode) -> None:
        with database.door().tenant_tx(database.scope(tenant)) as session:
            service.set_mode(session, which, **times)

    put(wanted)
    try:
        yield
    finally:
        put(Mode.NORMAL)


@contextmanager
def session_of(database: TestDatabase, tenant: UUID, *, citizen: bool = False) -> Iterator[TenantSession]:
    role, subject = (DbRole.CITIZEN, str(uuid4())) if citizen else (DbRole.APP, "system:test")
    with database.door().tenant_tx(database.scope(tenant, role, subject), read_only=citizen) as session:
        yield session


def core(session: TenantSession) -> service.CoreSystem:
    found = service.of(session)
    assert found is not None
    return found


def test_a_centre_without_a_core_says_so(database: TestDatabase) -> None:
    bare = database.open_centre("C99211")
    with session_of(database, bare) as session:
        assert service.of(session) is None


def test_demo_people_are_invented_and_valid(database: TestDatabase) -> None:
    numbers = [check_identity_number(p.identity_number, allow_synthetic=True) for p in DEMO_PEOPLE]
    phones = [check_mobile(p.phone, allow_synthetic=True) for p in DEMO_PEOPLE]
    assert len(set(numbers)) == len(set(phones)) == len({p.ref for p in DEMO_PEOPLE}) == len(DEMO_PEOPLE)
    assert {number[:6] for number in numbers} == {"379900"}
    assert {phone[:3] for phone in phones} == {"160"}
    assert (len(people_of("C99011")), len(people_of("C99010"))) == (6, 6)


def test_a_person_is_found_by_number_and_name_together(database: TestDatabase, tenant: UUID) -> None:
    with mode(database, tenant, Mode.NORMAL), session_of(database, tenant, citizen=True) as session:
        found = core(session).find_person(Secret(PERSON.identity_number.lower()), Secret(PERSON.name))
        assert found is not None
        assert (found.ref, found.employer_zh) == (PERSON.ref, PERSON.employer_zh)
        assert core(session).find_person(Secret(PERSON.identity_number), Secret("别人")) is None
        assert core(session).find_person(Secret(DEMO_PEOPLE[1].identity_number), Secret(PERSON.name)) is None


def test_details_end_at_the_balance_and_turn_pages(database: TestDatabase, tenant: UUID) -> None:
    with mode(database, tenant, Mode.NORMAL), session_of(database, tenant, citizen=True) as session:
        balance, first = core(session).balance(PERSON.ref), core(session).details(PERSON.ref, 1)
        assert first.rows[0].balance_fen == balance.fen
        assert (len(first.rows), first.next_page) == (12, 2)
        pages = [core(session).details(PERSON.ref, page) for page in (1, 2, 3)]
        assert pages[2].next_page is None
        assert len({(row.day, row.kind_zh) for page in pages for row in page.rows}) == 36


def test_a_key_is_paid_once_and_survives_our_roll_back(database: TestDatabase, tenant: UUID) -> None:
    who, key = DEMO_PEOPLE[2], str(uuid4())
    with session_of(database, tenant) as session:
        before = core(session).balance(who.ref).fen
    with pytest.raises(ZeroDivisionError), session_of(database, tenant) as session:
        first = core(session).withdraw(who.ref, 100_000, key)
        raise ZeroDivisionError
    with session_of(database, tenant) as session:
        again = core(session).withdraw(who.ref, 100_000, key)
        assert (again.core_no, again.state) == (first.core_no, PayoutState.ACCEPTED)
        assert core(session).balance(who.ref).fen == before - 100_000
        assert core(session).details(who.ref).rows[0].balance_fen == before - 100_000
        assert core(session).payout_state(first.core_no) is not None
        assert core(session).payout_state("YS1") is None
        refused = core(session).withdraw(who.ref, before, str(uuid4()))
        assert (refused.state, refused.words_zh) == (PayoutState.FAILED, "账户余额不足，没有扣款。")


def test_slow_is_cut_off_at_the_time_out(database: TestDatabase, tenant: UUID) -> None:
    began = monotonic()
    with (
        mode(database, tenant, Mode.SLOW, timeout_ms=100, delay_ms=30_000),
        session_of(database, tenant) as session,
        pytest.raises(CoreUnavailable) as refused,
    ):
        core(session).balance(PERSON.ref)
    assert refused.value.kind == "timeout"
    assert monotonic() - began < 10
    with (
        mode(database, tenant, Mode.SLOW, timeout_ms=2000, delay_ms=50),
        session_of(database, tenant) as session,
    ):
        assert core(session).balance(PERSON.ref).fen > 0


def test_down_opens_the_breaker_which_closes_with_the_next_connection(
    database: TestDatabase, tenant: UUID
) -> None:
    with mode(database, tenant, Mode.DOWN), session_of(database, tenant) as session:
        kinds = []
        for _ in range(5):
            with pytest.raises(CoreUnavailable) as refused:
                core(session).balance(PERSON.ref)
            kinds.append(refused.value.kind)
    assert kinds == ["down", "down", "down", "open", "open"]
    with session_of(database, tenant) as session:
        assert core(session).balance(PERSON.ref).fen > 0


def test_an_open_breaker_lets_one_try_through_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(policy, "monotonic", lambda: now[0])
    breaker = policy.Breaker()
    for _ in range(policy.FAILURES):
        assert not breaker.open()
        breaker.failed()
    assert breaker.open()
    now[0] = policy.OPEN_S + 1
    assert not breaker.open()
    breaker.failed()
    assert breaker.open()
    now[0] = 3 * policy.OPEN_S
    breaker.answered()
    assert not breaker.open()


@pytest.mark.parametrize(
    "question", ["find_person", "person", "balance", "details", "payout_state", "withdraw"]
)
def test_wrong_answers_are_not_believed(database: TestDatabase, tenant: UUID, question: str) -> None:
    with session_of(database, tenant) as session:
        core_no = core(session).withdraw(PERSON.ref, 1000, "once").core_no
    asked = {
        "find_person": lambda c: c.find_person(Secret(PERSON.identity_number), Secret(PERSON.name)),
        "person": lambda c: c.person(PERSON.ref),
        "balance": lambda c: c.balance(PERSON.ref),
        "details": lambda c: c.details(PERSON.ref),
        "payout_state": lambda c: c.payout_state(core_no),
        "withdraw": lambda c: c.withdraw(PERSON.ref, 1000, "once"),
    }[question]
    with (
        mode(database, tenant, Mode.WRONG),
        session_of(database, tenant) as session,
        pytest.raises(CoreUnavailable) as refused,
    ):
        asked(core(session))
    assert refused.value.kind == "wrong"


def test_a_visitor_may_not_read_the_demo_books(database: TestDatabase, tenant: UUID) -> None:
    from sqlalchemy import select
    from sqlalchemy.exc import ProgrammingError

    from tenants.core_system.models import DemoCoreEntry

    with pytest.raises(ProgrammingError), session_of(database, tenant, citizen=True) as session:
        session.scalars(select(DemoCoreEntry)).all()
