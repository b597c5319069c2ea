"""`gjj gateway`: holds the lines to the carriers and sends what waits in the queue. Its heartbeat says how the lines are."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass

from app.installation.installation import Installation
from app.processes.ending import Ending
from app.processes.heartbeat import Heartbeat
from kernel.config import secret_values
from kernel.config.settings import CarrierLine
from kernel.db.gateway_door import GatewayDoor
from kernel.db.roles import Login
from shared_channels.sms.carriers.settings import link_settings
from shared_channels.sms.dispatch.adapters.postgres import PostgresStore
from shared_channels.sms.dispatch.adapters.vault_keys import VaultKeys
from shared_channels.sms.dispatch.service.engine import Engine, LineSettings

TICK_S = 0.25
GRACE_S = 5.0
CARRIER = "other"


@dataclass
class Gateway:
    """Every line of the installation, in one event loop."""

    installation: Installation
    ending: Ending
    heartbeat: Heartbeat

    def run(self) -> None:
        """Until the operator asks to end."""
        asyncio.run(self._run())
        self.heartbeat.gone()

    async def _run(self) -> None:
        door = GatewayDoor(self.installation.dsn(Login.GATEWAY))
        keys = VaultKeys(self.installation.database(Login.GATEWAY))
        lines = [settings_of(line) for line in self.installation.settings.lines]
        engine = Engine(PostgresStore(door), keys, lines)
        await engine.start()
        try:
            while not self.ending.asked:
                engine.check()
                self._beat(engine)
                await asyncio.sleep(TICK_S)
        finally:
            await engine.stop(grace_s=GRACE_S)
            await door.close()

    def _beat(self, engine: Engine) -> None:
        lines = {
            line.name: {"state": str(line.link.state), **asdict(line.link.counts)} for line in engine.lines
        }
        self.heartbeat.say("running" if engine.ready else "waiting", lines=lines)


def settings_of(line: CarrierLine) -> LineSettings:
    """The link's own settings; `carrier` among the options says whose tariff its messages have.

    Raises ValueError or TypeError for options that its protocol does not know.
    """
    options = dict(line.options)
    carrier = str(options.pop("carrier", CARRIER))
    link = link_settings(
        line.protocol,
        name=line.name,
        host=line.host,
        port=line.port,
        account=line.account,
        secret=secret_values.text(line.secret),
        **options,
    )
    return LineSettings(link, carrier)
