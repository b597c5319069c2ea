"""A gateway that is killed, one that slept past its lease, one whose database goes away: nothing lost, nothing billed twice."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

from kernel.db.roles import Login
from tests.shared_channels.sms.dispatch.world import QUICK, World, final
from tests.shared_channels.sms.running import ACCOUNT, SECRET, carrier, within

ROOT = Path(__file__).parents[4]
MODULE = "tests.shared_channels.sms.dispatch.gateway_process"


def _gateway(world: World, port: int) -> subprocess.Popen[bytes]:
    given = {
        "dsn": world.database.dsn(Login.GATEWAY),
        "line": {
            "protocol": "cmpp30", "name": "测试线路", "host": "127.0.0.1", "port": port, "account": ACCOUNT, "secret": SECRET,
            "source": "12329001", "window": 16, "rate_per_s": 400.0,
        },
        "rules": {"lease_s": 2.0, "doubt_s": 1.0, "sweep_s": 0.2},
    }  # fmt: skip
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")])}
    return subprocess.Popen(
        [sys.executable, "-m", MODULE, json.dumps(given)], cwd=ROOT, env=env, stdout=subprocess.DEVNULL
    )


@within(90)
async def test_killed_three_times_in_mid_flight(world: World, tenant: UUID) -> None:
    """D22: no message lost, none metered twice, only codes sent twice; what may have been sent and is no code is unknown."""
    world.put(tenant, 250, "OTP")
    world.put(tenant, 250, "NOTICE")
    kills = 3
    async with carrier("cmpp30", answer_delay_ms=[10, 40], report_delay_ms=[10, 80]) as played:
        for kill in range(1, kills + 1):
            process = _gateway(world, played.port)
            await world.until(lambda states, kill=kill: states["delivered"] >= 90 * kill, 30)
            process.kill()
            process.wait()
        process = _gateway(world, played.port)
        try:
            states = await world.until(final, 40)
        finally:
            process.kill()
            process.wait()
    doubled = played.counts.sent - 500
    codes = world.one("select count(*) from sms_message where category = 'OTP' and state = 'delivered'")
    once = world.one("select count(*) from sms_message where category = 'NOTICE' and attempts <> 1")
    assert states.total() == 500
    assert codes == 250
    assert once == 0
    assert states == {"delivered": 500 - states["unknown"], "unknown": states["unknown"]}
    assert states["unknown"] <= kills * 24
    assert doubled <= kills * 24
    assert sum(world.usage().values()) == 500
    assert world.one("select used_segments + reserved_segments from sms_allowance") == 0 - states["unknown"]
    assert world.one("select count(*) from sms_queue") == 0


def _row(
    world: World, claimed: tuple[object, ...], act: str, ids: list[str | None], **more: object
) -> dict[str, object]:
    values = {"retry_s": 0, "link": "一号", "carrier": "cmcc", "account": "a", "code": "", **more}
    return {"t": str(claimed[0]), "m": str(claimed[1]), "a": claimed[2], "act": act, "ids": ids, **values}


@within(30)
async def test_who_slept_past_the_lease_moves_nothing(world: World, tenant: UUID) -> None:
    world.put(tenant, 1, "OTP")
    store, sleeper, other = world.store(), uuid4(), uuid4()
    [first] = await store.claim("一号", 1, 0, 0.1, sleeper)
    assert await store.claim("二号", 1, 0, 5.0, other) == []
    await asyncio.sleep(0.2)
    assert await store.sweep(100, 600.0, []) == 1
    [second] = await store.claim("二号", 1, 0, 5.0, other)
    assert (first[2], second[2]) == (1, 2)
    await store.record([_row(world, first, "again", [])], [], [])
    assert world.one("select token from sms_queue") == other
    await store.record([_row(world, first, "sent", ["old"])], [], [])
    assert world.one("select count(*) from sms_queue") == 1
    await store.record([_row(world, second, "sent", ["new"])], [], [])
    assert world.one("select count(*) from sms_queue") == 0
    report = {
        "account": "a",
        "state": "delivered",
        "rank": 9,
        "code": "DELIVRD",
        "done_at": "2026-01-01T00:00:00Z",
    }
    assert await store.record([], [], [{**report, "carrier_id": "old"}]) == 1
    assert await store.record([], [], [{**report, "carrier_id": "new"}]) == 0
    assert world.usage() == {("delivered", 1, 1, 1): 1}


@within(30)
async def test_who_slept_past_the_lease_ends_the_doubt_while_nobody_took_the_message(
    world: World, tenant: UUID
) -> None:
    world.put(tenant, 1, "NOTICE")
    store, sleeper = world.store(), uuid4()
    [claimed] = await store.claim("一号", 1, 0, 0.1, sleeper)
    await asyncio.sleep(0.2)
    await store.sweep(100, 600.0, [])
    assert world.states() == {"sending": 1}
    assert await store.renew(sleeper, 5.0) == 0
    await store.record([_row(world, claimed, "sent", ["one"])], [], [])
    assert world.states() == {"sent": 1}
    assert world.one("select count(*) from sms_queue") == 0


@within(40)
async def test_connections_that_break_under_way(world: World, tenant: UUID) -> None:
    world.put(tenant, 300, "NOTICE")
    async with (
        carrier("cmpp30", answer_delay_ms=[5, 20], report_delay_ms=[5, 40]) as played,
        world.engine(world.line(played.port), rules=replace(QUICK, doubt_s=60.0)),
    ):
        for done in (30, 120, 200):
            await world.until(lambda states, done=done: states["delivered"] >= done)
            world.one(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                " where usename = 'gjj_gateway' and datname = current_database()"
            )
        states = await world.until(final)
    assert states == {"delivered": 300}
    assert played.counts.sent == 300
    assert world.usage() == {("delivered", 1, 1, 1): 300}
