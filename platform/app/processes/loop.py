"""The loop that relay, scheduler and sealer share: one step after another, patient while a dependency is away, quiet about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from app.installation.installation import NoProvince
from app.processes.backoff import Backoff
from app.processes.ending import Ending
from app.processes.heartbeat import Heartbeat
from kernel.db import Database
from kernel.db.boot_check import UnfitDatabase, require_fit
from kernel.db.roles import Login
from kernel.web.access_log import kinds

log = structlog.get_logger("gjj.process")

# What passes by itself: the database or the broker is away, or not set up yet.
PASSING = (SQLAlchemyError, RedisError, OSError, NoProvince)


@dataclass
class Loop:
    """`step` does one round and returns the seconds to wait before the next. Anything but a passing trouble ends the process."""

    name: str
    step: Callable[[], float]
    ending: Ending
    heartbeat: Heartbeat
    backoff: Backoff = field(default_factory=Backoff)

    def run(self) -> None:
        """Until the operator asks to end."""
        log.info("started", name=self.name)
        while not self.ending.asked:
            self.ending.wait(self.once())
        self.heartbeat.gone()
        log.info("ended", name=self.name)

    def once(self) -> float:
        """One round; the seconds to wait before the next."""
        try:
            pause = self.step()
        except PASSING as error:
            pause = self.backoff.next()
            self.heartbeat.say("waiting", trouble=kinds(error)[0], failures=self.backoff.failures)
            if self.backoff.failures in (1, 10, 100):
                log.warning("waiting", name=self.name, kinds=kinds(error), failures=self.backoff.failures)
            return pause
        if self.backoff.failures:
            log.info("recovered", name=self.name, after=self.backoff.failures)
        self.backoff.reset()
        self.heartbeat.say("running")
        return pause


def wait_until_fit(database: Database, login: Login, ending: Ending, heartbeat: Heartbeat) -> bool:
    """Wait for the database, then check it (rule R3). False when asked to end meanwhile. Raises UnfitDatabase."""
    backoff = Backoff()
    while not ending.asked:
        try:
            require_fit(database, login)
        except SQLAlchemyError as error:
            heartbeat.say("starting", trouble=kinds(error)[0])
            if backoff.failures in (0, 9, 99):
                log.warning("database away", kinds=kinds(error))
            ending.wait(backoff.next())
        else:
            return True
    return False


__all__ = ["Loop", "UnfitDatabase", "wait_until_fit"]
