"""The loopback carrier's control port: the phones' messages, moods, replies, and who may not reach it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from shared_channels.sms.carriers.loopback.carrier import LoopbackCarrier
from shared_channels.sms.carriers.loopback.control import Control
from tests.shared_channels.sms.running import PHONE, Seen, carrier, linked, message, until, within

CODE = "【住房公积金】您的验证码是 482913，五分钟内有效，请勿告诉他人。"
LONG = "【住房公积金】" + "您的提取申请已经办结，款项已转入您的银行账户。" * 4
ATTACK = "【<b>x</b>】<script>alert(1)</script>@nonce@"


@asynccontextmanager
async def phone(protocol: str = "cmpp30") -> AsyncIterator[tuple[LoopbackCarrier, httpx.AsyncClient]]:
    """A carrier with its control port, and somebody who asks."""
    async with carrier(protocol) as played:
        control = Control(played)
        await control.start()
        base = f"http://127.0.0.1:{control.port}"
        try:
            async with httpx.AsyncClient(base_url=base, trust_env=False) as client:
                yield played, client
        finally:
            await control.stop()


@pytest.mark.parametrize("protocol", ["cmpp30", "smgp30", "sgip12", "smpp34"])
@within(20)
async def test_messages_arrive_whole_on_their_phone(protocol: str) -> None:
    async with phone(protocol) as (played, client), linked(protocol, played.port) as link:
        await link.submit(message(1, CODE))
        await link.submit(message(2, LONG))
        await link.submit(message(3, CODE, phone="13900000000"))
        found = (await client.get("/messages", params={"phone": PHONE})).json()
        listed = (await client.get("/messages")).json()["messages"]
    assert [each["text"] for each in found["messages"]] == [CODE, LONG]
    assert [each["segments"] for each in found["messages"]] == [1, 2]
    assert [each["phone"] for each in listed] == ["13900000000", PHONE]


@within(20)
async def test_the_page_shows_the_code_and_runs_nothing_of_a_message() -> None:
    async with phone() as (played, client), linked("cmpp30", played.port) as link:
        await link.submit(message(1, CODE))
        await link.submit(message(2, ATTACK))
        page = await client.get("/", params={"phone": PHONE})
    assert 'data-code="482913"' in page.text
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&#64;nonce&#64;" in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@within(20)
async def test_a_mood_changes_what_happens_next_and_goes_back() -> None:
    async with phone() as (played, client), linked("cmpp30", played.port) as link:
        assert (await client.post("/mood", json={"refuse": 1})).status_code == 200
        assert (await link.submit(message())).kind == "refused"
        await client.post("/mood", json={"reset": True, "double": 1, "delay": 20})
        assert (await link.submit(message())).kind == "accepted"
        assert (await client.get("/mood")).json()["duplicate_report"] == 1
        assert (await client.post("/mood", json={"temper": 1})).status_code == 422


@within(20)
async def test_a_reply_travels_to_the_platform() -> None:
    seen = Seen()
    async with phone() as (played, client), linked("cmpp30", played.port, seen) as link:
        await link.submit(message(1, CODE))
        given = {"phone": PHONE, "to": "12329001", "text": "Ｒ"}
        assert (await client.post("/reply", json=given)).json() == {"sent": True}
        await until(lambda: seen.mo)
        assert (await client.post("/reply", json={**given, "text": ""})).status_code == 422
    assert (seen.mo[0].phone, seen.mo[0].to, seen.mo[0].text) == (PHONE, "12329001", "Ｒ")


@within(20)
async def test_foreign_pages_and_foreign_names_are_refused() -> None:
    async with phone() as (_, client):
        named = await client.get("/messages", headers={"Host": "gjj.example.cn"})
        formed = await client.post("/mood", content=b'{"refuse": 1}', headers={"Content-Type": "text/plain"})
        unknown = await client.get("/else")
        other = await client.delete("/mood")
    assert (named.status_code, formed.status_code, unknown.status_code, other.status_code) == (
        403,
        415,
        404,
        405,
    )


@within(20)
async def test_it_listens_on_this_machine_only() -> None:
    async with carrier("cmpp30") as played:
        with pytest.raises(ValueError, match="this machine only"):
            await Control(played).start("0.0.0.0")


@within(20)
async def test_nonsense_on_the_port_ends_nothing() -> None:
    async with phone() as (_, client):
        reader, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
        writer.write(b"\x00\x01nonsense\r\n\r\n")
        assert b"400" in await reader.readline()
        writer.close()
        assert (await client.get("/")).status_code == 200
