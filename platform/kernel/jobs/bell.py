"""The broker as a bell: ids and a signature, nothing that could not be lost, nothing that could be forged (rules R5, ISO-7)."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import AgeLimit, ShutdownNotifications

from kernel.db import Database
from kernel.jobs.runner import run

QUEUE = "gjj"


@dataclass
class Bell:
    """One process's end of the broker. `key` signs envelopes; a forged or altered one is dropped by the worker."""

    url: str
    key: bytes = field(repr=False)
    broker: RedisBroker = field(init=False)

    def __post_init__(self) -> None:
        # Recovery belongs to the leases in PostgreSQL, so dramatiq's retries and time limits stay out.
        self.broker = RedisBroker(  # type: ignore[no-untyped-call]
            url=self.url,
            middleware=[AgeLimit(max_age=60_000), ShutdownNotifications()],
            heartbeat_timeout=10_000,
            maintenance_chance=1_000_000,
            socket_timeout=5,
            socket_connect_timeout=2,
        )

    def ring(self, tenant_id: UUID, event_id: UUID, token: UUID) -> None:
        """Tell some worker. Raises redis.RedisError when the broker is away: the lease then simply runs out."""
        ids = (str(tenant_id), str(event_id), str(token))
        self.broker.enqueue(
            dramatiq.Message(
                queue_name=QUEUE, actor_name="run", args=(*ids, self._mac(ids)), kwargs={}, options={}
            )
        )

    def worker(self, database: Database, threads: int = 4) -> Any:
        """A worker on this broker; `start()` and `stop()` it."""
        dramatiq.actor(broker=self.broker, actor_name="run", queue_name=QUEUE)(self._actor(database))
        return dramatiq.Worker(self.broker, worker_threads=threads, worker_timeout=500)

    def _actor(self, database: Database) -> Callable[..., None]:
        def run_one(tenant_id: str, event_id: str, token: str, mac: str) -> None:
            if hmac.compare_digest(mac, self._mac((tenant_id, event_id, token))):
                run(database, UUID(tenant_id), UUID(event_id), UUID(token))

        return run_one

    def _mac(self, ids: tuple[str, str, str]) -> str:
        return hmac.digest(self.key, "\0".join(ids).encode(), "sha256").hex()
