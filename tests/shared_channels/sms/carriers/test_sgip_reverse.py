"""SGIP's connection back from the gateway."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from shared_channels.sms.carriers.factory import SgipLink
from shared_channels.sms.carriers.ports import CarrierLink, ReportState
from shared_channels.sms.carriers.sgip import pdus, wire
from tests.shared_channels.sms.running import ACCOUNT, SECRET, Seen, carrier, linked, message, until, within


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@asynccontextmanager
async def listening(seen: Seen, **values: Any) -> AsyncIterator[SgipLink]:
    """A link whose own gateway does not matter, listening on any free port."""
    link: CarrierLink
    async with linked(
        "sgip12", free_port(), seen, up=False, listen_host="127.0.0.1", listen_port=-1, **values
    ) as link:
        assert isinstance(link, SgipLink)
        yield link


class Caller(asyncio.Protocol):
    """A gateway that connects back, written with plain bytes."""

    def __init__(self) -> None:
        self.received = b""
        self.closed = False
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True


@asynccontextmanager
async def calling(link: SgipLink) -> AsyncIterator[Caller]:
    assert link.listener is not None
    _, caller = await asyncio.get_running_loop().create_connection(Caller, "127.0.0.1", link.listener.port)
    yield caller
    caller.transport.close()
    await until(lambda: caller.closed)


def bind(kind: int = 2, name: str = ACCOUNT, password: str = SECRET) -> bytes:
    return wire.frame(wire.BIND, bytes(12), pdus.Bind(kind, name, password).pack())


REPORT = wire.frame(wire.REPORT, bytes(11) + b"\x01", pdus.Report(bytes(12), "8613000001234", 0).pack())


@pytest.mark.parametrize("idle_close", [0.0, 0.3])
@within(20)
async def test_reports_and_uplink_come_on_the_gateways_connection(idle_close: float) -> None:
    seen, port = Seen(), free_port()
    async with (
        carrier("sgip12", reverse=f"127.0.0.1:{port}", echo_mo=1.0) as played,
        linked(
            "sgip12", played.port, seen, listen_host="127.0.0.1", listen_port=port, strict=True, idle_close_s=idle_close
        ) as link,
    ):  # fmt: skip
        outcome = await link.submit(message(text="公积金" * 40))
        await until(lambda: len(seen.reports) == 2 and len(seen.mo) == 2)
        assert {report.carrier_id for report in seen.reports} == set(outcome.carrier_ids)
        assert {report.state for report in seen.reports} == {ReportState.DELIVERED}
        await until(lambda: played.counts.reports_answered == 2)
        assert "reverse_bound" in seen.codes()


@within(20)
async def test_a_report_before_the_log_in_closes_the_connection() -> None:
    seen = Seen()
    async with listening(seen) as link, calling(link) as caller:
        caller.transport.write(REPORT)
        await until(lambda: caller.closed)
        assert seen.reports == []
        assert "reverse_unbound" in seen.codes()


@pytest.mark.parametrize(
    "wrong", [{"password": "other"}, {"name": "other"}, {"kind": 1}], ids=["password", "name", "type"]
)
@pytest.mark.parametrize("strict", [False, True])
@within(20)
async def test_a_wrong_log_in_is_told_and_refused_only_by_a_strict_link(
    wrong: dict[str, Any], strict: bool
) -> None:
    seen = Seen()
    async with listening(seen, strict=strict) as link, calling(link) as caller:
        caller.transport.write(bind(**wrong))
        await until(lambda: len(caller.received) >= 29)
        assert (caller.received[20] != 0) == strict
        assert seen.codes() & {"reverse_login_differs", "reverse_type_differs"}
        await until(lambda: caller.closed == strict)


@within(20)
async def test_a_repeated_report_is_answered_twice_and_handed_on_once() -> None:
    seen = Seen()
    async with listening(seen) as link, calling(link) as caller:
        caller.transport.write(bind() + REPORT + REPORT)
        await until(lambda: len(caller.received) == 29 * 3)
        assert len(seen.reports) == 1


@within(20)
async def test_an_unbind_is_answered_and_the_gateway_may_come_again() -> None:
    seen = Seen()
    async with listening(seen) as link:
        for _ in range(2):
            async with calling(link) as caller:
                caller.transport.write(bind() + wire.frame(wire.UNBIND, bytes(12)))
                await until(lambda here=caller: here.closed)
                assert caller.received[29:].hex() == "00000014" "80000002" + "00" * 12  # fmt: skip


@within(20)
async def test_a_false_length_closes_only_that_connection() -> None:
    seen = Seen()
    async with listening(seen) as link, calling(link) as good, calling(link) as bad:
        bad.transport.write(bind() + b"\xff" * 30)
        await until(lambda: bad.closed)
        assert "reverse_malformed" in seen.codes()
        good.transport.write(bind() + REPORT)
        await until(lambda: seen.reports)


@within(20)
async def test_another_name_for_the_connection_back_can_be_set() -> None:
    seen = Seen()
    async with (
        listening(seen, strict=True, reverse_account="smg", reverse_secret="back") as link,
        calling(link) as caller,
    ):
        caller.transport.write(bind(name="smg", password="back") + REPORT)
        await until(lambda: seen.reports)


@within(10)
async def test_a_port_that_is_taken_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            async with linked(
                "sgip12", 1, up=False, listen_host="127.0.0.1", listen_port=taken.getsockname()[1]
            ):
                pass
