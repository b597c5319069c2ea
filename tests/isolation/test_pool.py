"""ISO-5: a small pool, many threads, careless paths. Forgotten contexts read nothing; nobody meets another's tenant. SEED= repeats a run."""

from __future__ import annotations

import os
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kernel.db import Database
from kernel.db.roles import Login
from kernel.db.signing import ContextSigner
from tests.database import KEY, TestDatabase
from tests.isolation.rows import plant

CHECKOUTS = 200_000 if os.environ.get("GJJ_LONG") else 20_000
COUNT = text("select tenant_id, count(*) from org_unit group by tenant_id")


@pytest.fixture(scope="module")
def crowd(database: TestDatabase) -> list[UUID]:
    tenants = [database.open_centre(f"C9{n}0") for n in range(200, 208)]
    plant(database, tenants)
    return tenants


class Planted(Exception):
    """A view that fails on purpose."""


def _one(door: Database, database: TestDatabase, tenant: UUID, kind: str) -> tuple[str, int]:
    """One checkout of that kind: (kind, foreign rows seen)."""
    if kind == "forgotten":
        with door.process_tx() as connection:
            try:
                return kind, len(connection.execute(COUNT).all())
            except DBAPIError as error:
                assert getattr(error.orig, "sqlstate", "") == "42501"
                return kind, 0
    try:
        with door.tenant_tx(database.scope(tenant), read_only=kind != "writing") as session:
            seen = {row[0] for row in session.execute(COUNT)}
            if kind == "raising":
                raise Planted
            return kind, len(seen - {tenant}) + (0 if tenant in seen else 1_000)
    except Planted:
        return kind, len(seen - {tenant})


def test_a_pool_never_carries_a_tenant_over(database: TestDatabase, crowd: list[UUID]) -> None:
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(2**32))
    print(f"SEED={seed}")
    door = Database(database.dsn(Login.WEB), ContextSigner("test", KEY, 40), pool_size=4, pool_timeout_s=60)
    lock, totals, foreign = (
        threading.Lock(),
        dict.fromkeys(("reading", "writing", "raising", "forgotten"), 0),
        [0],
    )

    def thread(number: int) -> None:
        rng = random.Random(seed + number)
        for _ in range(CHECKOUTS // 16):
            kind = rng.choices(("reading", "writing", "raising", "forgotten"), (92, 5, 2, 1))[0]
            done, seen = _one(door, database, rng.choice(crowd), kind)
            with lock:
                totals[done] += 1
                foreign[0] += seen

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(thread, range(16)))
    door.dispose()
    assert foreign[0] == 0
    assert sum(totals.values()) == CHECKOUTS // 16 * 16
    assert totals["forgotten"] > CHECKOUTS // 400
