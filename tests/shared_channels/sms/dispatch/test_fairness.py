"""Who waits for whom (decision D21, short form of the bound): codes behind twenty tenants' bulk, shares of equal tenants, POLICY's share,
and the same load first come first served, as the control that shows what the order is worth."""

from __future__ import annotations

import asyncio
from collections import Counter
from statistics import quantiles
from uuid import UUID, uuid4

from shared_channels.sms.dispatch.policy import DispatchSettings, claim_size, code_wait_bound_s
from tests.database import TestDatabase
from tests.shared_channels.sms.dispatch.world import World
from tests.shared_channels.sms.running import carrier, within

RATE, WINDOW, BULK, CODES = 150.0, 16, 60, 25
RULES = DispatchSettings(poll_s=0.05, sweep_s=0.5)


async def _waits(world: World, tenants: list[UUID], code_tenant: UUID, *, fifo: bool) -> list[float]:
    """Seconds from a code's coming to the carrier's answer, while every tenant's bulk waits."""
    for tenant in tenants:
        world.put(tenant, BULK, "POLICY", fifo=fifo)
    made: list[UUID] = []
    async with (
        carrier("cmpp30") as played,
        world.engine(world.line(played.port, rate_per_s=RATE, window=WINDOW), rules=RULES, grace_s=1.0),
    ):
        for _ in range(CODES):
            made += await asyncio.to_thread(world.put, code_tenant, 1, "OTP", fifo=fifo)
            await asyncio.sleep(0.08)
        await world.until(lambda states: states["delivered"] >= (len(tenants) * BULK if fifo else 150))
        deadline = asyncio.get_running_loop().time() + 20
        while world.one("select count(*) from sms_segment where message_id = any(%s)", made) < CODES:
            assert asyncio.get_running_loop().time() < deadline
            await asyncio.sleep(0.1)
    with world.superuser() as connection:
        rows = connection.execute(
            "select extract(epoch from g.answered_at - m.accepted_at)::float8 from sms_segment g"
            " join sms_message m on m.tenant_id = g.tenant_id and m.id = g.message_id where g.message_id = any(%s)",
            (made,),
        ).fetchall()
    return [row[0] for row in rows]


@within(120)
async def test_codes_pass_twenty_tenants_bulk(world: World, database: TestDatabase) -> None:
    tenants = [database.open_centre(f"C985{number:02d}") for number in range(20)]
    code_tenant = database.open_centre("C98599")
    fair = await _waits(world, tenants, code_tenant, fifo=False)
    world.empty()
    control = await _waits(world, tenants, code_tenant, fifo=True)
    bound = code_wait_bound_s(RATE, WINDOW)
    assert len(fair) == len(control) == CODES
    assert quantiles(fair, n=10)[8] < 10 * bound
    assert quantiles(control, n=10)[4] > 4 * quantiles(fair, n=10)[4]


@within(60)
async def test_equal_tenants_get_equal_shares_and_weights_count(world: World, database: TestDatabase) -> None:
    tenants = [database.open_centre(f"C986{number:02d}") for number in range(5)]
    for place, tenant in enumerate(tenants):
        world.put(tenant, 400 if place == 0 else 100, "POLICY", weight=2.0 if place == 4 else 1.0)
    store, taken = world.store(), Counter[UUID]()
    for _ in range(60):
        taken.update(row[0] for row in await store.claim("一号", 4, 0, 60.0, uuid4()))
    *equal, heavy = (taken[tenant] for tenant in tenants)
    assert sum(equal) + heavy == 240
    assert max(equal) - min(equal) <= 1
    assert abs(heavy - 2 * equal[0]) <= 2


@within(60)
async def test_who_comes_late_is_not_behind_who_came_early(world: World, database: TestDatabase) -> None:
    early, late = database.open_centre("C98701"), database.open_centre("C98702")
    world.put(early, 200, "NOTICE")
    store, token = world.store(), uuid4()
    await store.claim("一号", 100, 0, 60.0, token)
    world.put(late, 50, "NOTICE")
    taken = Counter(row[0] for row in await store.claim("一号", 60, 0, 60.0, token))
    assert abs(taken[late] - taken[early]) <= 1


@within(60)
async def test_policy_keeps_its_small_share_behind_codes(world: World, tenant: UUID) -> None:
    world.put(tenant, 100, "OTP")
    world.put(tenant, 100, "NOTICE")
    world.put(tenant, 100, "POLICY")
    store, token = world.store(), uuid4()
    taken = Counter(row[3] for row in await store.claim("一号", 20, 1, 60.0, token))
    assert taken == {"POLICY": 1, "OTP": 19}
    rest = [row[3] for row in await store.claim("一号", 200, 0, 60.0, token)]
    assert rest == ["OTP"] * 81 + ["NOTICE"] * 100 + ["POLICY"] * 19
    assert await store.claim("一号", 0, 0, 60.0, token) == []


def test_a_claim_is_what_the_line_sends_in_twenty_milliseconds() -> None:
    assert [claim_size(rate, 16) for rate in (0, 10, 100, 300, 1000, 1_000_000)] == [16, 1, 2, 6, 20, 256]
    assert code_wait_bound_s(300, 16) < 0.1
