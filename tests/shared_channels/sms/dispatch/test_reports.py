"""Reports in any order (test SMS-5, short form): the states equal those of a model that knows nothing of order."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID, uuid4

from tests.shared_channels.sms.dispatch.world import LONG, World
from tests.shared_channels.sms.running import within

SEEDS = (1, 2, 3)
STATES = (("delivered", 9, "DELIVRD"), ("failed", 9, "UNDELIV"))
ENROUTE = ("enroute", 3, "ACCEPTD")


def _report(carrier_id: str, state: tuple[str, int, str]) -> dict[str, Any]:
    name, rank, code = state
    done = datetime(2026, 1, 1, tzinfo=UTC).isoformat()
    return {
        "account": "a",
        "carrier_id": carrier_id,
        "state": name,
        "rank": rank,
        "code": code,
        "done_at": done,
    }


@within(60)
async def test_any_order_doubled_early_and_forged(world: World, tenant: UUID) -> None:
    for seed in SEEDS:
        await _play(world, tenant, Random(seed))


async def _play(world: World, tenant: UUID, random: Random) -> None:
    world.empty()
    world.put(tenant, 200, "OTP")
    world.put(tenant, 100, "NOTICE", text=LONG)
    store = world.store()
    claimed = list(await store.claim("一号", 1000, 0, 60.0, uuid4()))
    answers, reports, model = [], [], {}
    for row in claimed:
        ids = [uuid4().hex for _ in range(row[7])]
        fates = [random.choices(STATES, (9, 1))[0] for _ in ids]
        model[row[1]] = "delivered" if all(fate[0] == "delivered" for fate in fates) else "failed"
        answers.append(
            {
                "t": str(row[0]), "m": str(row[1]), "a": row[2], "act": "sent", "retry_s": 0, "link": "一号", "carrier": "cmcc",
                "account": "a", "code": "0", "ids": ids,
            }
        )  # fmt: skip
        told = [_report(each, fate) for each, fate in zip(ids, fates, strict=True)]
        reports += told + [each for each in told if random.random() < 0.2]
        reports += [_report(each, ENROUTE) for each in ids if random.random() < 0.2]
    reports += [_report(uuid4().hex, STATES[0]) for _ in range(len(reports) // 100)]
    early = random.sample(reports, len(reports) // 20)
    rest = [each for each in reports if not any(each is one for one in early)]
    random.shuffle(rest)
    await _in_pieces(random, store, early, answers, rest)
    with world.superuser() as connection:
        found = dict(connection.execute("select id, state from sms_message").fetchall())
    assert found == model
    assert sum(world.usage().values()) == 300
    assert Counter(found.values()) == Counter(
        key[0] for key, count in world.usage().items() for _ in range(count)
    )
    assert world.one("select count(*) from k.sms_early_report") == len(
        {each["carrier_id"] for each in reports} - {each for row in answers for each in row["ids"]}
    )


async def _in_pieces(
    random: Random, store: Any, early: list[Any], answers: list[Any], rest: list[Any]
) -> None:
    """Early reports, then answers and reports in batches of random size."""
    await store.record([], [], early)
    while answers or rest:
        taken, answers = answers[:60], answers[60:]
        size = random.randint(1, 80)
        told, rest = (rest[:size], rest[size:]) if not answers else ([], rest)
        await store.record(taken, [], told)


@within(20)
async def test_a_report_that_crosses_its_answer_is_matched(world: World, tenant: UUID) -> None:
    """Two connections that don't see each other's rows: the sweep brings them together."""
    world.put(tenant, 1, "OTP")
    store = world.store()
    [row] = await store.claim("一号", 1, 0, 60.0, uuid4())
    answer = {
        "t": str(row[0]), "m": str(row[1]), "a": 1, "act": "sent", "retry_s": 0, "link": "一号", "carrier": "cmcc", "account": "a",
        "code": "0", "ids": ["x"],
    }  # fmt: skip
    await store.record([answer], [], [])
    with world.superuser() as connection:
        connection.execute(
            "insert into k.sms_early_report (account, carrier_id, state, rank, code, done_at)"
            " values ('a', 'x', 'delivered', 9, 'DELIVRD', now())"
        )
    assert await store.match_early(100) == 1
    assert world.states() == {"delivered": 1}
