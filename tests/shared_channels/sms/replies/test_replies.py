"""Uplink messages: whose they are, stored once, sealed, and what a wish to get no more does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from uuid import UUID

import pytest

from kernel import vault
from kernel.crypto.secret import RevealPurpose, Secret, reveal
from kernel.db.ids import uuid7
from kernel.jobs.registry import jobs
from shared_channels.sms.carriers.loopback.outbox import Outgoing
from shared_channels.sms.numbers.queries import registry_index
from shared_channels.sms.replies import jobs as _jobs
from shared_channels.sms.replies.policy import Meaning, meaning_of
from tests.database import TestDatabase
from tests.shared_channels.sms.dispatch.world import World
from tests.shared_channels.sms.running import carrier, within

assert _jobs
PHONE = "16000000077"


@pytest.fixture
def world(database: TestDatabase) -> Iterator[World]:
    world = World(database)
    world.empty()
    yield world
    world.close()


@pytest.fixture(scope="module")
def tenant(database: TestDatabase) -> UUID:
    """A centre with keys and an extension, and a province with keys."""
    centre = database.open_centre("C99081")
    for each in (centre, database.province_id):
        with database.door().tenant_tx(database.scope(each), read_only=True) as session:
            vault.of(session)
    with World(database).superuser() as connection:
        connection.execute(
            "insert into sms_extension (tenant_id, id, access_number, extension, holder_tenant_id, given_at)"
            " values (%s, %s, '12329', '881', %s, now())",
            (database.province_id, uuid7(), centre),
        )
    return centre


def _uplink(to: str, text: str) -> Outgoing:
    return Outgoing(False, b"", PHONE, to, "", text.encode("utf-16-be"), 8)


async def _bring(world: World, *messages: Outgoing, wanted: int) -> None:
    async with carrier("cmpp30") as played, world.engine(world.line(played.port)) as engine:
        assert await engine.lines[0].link.wait_up(5)
        for message in messages:
            played.bring(message)
        for _ in range(200):
            if world.one("select count(*) from sms_uplink") == wanted and not any(
                each.unanswered for each in played.sessions
            ):
                return
            await asyncio.sleep(0.05)
        raise AssertionError("the messages did not arrive")


@within(30)
async def test_a_message_goes_to_whose_number_it_was_sent_to(world: World, tenant: UUID) -> None:
    await _bring(world, _uplink("12329881", "我的提取到账了吗"), _uplink("1232999", "在吗"), wanted=2)
    with world.superuser() as connection:
        rows = connection.execute(
            "select tenant_id, id, text, phone, sent_to, meaning from sms_uplink"
        ).fetchall()
    assert {row[0]: row[4] for row in rows} == {tenant: "12329881", world.database.province_id: "1232999"}
    assert {row[5] for row in rows} == {"words"}
    mine = next(row for row in rows if row[0] == tenant)
    with world.database.door().tenant_tx(world.database.scope(tenant), read_only=True) as session:
        keys = vault.of(session)
        text = reveal(keys.open("sms_uplink", "text", mine[1], mine[2]), RevealPurpose.DELIVERY)
    assert text == "我的提取到账了吗"
    assert PHONE.encode() not in mine[3]


@within(30)
async def test_opting_out_blocks_policy_messages_in_the_province(world: World, tenant: UUID) -> None:
    province = world.database.province_id
    await _bring(world, _uplink("12329881", "r。"), wanted=2)
    for each in (tenant, province):
        uplink = world.one("select id from sms_uplink where tenant_id = %s", each)
        for _ in range(2):  # a job may come twice
            with world.database.door().tenant_tx(world.database.scope(each)) as session:
                jobs["sms.uplink_received"](session, {"uplink_id": str(uplink)})
    with world.database.door().tenant_tx(world.database.scope(province), read_only=True) as session:
        index = registry_index(session, Secret(PHONE))
    assert world.one("select reach, reason from sms_blocked_number where number_index = %s", index) == (
        "POLICY",
        "opt_out",
    )
    assert world.one("select count(*) from sms_uplink where handled_at is not null") == 2


@within(30)
async def test_the_same_message_is_stored_once(world: World, tenant: UUID) -> None:
    store = world.store()
    row = {
        "id": str(uuid7()), "link": "一号", "account": "a", "carrier_id": "7", "sent_to": "12329881", "phone": "AA==",
        "phone_index": "AA==", "text": "AA==", "received_at": "2026-01-01T00:00:00Z", "meaning": "words",
    }  # fmt: skip
    assert await store.put_uplink(tenant, row)
    assert not await store.put_uplink(tenant, {**row, "id": str(uuid7())})
    assert world.one("select count(*) from outbox_event where name = 'sms.uplink_received'") == 1


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("R", Meaning.OPT_OUT), (" ｒ ", Meaning.OPT_OUT), ("退订。", Meaning.OPT_OUT), ("TD", Meaning.OPT_OUT),
        ("R楼在哪里", Meaning.WORDS), ("不要取消我的预约", Meaning.WORDS), ("", Meaning.WORDS), ("1", Meaning.WORDS),
    ],
)  # fmt: skip
def test_only_the_unmistakable_counts_as_opting_out(text: str, meaning: Meaning) -> None:
    assert meaning_of(text) is meaning
