"""One run: locust's users are the workers; they take the arrivals of one shared schedule, each at its intended moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from time import perf_counter

import gevent  # type: ignore[import-untyped]
from locust import FastHttpUser, constant, task
from locust.env import Environment
from locust.exception import StopUser

from loadtests.arrivals import Arrival
from loadtests.measures import Measures
from loadtests.operations import OPERATIONS, Operation, Visit, WentWrong
from loadtests.target import Target

GRACE_S = 10.0
"""How long work that is under way may take after the last intended start."""


@dataclass
class Run:
    """What the workers share."""

    target: Target
    schedule: Iterator[Arrival]
    seconds: float
    operations: dict[str, Operation] = field(default_factory=lambda: dict(OPERATIONS))
    measures: Measures = field(default_factory=Measures)
    began: float = 0.0
    taken: int = 0

    def next_arrival(self) -> Arrival | None:
        """The next one, at its moment; None when there is no more. Its turn may come late: that counts as latency."""
        arrival = next(self.schedule, None)
        if arrival is None:
            return None
        self.taken += 1
        ahead = self.began + arrival.at - perf_counter()
        if ahead > 0:
            gevent.sleep(ahead)
        return arrival

    def carry_out(self, arrival: Arrival, client: object) -> None:
        """Do it and measure it from the intended start."""
        visit = Visit(client, self.target, arrival.tenant, Random(repr(arrival)))
        started, failure = perf_counter(), ""
        try:
            self.operations[arrival.operation](visit)
        except WentWrong as error:
            failure = str(error)
        except OSError as error:
            failure = type(error).__name__
        ended = perf_counter()
        self.measures.add(
            arrival.operation,
            arrival.tenant,
            (ended - self.began - arrival.at) * 1000,
            (ended - started) * 1000,
            failure,
        )


def perform(run: Run, workers: int, say: Callable[[str], None]) -> Measures:
    """Run it to its end with so many workers; `say` gets a line every five seconds."""
    environment = Environment(user_classes=[_worker(run)], host=run.target.base_url)
    runner = environment.create_local_runner()
    run.began = perf_counter() + 0.5
    runner.start(workers, spawn_rate=workers)
    give_up = run.began + run.seconds + GRACE_S
    told = perf_counter()
    while runner.user_count > 0 and perf_counter() < give_up or perf_counter() < run.began + 1:
        gevent.sleep(0.1)
        if perf_counter() - told >= 5:
            told = perf_counter()
            done = sum(each.count for each in run.measures.series.values())
            say(f"　{told - run.began:5.0f} 秒：应开始 {run.taken} 次，已结束 {done} 次")
    runner.quit()
    finished = sum(each.count for each in run.measures.series.values())
    run.measures.unstarted = sum(1 for _ in run.schedule) + run.taken - finished
    return run.measures


def _worker(run: Run) -> type[FastHttpUser]:
    class Worker(FastHttpUser):
        """One of the people's browsers."""

        wait_time = constant(0)
        connection_timeout = network_timeout = 30.0

        @task
        def one(self) -> None:
            arrival = run.next_arrival()
            if arrival is None:
                raise StopUser
            self.client.cookiejar.clear()
            run.carry_out(arrival, self.client)

    return Worker
