"""`gjj web`: granian with eight blocking threads a process behind the admission limit (decision D26)."""

from __future__ import annotations

import os

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from app.installation.installation import Installation
from app.wsgi import CONFIG

BLOCKING_THREADS = 8
KILL_TIMEOUT_S = 10
RESPAWN_S = 1.0


def serve(installation: Installation) -> None:
    """Until SIGTERM: requests in hand are answered, then the workers end."""
    web = installation.settings.web
    os.environ[CONFIG] = str(installation.settings.file)
    Granian(
        "app.wsgi:application",
        address=web.host,
        port=web.port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=web.workers,
        blocking_threads=BLOCKING_THREADS,
        workers_kill_timeout=KILL_TIMEOUT_S,
        respawn_failed_workers=True,
        respawn_interval=RESPAWN_S,
        websockets=False,
        log_level=LogLevels.warning,
    ).serve()
