"""Between the servers and the processes: settings, secrets, schema, the province. A service that has done its work when it started."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from app.commands.database import bring_up
from app.demo import settings_file
from app.demo.settings_file import DATABASE, DemoPorts, DemoProvince
from app.embedded import place
from app.embedded.postgres import EmbeddedPostgres
from app.embedded.valkey import EmbeddedValkey
from app.installation.installation import Installation
from app.installation.keys import make_missing
from app.installation.layout import Layout
from kernel.config.settings import Settings
from kernel.db.bootstrap import bootstrap


@dataclass
class Preparation:
    """Puts everything in place that the processes read. Idempotent: each start runs it."""

    layout: Layout
    postgres: EmbeddedPostgres
    valkey: EmbeddedValkey
    ports: Callable[[], DemoPorts]
    province: DemoProvince = field(default_factory=DemoProvince)
    name: str = "preparation"
    name_zh: str = "数据准备"

    def start(self) -> None:
        """Do it all."""
        settings_file.write(self.layout, self.ports(), self.province)
        installation = Installation(self.layout.settings)
        self._secrets(installation.settings)
        bootstrap(self.postgres.superuser_dsn(), DATABASE, installation.passwords())
        bring_up(installation)

    def alive(self) -> bool:
        """There is nothing left to run."""
        return True

    def stop(self) -> None:
        """There is nothing to end."""

    def _secrets(self, settings: Settings) -> None:
        # The played carrier listens on this machine only and is no secret to anybody.
        settings.lines[0].secret.parent.mkdir(mode=0o700, exist_ok=True)
        place.write_private(settings.lines[0].secret, "loopback\n")
        make_missing(settings)
        place.write_private(settings.valkey_url, self.valkey.url() + "\n")
