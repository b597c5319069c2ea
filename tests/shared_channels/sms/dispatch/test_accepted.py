"""From the accept in a centre's transaction to the phone and back, woken by the commit; rolled back, nothing leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID

import pytest

from kernel.crypto.secret import RevealPurpose, Secret, reveal
from kernel.db import TenantSession
from kernel.events import bus
from kernel.jobs.registry import jobs
from shared_channels.sms.carriers.loopback.inbox import Inbox
from shared_channels.sms.messages.service import accept
from shared_channels.sms.receipts import jobs as _jobs
from shared_channels.sms.receipts.events import MessageFinished
from tests.database import TestDatabase
from tests.shared_channels.sms.dispatch.world import QUICK, World, final
from tests.shared_channels.sms.messages.site import a_phone, set_up
from tests.shared_channels.sms.running import carrier, within

assert _jobs
PATIENT = replace(QUICK, poll_s=30.0, sweep_s=30.0)


@contextmanager
def listener() -> Iterator[list[UUID]]:
    """Somebody who is told of messages' ends."""
    heard: list[UUID] = []

    def hear(session: TenantSession, event: MessageFinished) -> None:
        heard.append(event.message_id)

    bus.on(MessageFinished)(hear)
    try:
        yield heard
    finally:
        del bus.subscriptions[f"{hear.__module__}.{hear.__name__}"]


@within(60)
async def test_a_code_travels_from_the_commit_to_the_phone_and_back(
    world: World, tenant: UUID, database: TestDatabase
) -> None:
    set_up(database)
    phone = a_phone()
    async with carrier("cmpp30") as played, world.engine(world.line(played.port), rules=PATIENT) as engine:
        played.inbox = Inbox()
        assert await engine.lines[0].link.wait_up(5)
        await asyncio.sleep(1.0)
        with database.door().tenant_tx(database.scope(tenant)) as session:
            accepted = accept(
                session, template="code.login", phone=phone, values={"code": Secret("482913")}, key="travel",
                origin=("challenge", "c-1"),
            )  # fmt: skip
            session.audit("test.sms_accepted", "sms_message", accepted.message_id, "测试受理短信")
        states = await world.until(final, 10)
        [received] = played.inbox.of(reveal(phone, RevealPurpose.DELIVERY))
    assert states == {"delivered": 1}
    assert "482913" in received.text
    assert world.usage() == {("delivered", 1, 1, 1): 1}
    assert world.one(
        "select reserved_segments, used_segments from sms_allowance where tenant_id = %s", tenant
    ) == (0, 1)
    assert world.one("select text from sms_message") is None
    payload = world.one("select payload from outbox_event where name = 'sms.finished'")
    assert payload == {"message_id": str(accepted.message_id)}
    with listener(), database.door().tenant_tx(database.scope(tenant)) as session:
        jobs["sms.finished"](session, payload)
    assert world.one("select payload from outbox_event where name like '%%test_accepted.hear'") == payload


@within(60)
async def test_what_was_rolled_back_never_leaves(world: World, tenant: UUID, database: TestDatabase) -> None:
    set_up(database)
    async with carrier("cmpp30") as played, world.engine(world.line(played.port)):
        with pytest.raises(RuntimeError), database.door().tenant_tx(database.scope(tenant)) as session:
            accept(
                session, template="code.login", phone=a_phone(), values={"code": Secret("482913")}, key="lost"
            )
            raise RuntimeError
        await asyncio.sleep(0.5)
    assert played.counts.submits == 0
    assert world.states() == {}
