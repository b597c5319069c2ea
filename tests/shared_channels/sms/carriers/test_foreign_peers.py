"""SMPP against implementations that are not ours: smpp34's server, smpplib as a client."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import smpp34
import smpplib.client
import smpplib.consts
import smpplib.gsm

from shared_channels.sms.carriers.ports import Category, OutcomeKind, ReportState
from tests.shared_channels.sms.carriers.test_sgip_reverse import free_port
from tests.shared_channels.sms.running import (
    ACCOUNT,
    PHONE,
    SECRET,
    Seen,
    carrier,
    linked,
    message,
    until,
    within,
)


class ForeignServer:
    """smpp34's server, played by a task: accepts, refuses numbers that end in 9, reports what was asked for."""

    def __init__(self) -> None:
        self.submits: list[Any] = []
        self.esmes: list[Any] = []
        self.status = smpp34.ESME_RINVDSTADR

    async def play(self, server: Any) -> None:
        while True:
            event = await server.next()
            if isinstance(event, smpp34.Esme):
                self.esmes.append(event)
            elif isinstance(event, smpp34.SubmitSmEvent):
                await self.answer(event)

    async def answer(self, event: Any) -> None:
        self.submits.append(event)
        if event.destination_addr.endswith("9"):
            event.reject(self.status)
            return
        name = f"id{len(self.submits)}"
        event.accept(name)
        if event.registered_delivery & 1:
            text = f"id:{name} sub:001 dlvrd:001 submit date:2611241330 done date:2611241331 stat:DELIVRD err:000 text:"
            await self.esmes[-1].deliver_sm(
                event.source_addr, text.encode(), source_addr=event.destination_addr, esm_class=4
            )


@asynccontextmanager
async def foreign_server() -> AsyncIterator[tuple[ForeignServer, int]]:
    port = free_port()
    server = smpp34.Server("127.0.0.1", port, system_id="SMSC")
    await server.start()
    played = ForeignServer()
    task = asyncio.ensure_future(played.play(server))
    try:
        yield played, port
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await server.stop()


@within(30)
async def test_our_client_sends_to_a_foreign_server_and_gets_its_reports() -> None:
    seen = Seen()
    async with foreign_server() as (played, port), linked("smpp34", port, seen) as link:
        outcomes = await asyncio.gather(*(link.submit(message(number)) for number in range(50)))
        assert {outcome.kind for outcome in outcomes} == {OutcomeKind.ACCEPTED}
        ids = {each for outcome in outcomes for each in outcome.carrier_ids}
        await until(lambda: {report.carrier_id for report in seen.reports} == ids)
        assert {report.state for report in seen.reports} == {ReportState.DELIVERED}
        assert {report.phone for report in seen.reports} == {PHONE}
        assert played.submits[0].short_message.decode("utf-16-be") == message().text
        assert await link.probe(5) is True


@within(30)
async def test_a_foreign_server_sees_well_formed_segments() -> None:
    async with foreign_server() as (played, port), linked("smpp34", port) as link:
        text = "【住房公积金】" + "提取审核通过😀" * 20
        outcome = await link.submit(message(text=text))
        assert set(outcome.carrier_ids) == {"id1", "id2", "id3"}
        assert all(event.esm_class == 0x40 and event.data_coding == 8 for event in played.submits)
        contents = sorted(
            event.short_message for event in played.submits
        )  # the server hands them on in any order
        assert [content[:6].hex()[-4:] for content in contents] == ["0301", "0302", "0303"]
        assert "".join(content[6:].decode("utf-16-be") for content in contents) == text


@within(30)
async def test_a_foreign_server_reads_sar_and_payload_options() -> None:
    async with foreign_server() as (played, port):
        async with linked("smpp34", port, long_form="sar", report="never") as link:
            await link.submit(message(text="字" * 100))
        async with linked("smpp34", port, long_form="payload", report="never") as link:
            await link.submit(message(text="字" * 200))
        tags = [{option.tag for option in event.tlvs} for event in played.submits]
        sar = {smpp34.TLV_SAR_MSG_REF_NUM, smpp34.TLV_SAR_TOTAL_SEGMENTS, smpp34.TLV_SAR_SEGMENT_SEQNUM}
        assert tags == [sar, sar, {smpp34.TLV_MESSAGE_PAYLOAD}]


@within(30)
async def test_a_foreign_servers_refusal_is_understood() -> None:
    async with foreign_server() as (played, port), linked("smpp34", port, throttle_retries=0) as link:
        outcome = await link.submit(message(phone="13800001239"))
        assert (outcome.kind, outcome.category, outcome.code) == (OutcomeKind.REFUSED, Category.NUMBER, "11")
        played.status = smpp34.ESME_RTHROTTLED
        outcome = await link.submit(message(phone="13800001239"))
        assert (outcome.category, outcome.code) == (Category.THROTTLED, "88")


@within(30)
async def test_a_foreign_servers_uplink_message_arrives() -> None:
    seen = Seen()
    async with foreign_server() as (played, port), linked("smpp34", port, seen):
        await until(lambda: played.esmes)
        answer = await played.esmes[0].deliver_sm(
            "12329001", "退订".encode("utf-16-be"), source_addr="8613800001234", data_coding=8
        )
        assert answer.is_success
        (uplink,) = seen.mo
        assert (uplink.phone, uplink.to, uplink.text) == (PHONE, "12329001", "退订")


class ForeignClient(threading.Thread):
    """smpplib, which blocks, in a thread of its own."""

    def __init__(self, port: int, text: str) -> None:
        super().__init__(daemon=True)
        self.port, self.text = port, text
        self.accepted: list[str] = []
        self.receipts: list[str] = []
        self.wanted = 0
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            self.talk()
        except BaseException as error:  # noqa: BLE001
            self.failure = error

    def talk(self) -> None:
        client = smpplib.client.Client("127.0.0.1", self.port, timeout=5, allow_unknown_opt_params=True)
        client.set_message_sent_handler(lambda pdu: self.accepted.append(pdu.message_id.decode()))
        client.set_message_received_handler(self.received)
        try:
            client.connect()
            client.bind_transceiver(system_id=ACCOUNT, password=SECRET)
            self.exchange(client)
        finally:
            client.disconnect()

    def exchange(self, client: Any) -> None:
        parts, coding, esm_class = smpplib.gsm.make_parts(self.text, smpplib.consts.SMPP_ENCODING_ISO10646)
        self.wanted = len(parts)
        for part in parts:
            client.send_message(
                source_addr_ton=0, source_addr="12329001", dest_addr_ton=1, destination_addr=PHONE, short_message=part,
                data_coding=coding, esm_class=esm_class, registered_delivery=True,
            )  # fmt: skip
        while len(self.receipts) < self.wanted or len(self.accepted) < self.wanted:
            client.read_once()
        client.unbind()

    def received(self, pdu: Any) -> int:
        self.receipts.append(pdu.receipted_message_id.decode())
        return 0


@within(30)
async def test_a_foreign_client_sends_to_our_carrier_and_gets_its_receipts() -> None:
    async with carrier("smpp34") as played:
        client = ForeignClient(played.port, "【住房公积金】" + "提取审核通过" * 20)
        client.start()
        await until(lambda: not client.is_alive(), 15)
        assert client.failure is None
        assert len(client.accepted) == client.wanted == played.counts.sent == 2
        assert client.receipts == client.accepted
        assert played.counts.malformed == 0


@within(30)
async def test_a_foreign_client_with_a_wrong_password_is_refused() -> None:
    async with carrier("smpp34", refuse_login=0x0E) as played:
        client = ForeignClient(played.port, "字")
        client.start()
        await until(lambda: not client.is_alive(), 15)
        assert client.failure is not None
        assert played.counts.wrong_logins == 1
