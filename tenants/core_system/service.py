"""The way to a centre's core system: `of(session)`, None where none is connected. Every answer is checked before it is believed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import structlog
from sqlalchemy import select

from kernel.calendar import clock
from kernel.crypto.secret import Secret
from kernel.db import TenantSession, utc_now
from tenants.core_system import policy
from tenants.core_system.adapters.demo import DemoCore
from tenants.core_system.errors import CoreUnavailable
from tenants.core_system.models import CoreLink, Mode
from tenants.core_system.ports import Balance, CorePort, Details, Payout, PersonRef, PortFailed

log = structlog.get_logger("gjj.core")
T = TypeVar("T")

ADAPTERS: dict[str, Callable[[TenantSession, CoreLink], CorePort]] = {"demo": DemoCore}
_breakers: dict[tuple[UUID, datetime], policy.Breaker] = {}


class CoreSystem:
    """A connected core system with time-out and breaker. Every method raises CoreUnavailable instead of a doubtful answer."""

    def __init__(self, port: CorePort, breaker: policy.Breaker) -> None:
        self._port, self._breaker = port, breaker

    @property
    def label_zh(self) -> str:
        """How pages name the source of an answer: 演示核心系统."""
        return self._port.label_zh

    def find_person(self, identity_number: Secret[str], name: Secret[str]) -> PersonRef | None:
        """Whose account it is: number and name must both agree."""
        return self._ask(lambda: self._port.find_person(identity_number, name), policy.person_makes_sense)

    def person(self, person_ref: str) -> PersonRef | None:
        """State of the account that `find_person` named."""
        return self._ask(
            lambda: self._port.person(person_ref), lambda found: policy.person_makes_sense(found, person_ref)
        )

    def balance(self, person_ref: str) -> Balance:
        """Balance in fen with the moment for which it holds."""
        return self._ask(
            lambda: self._port.balance(person_ref),
            lambda found: policy.balance_makes_sense(found, clock.now()),
        )

    def details(self, person_ref: str, page: int = 1) -> Details:
        """A page of account entries, the newest first; pages count from 1."""
        return self._ask(lambda: self._port.details(person_ref, page), policy.details_make_sense)

    def withdraw(self, person_ref: str, amount_fen: int, key: str) -> Payout:
        """Ask for a withdrawal. The same key is carried out once, however often it is asked; an unclear answer raises."""
        return self._ask(
            lambda: self._port.withdraw(person_ref, amount_fen, key),
            lambda found: policy.payout_makes_sense(found, amount_fen),
        )

    def payout_state(self, core_no: str) -> Payout | None:
        """What became of a withdrawal by the number that the core gave."""
        return self._ask(
            lambda: self._port.payout_state(core_no),
            lambda found: found is None or (policy.payout_makes_sense(found) and found.core_no == core_no),
        )

    def _ask(self, call: Callable[[], T], believable: Callable[[T], bool]) -> T:
        if self._breaker.open():
            raise CoreUnavailable("open")
        try:
            answer = call()
            if not believable(answer):
                raise PortFailed("wrong")
        except PortFailed as failure:
            self._breaker.failed()
            log.warning("core system failed", kind=failure.kind)
            raise CoreUnavailable(failure.kind) from None
        self._breaker.answered()
        return answer


def of(session: TenantSession) -> CoreSystem | None:
    """The core system of the session's tenant; None where none is connected: pages then say 未接入核心系统."""
    link = session.scalar(select(CoreLink))
    if link is None:
        return None
    breaker = _breakers.setdefault((session.tenant_id, link.changed_at), policy.Breaker())
    return CoreSystem(ADAPTERS[link.adapter](session, link), breaker)


def connect_demo(session: TenantSession) -> bool:
    """Connect this centre to the demo core; False when it was connected. The caller audits."""
    if session.scalar(select(CoreLink)) is not None:
        return False
    session.add(CoreLink(adapter="demo"))
    session.flush()
    return True


def set_mode(
    session: TenantSession, mode: Mode, *, timeout_ms: int | None = None, delay_ms: int | None = None
) -> None:
    """Let the demo core be normal, slow, down or wrong from now on; connects it when it was not."""
    connect_demo(session)
    link = session.scalars(select(CoreLink)).one()
    link.mode, link.changed_at = Mode(mode), utc_now()
    link.timeout_ms = link.timeout_ms if timeout_ms is None else timeout_ms
    link.delay_ms = link.delay_ms if delay_ms is None else delay_ms
    session.audit("core.mode_set", "core_link", link.id, f"演示核心系统改为{_MODE_ZH[Mode(mode)]}", mode=mode)


_MODE_ZH = {Mode.NORMAL: "正常", Mode.SLOW: "缓慢", Mode.DOWN: "停机", Mode.WRONG: "数据不一致"}
