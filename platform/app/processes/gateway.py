"""`gjj gateway`: holds the lines to the carriers: log-in, keep-alive, reconnect. What it knows of them stands in its heartbeat."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass, field

import structlog

from app.processes.ending import Ending
from app.processes.heartbeat import Heartbeat
from kernel.config import secret_values
from kernel.config.settings import CarrierLine
from shared_channels.sms.carriers.factory import open_link
from shared_channels.sms.carriers.ports import CarrierLink, LinkEvent, LinkHandlers, LinkState
from shared_channels.sms.carriers.settings import LinkSettings, link_settings

log = structlog.get_logger("gjj.gateway")

TICK_S = 0.5
GRACE_S = 5.0


@dataclass
class Gateway:
    """Every line of the installation, in one event loop."""

    lines: tuple[CarrierLine, ...]
    ending: Ending
    heartbeat: Heartbeat
    links: list[CarrierLink] = field(default_factory=list)

    def run(self) -> None:
        """Until the operator asks to end."""
        asyncio.run(self._run())
        self.heartbeat.gone()

    async def _run(self) -> None:
        self.links = [open_link(settings_of(line), _handlers(line.name)) for line in self.lines]
        for link in self.links:
            await link.start()
        while not self.ending.asked:
            self._beat()
            await asyncio.sleep(TICK_S)
        await asyncio.gather(*(link.stop(grace_s=GRACE_S) for link in self.links))

    def _beat(self) -> None:
        ready = all(link.state in (LinkState.UP, LinkState.IDLE) for link in self.links)
        lines = {link.name: {"state": str(link.state), **asdict(link.counts)} for link in self.links}
        self.heartbeat.say("running" if ready else "waiting", lines=lines)


def settings_of(line: CarrierLine) -> LinkSettings:
    """The link's own settings. Raises ValueError or TypeError for options that its protocol does not know."""
    return link_settings(
        line.protocol,
        name=line.name,
        host=line.host,
        port=line.port,
        account=line.account,
        secret=secret_values.text(line.secret),
        **line.options,
    )


def _handlers(name: str) -> LinkHandlers:
    def on_state(state: LinkState, words: str) -> None:
        log.info("link state", line=name, state=str(state), words=words)

    def on_event(event: LinkEvent) -> None:
        tell = log.warning if event.trouble else log.info
        tell("link event", line=name, code=event.code, words=event.words, facts=event.facts)

    return LinkHandlers(on_state=on_state, on_event=on_event)
