"""演示核心系统: behaves like a core that is normal, slow, down or wrong, and pays each key once.

What it takes is written in a transaction of its own: as with a system elsewhere, our roll-back does not undo it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from time import sleep
from typing import Any

from sqlalchemy import BigInteger, DateTime, String, column, func, select
from sqlalchemy.dialects.postgresql import insert

from kernel.calendar import clock
from kernel.crypto.blind_index import normalise_code
from kernel.crypto.secret import RevealPurpose, Secret, reveal
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from tenants.core_system.adapters.demo_people import DEMO_PEOPLE, DemoPerson
from tenants.core_system.models import CoreLink, DemoCoreEntry, Mode
from tenants.core_system.ports import (
    Balance,
    Details,
    Entry,
    Payout,
    PayoutState,
    PersonRef,
    PortFailed,
)

SETTLES_AFTER = timedelta(seconds=2)
PAGE = 12
_MONTHS = 36


class DemoCore:
    """One centre's demo core, as its row says that it behaves now."""

    label_zh = "演示核心系统"

    def __init__(self, session: TenantSession, link: CoreLink) -> None:
        self.session, self.link = session, link
        self.timeout_s = link.timeout_ms / 1000

    def find_person(self, identity_number: Secret[str], name: Secret[str]) -> PersonRef | None:
        """Who has this number and this name; nobody when one of the two differs."""
        self._answer()
        number = normalise_code(reveal(identity_number, RevealPurpose.CORE_SYSTEM))
        called = reveal(name, RevealPurpose.CORE_SYSTEM).strip()
        known = next((p for p in DEMO_PEOPLE if (p.identity_number, p.name) == (number, called)), None)
        return None if known is None else self._ref(known)

    def person(self, ref: str) -> PersonRef | None:
        """Whose account that reference is."""
        self._answer()
        known = next((p for p in DEMO_PEOPLE if p.ref == ref), None)
        return None if known is None else self._ref(known)

    def balance(self, ref: str) -> Balance:
        """What is in the account, withdrawals of the demo taken off."""
        self._answer()
        person, wrong = _known(ref), self.link.mode == Mode.WRONG
        fen = person.base_fen - sum(row.amount_fen for row in self._entries(ref) if row.outcome == "paid")
        return Balance(-fen - 1 if wrong else fen, clock.now())

    def details(self, ref: str, page: int) -> Details:
        """Three years of monthly payments and the withdrawals of the demo, twelve lines a page; pages count from 1."""
        self._answer()
        rows = _lines(_known(ref), self._entries(ref), clock.today())
        start = (max(page, 1) - 1) * PAGE
        shown = rows[start : start + PAGE]
        if self.link.mode == Mode.WRONG and shown:
            shown = [
                *shown[:-1],
                Entry(shown[-1].day, shown[-1].kind_zh, 7, -7),
                Entry(shown[-1].day, "", 1, 1),
            ]
        return Details(shown, page + 1 if len(rows) > start + PAGE else None, clock.now())

    def withdraw(self, ref: str, amount_fen: int, key: str) -> Payout:
        """Take a withdrawal once for each key. Slow: it is carried out, and the answer comes too late."""
        if self.link.mode == Mode.DOWN:
            raise PortFailed("down")
        with self.session.door.tenant_tx(self.session.scope) as own:
            stored = self._take(own, ref, amount_fen, key)
            payout = _payout(stored, clock.now())
        self._answer()
        if self.link.mode == Mode.WRONG:
            return Payout(PayoutState.PAID, payout.core_no, payout.amount_fen + 1)
        return payout

    def payout_state(self, core_no: str) -> Payout | None:
        """What became of a withdrawal; None for a number that it never gave."""
        self._answer()
        row = self.session.scalar(select(DemoCoreEntry).where(DemoCoreEntry.core_no == core_no))
        if self.link.mode == Mode.WRONG:
            return Payout(PayoutState.PAID, "", 0)
        return None if row is None else _payout(row, clock.now())

    def _answer(self) -> None:
        if self.link.mode == Mode.DOWN:
            raise PortFailed("down")
        if self.link.mode == Mode.SLOW:
            delay_s = self.link.delay_ms / 1000
            sleep(min(delay_s, self.timeout_s))
            if delay_s > self.timeout_s:
                raise PortFailed("timeout")

    def _ref(self, person: DemoPerson) -> PersonRef:
        ref = "" if self.link.mode == Mode.WRONG else person.ref
        return PersonRef(ref, person.state, person.employer_zh, person.unit_code)

    def _take(self, own: TenantSession, ref: str, amount_fen: int, key: str) -> DemoCoreEntry:
        person, now = _known(ref), clock.now()
        spent = sum(row.amount_fen for row in self._entries(ref) if row.outcome == "paid")
        enough = 0 < amount_fen <= person.base_fen - spent
        own.execute(
            insert(DemoCoreEntry)
            .values(
                tenant_id=own.tenant_id, id=uuid7(), key=key, person_mark=mark_of(ref), amount_fen=amount_fen,
                outcome="paid" if enough else "failed", core_no=f"YS{now:%Y%m%d}{uuid7().hex[-10:].upper()}",
                asked_at=now, settles_at=now + SETTLES_AFTER,
            )
            .on_conflict_do_nothing(index_elements=["tenant_id", "key"])
        )  # fmt: skip
        row = own.scalars(select(DemoCoreEntry).where(DemoCoreEntry.key == key)).one()
        own.expunge(row)
        return row

    def _entries(self, ref: str) -> Sequence[Any]:
        """One account's entries, through a function: a signed-in depositor may not read the books themselves."""
        rows = func.k.core_demo_entries(self.session.tenant_id, mark_of(ref)).table_valued(
            column("asked_at", DateTime(timezone=True)),
            column("amount_fen", BigInteger),
            column("outcome", String),
        )
        return self.session.execute(select(rows)).all()


def _known(ref: str) -> DemoPerson:
    person = next((p for p in DEMO_PEOPLE if p.ref == ref), None)
    if person is None:
        raise PortFailed("wrong")
    return person


def _payout(row: DemoCoreEntry, now: datetime) -> Payout:
    if row.outcome == "failed":
        return Payout(PayoutState.FAILED, row.core_no, row.amount_fen, "账户余额不足，没有扣款。")
    state = PayoutState.PAID if row.settles_at <= now else PayoutState.ACCEPTED
    return Payout(state, row.core_no, row.amount_fen)


def mark_of(ref: str) -> str:
    """Whose entry it is: the books of the demo stand in our database, so not even an invented reference lies there in the clear."""
    return hashlib.sha256(f"demo core:{ref}".encode()).hexdigest()


def _lines(person: DemoPerson, entries: Sequence[Any], today: date) -> list[Entry]:
    """The newest first; the running balance ends at what `balance` says."""
    moves = [(day, "汇缴", person.monthly_fen) for day in _paydays(person, today)]
    moves += [
        (row.asked_at.astimezone(clock.LOCAL).date(), "提取", -row.amount_fen)
        for row in entries
        if row.outcome == "paid"
    ]
    moves.sort(key=lambda move: move[0])
    balance = person.base_fen - sum(amount for _, kind, amount in moves if kind == "汇缴")
    lines = []
    for day, kind, amount in moves:
        balance += amount
        lines.append(Entry(day, kind, amount, balance))
    return lines[::-1]


def _paydays(person: DemoPerson, today: date) -> list[date]:
    months = min(_MONTHS, person.base_fen // person.monthly_fen if person.monthly_fen else 0)
    first = today.year * 12 + today.month - 1 - (today.day < 15)
    return [date((first - i) // 12, (first - i) % 12 + 1, 15) for i in range(months)]
