"""`gjj worker`: carries out what the relay rings for. A broker that goes away costs time only: leases in PostgreSQL run out."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from redis.exceptions import RedisError

from app.processes.ending import Ending
from app.processes.heartbeat import Heartbeat
from kernel.db import Database
from kernel.jobs.bell import Bell

log = structlog.get_logger("gjj.worker")

TICK_S = 1.0
STOP_MS = 10_000


@dataclass
class Worker:
    """Threads on the broker, and a beat that says whether the broker answers."""

    bell: Bell
    database: Database
    ending: Ending
    heartbeat: Heartbeat
    threads: int = 4

    def run(self) -> None:
        """Until the operator asks to end; work in hand is finished first."""
        worker = self.bell.worker(self.database, self.threads)
        worker.start()
        log.info("started")
        while not self.ending.wait(TICK_S):
            self.heartbeat.say("running" if self._broker_answers() else "waiting")
        worker.stop(timeout=STOP_MS)
        self.heartbeat.gone()
        log.info("ended")

    def _broker_answers(self) -> bool:
        try:
            return bool(self.bell.broker.client.ping())
        except RedisError:
            return False
