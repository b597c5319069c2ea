"""The port to a core business system: what is asked and what is answered. Money in fen, times aware."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from kernel.crypto.secret import Secret


class PersonState(StrEnum):
    """State of a depositor's account, after list 个人账户状态 of the data standard."""

    NORMAL = "normal"
    SEALED = "sealed"
    FROZEN = "frozen"
    CLOSED = "closed"


PERSON_STATE_ZH = {
    PersonState.NORMAL: "正常",
    PersonState.SEALED: "封存",
    PersonState.FROZEN: "冻结",
    PersonState.CLOSED: "销户",
}


class PayoutState(StrEnum):
    """Where a withdrawal stands in the core system."""

    ACCEPTED = "accepted"
    PAID = "paid"
    FAILED = "failed"


@dataclass(frozen=True)
class PersonRef:
    """A depositor as the core system names them. `ref` is opaque; `unit_code` is the 管理部 that keeps the account, or empty."""

    ref: str
    state: PersonState
    employer_zh: str = ""
    unit_code: str = ""


@dataclass(frozen=True)
class Balance:
    """Balance of an account and the moment for which it holds (截至)."""

    fen: int
    as_of: datetime


@dataclass(frozen=True)
class Entry:
    """One line of an account: `amount_fen` is negative for what went out."""

    day: date
    kind_zh: str
    amount_fen: int
    balance_fen: int


@dataclass(frozen=True)
class Details:
    """A page of entries, the newest first; `next_page` is None on the last one."""

    rows: Sequence[Entry]
    next_page: int | None
    as_of: datetime


@dataclass(frozen=True)
class Payout:
    """What the core system says of a withdrawal. `amount_fen` repeats what was asked, so that a mix-up is seen."""

    state: PayoutState
    core_no: str
    amount_fen: int
    words_zh: str = ""


class PortFailed(Exception):
    """The other side did not answer in time (`timeout`), not at all (`down`), or nonsense (`wrong`)."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class CorePort(Protocol):
    """An adapter to one kind of core system. Every method answers within `timeout_s` or raises PortFailed."""

    label_zh: str
    timeout_s: float

    def find_person(self, identity_number: Secret[str], name: Secret[str]) -> PersonRef | None: ...

    def person(self, ref: str) -> PersonRef | None: ...

    def balance(self, ref: str) -> Balance: ...

    def details(self, ref: str, page: int) -> Details: ...

    def withdraw(self, ref: str, amount_fen: int, key: str) -> Payout: ...

    def payout_state(self, core_no: str) -> Payout | None: ...
