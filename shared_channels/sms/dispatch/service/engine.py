"""The gateway's engine: lines, scheduler, ledger and upkeep in one event loop, from start to a quiet end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import structlog

from shared_channels.sms.carriers.factory import open_link
from shared_channels.sms.carriers.ports import LinkEvent, LinkHandlers, LinkState, MoMessage, Report
from shared_channels.sms.carriers.settings import LinkSettings
from shared_channels.sms.dispatch.policy import DispatchSettings
from shared_channels.sms.dispatch.ports import Away, Keys, Store
from shared_channels.sms.dispatch.service.ledger import Ledger
from shared_channels.sms.dispatch.service.line import Line
from shared_channels.sms.dispatch.service.scheduler import Scheduler
from shared_channels.sms.dispatch.service.upkeep import Upkeep
from shared_channels.sms.receipts.service import row_of
from shared_channels.sms.replies.service import Replies

log = structlog.get_logger("gjj.gateway")

GRACE_S = 5.0
_DRAIN_S = 5.0


@dataclass(frozen=True)
class LineSettings:
    """A link and whose tariff its messages have (`cmcc`, `cucc`, `ctcc`, `cbn`, `other`)."""

    link: LinkSettings
    carrier: str = "other"


@dataclass
class Engine:
    """Start it, and stop it: what is on its way is waited for, what is not goes back to the queue. `token` names this gateway."""

    store: Store
    keys: Keys
    settings: Sequence[LineSettings]
    rules: DispatchSettings = field(default_factory=DispatchSettings)
    token: UUID = field(default_factory=uuid4)
    lines: list[Line] = field(default_factory=list, init=False)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list, init=False, repr=False)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.store, lambda: self.scheduler.ring())
        self.scheduler = Scheduler(self.store, self.keys, self.lines, self.token, self.rules, self.ledger)
        self.upkeep = Upkeep(self.store, self.lines, self.token, self.rules, self.scheduler)
        self.replies = Replies(self.store, self.keys)

    async def start(self) -> None:
        """Opens every line and begins to work; returns at once. Raises FieldError for settings that fit no protocol field."""
        for settings in self.settings:
            self.lines.append(self._line(settings))
        for line in self.lines:
            await line.link.start()
        work = [self.ledger.run(), self.scheduler.run(), *self.upkeep.loops()]
        self._tasks = [asyncio.ensure_future(each) for each in work]

    @property
    def ready(self) -> bool:
        """Whether every line takes messages."""
        return all(line.link.state in (LinkState.UP, LinkState.IDLE) for line in self.lines)

    def check(self) -> None:
        """Raises what ended one of our loops: they run until they are stopped, so that is a defect."""
        for task in self._tasks:
            if task.done() and not task.cancelled():
                task.result()

    async def stop(self, *, grace_s: float = GRACE_S) -> None:
        """Takes no more, waits for answers, writes everything down, and gives back the rest."""
        ledger, *others = self._tasks
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.gather(*(line.link.stop(grace_s=grace_s) for line in self.lines))
        try:
            await asyncio.wait_for(self.ledger.drain(), _DRAIN_S)
            await self.store.let_go(self.token, list(self.scheduler.held))
            await self.upkeep.beat()
        except (TimeoutError, Away) as error:
            log.warning("ended with rows in hand", kind=type(error).__name__, rows=len(self.scheduler.held))
        ledger.cancel()
        await asyncio.gather(ledger, return_exceptions=True)

    def _line(self, settings: LineSettings) -> Line:
        handlers = LinkHandlers()
        line = Line(settings.link, settings.carrier, open_link(settings.link, handlers))
        handlers.on_report = self._on_report(line)
        handlers.on_mo = self._on_mo(line)
        handlers.on_state = self._on_state(line)
        handlers.on_event = self._on_event(line)
        handlers.on_late_answer = lambda outcome: self.scheduler.late(line, outcome)
        return line

    def _on_report(self, line: Line) -> Callable[[Report], asyncio.Future[None]]:
        return lambda report: self.ledger.report(row_of(report, line.account))

    def _on_mo(self, line: Line) -> Callable[[MoMessage], asyncio.Future[None]]:
        return lambda message: asyncio.ensure_future(self.replies.take(message, line.account))

    def _on_state(self, line: Line) -> Callable[[LinkState, str], None]:
        def on_state(state: LinkState, words: str) -> None:
            line.words_zh = words
            log.info("link state", line=line.name, state=str(state))
            self.scheduler.ring()

        return on_state

    def _on_event(self, line: Line) -> Callable[[LinkEvent], None]:
        def on_event(event: LinkEvent) -> None:
            tell = log.warning if event.trouble else log.info
            tell("link event", line=line.name, code=event.code, facts=event.facts)

        return on_event
