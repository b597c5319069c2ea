"""A link's life: log-in, strictness, keep-alive, broken streams, coming back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_channels.sms.carriers.errors import FieldError
from shared_channels.sms.carriers.factory import open_link
from shared_channels.sms.carriers.link.backoff import Backoff
from shared_channels.sms.carriers.link.pacer import Pacer
from shared_channels.sms.carriers.ports import LinkHandlers, LinkState, OutcomeKind
from shared_channels.sms.carriers.settings import link_settings
from tests.shared_channels.sms.running import PROTOCOLS, Seen, carrier, linked, message, until, within

ALL = pytest.mark.parametrize("protocol", PROTOCOLS)
WITH_PROOF = pytest.mark.parametrize("protocol", ["cmpp20", "cmpp30", "smgp30"])
WITH_HEARTBEAT = pytest.mark.parametrize("protocol", ["cmpp20", "cmpp30", "smgp30", "smpp34"])


class Mute(asyncio.Protocol):
    """A server that never says a word."""

    def __init__(self, *, hangs_up: bool) -> None:
        self.hangs_up = hangs_up

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self.hangs_up:
            transport.close()


@asynccontextmanager
async def mute(*, hangs_up: bool) -> AsyncIterator[int]:
    server = await asyncio.get_running_loop().create_server(lambda: Mute(hangs_up=hangs_up), "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()


class TestLogin:
    @ALL
    @within(20)
    async def test_a_wrong_secret_is_refused_and_tried_again_slowly(self, protocol: str) -> None:
        seen = Seen()
        async with (
            carrier(protocol) as played,
            linked(protocol, played.port, seen, up=False, secret="wrong") as link,
        ):
            assert not await link.wait_up(0.6)
            assert link.counts.refused_logins >= 2
            assert "login_refused" in seen.codes()
            assert played.counts.logins == 0

    @WITH_PROOF
    @within(20)
    async def test_a_false_authenticator_is_told_by_a_lenient_link(self, protocol: str) -> None:
        seen = Seen()
        async with (
            carrier(protocol, bad_authenticator=True) as played,
            linked(protocol, played.port, seen) as link,
        ):
            assert "authenticator_differs" in seen.codes()
            assert (await link.submit(message())).kind is OutcomeKind.ACCEPTED

    @WITH_PROOF
    @within(20)
    async def test_a_false_authenticator_is_refused_by_a_strict_link(self, protocol: str) -> None:
        seen = Seen()
        async with (
            carrier(protocol, bad_authenticator=True) as played,
            linked(protocol, played.port, seen, up=False, strict=True) as link,
        ):
            assert not await link.wait_up(0.5)
            assert "authenticator_differs" in seen.codes()
            assert link.counts.refused_logins >= 1

    @WITH_PROOF
    @within(20)
    async def test_a_right_authenticator_satisfies_a_strict_link(self, protocol: str) -> None:
        async with carrier(protocol) as played, linked(protocol, played.port, strict=True) as link:
            assert link.state is LinkState.UP

    @pytest.mark.parametrize(("hangs_up", "words"), [(False, "没有应答登录"), (True, "断开了连接")])
    @within(20)
    async def test_a_gateway_that_does_not_answer_is_given_up(self, hangs_up: bool, words: str) -> None:
        seen = Seen()
        async with (
            mute(hangs_up=hangs_up) as port,
            linked("smpp34", port, seen, up=False, login_timeout_s=0.2) as link,
        ):
            await until(lambda: link.counts.refused_logins >= 1)
        assert any(words in event.words for event in seen.events)

    @within(20)
    async def test_a_host_without_an_address_is_told(self) -> None:
        seen = Seen()
        link = open_link(
            link_settings("cmpp30", host="a..b", port=1, account="1", secret="s", backoff_first_s=0.01),
            seen.handlers(),
        )
        await link.start()
        await until(lambda: link.counts.connects >= 2)
        await link.stop()
        assert "connect_failed" in seen.codes()

    @pytest.mark.parametrize(
        ("protocol", "values"),
        [
            ("cmpp30", {"account": "1234567"}),
            ("smgp30", {"account": "123456789"}),
            ("sgip12", {"secret": "a" * 17}),
            ("cmpp30", {"service_id": "a" * 11}),
            ("smpp34", {"system_type": "a" * 13}),
        ],
    )
    @within(5)
    async def test_settings_that_fit_no_field_are_told_at_once(
        self, protocol: str, values: dict[str, str]
    ) -> None:
        given_values = {"host": "127.0.0.1", "port": 1, "account": "1", "secret": "s", **values}
        with pytest.raises(FieldError):
            open_link(link_settings(protocol, **given_values), LinkHandlers())


class TestKeepAlive:
    @WITH_HEARTBEAT
    @within(20)
    async def test_a_quiet_link_is_kept_alive(self, protocol: str) -> None:
        async with carrier(protocol) as played, linked(protocol, played.port, keepalive_s=0.2) as link:
            await until(lambda: played.counts.pings >= 3)
            assert link.counts.connects == 1
            assert link.state is LinkState.UP

    @WITH_HEARTBEAT
    @within(20)
    async def test_missed_answers_end_in_a_new_connection(self, protocol: str) -> None:
        seen = Seen()
        quick = {"keepalive_s": 0.1, "keepalive_answer_s": 0.1, "keepalive_misses": 2}
        async with (
            carrier(protocol, silent=True) as played,
            linked(protocol, played.port, seen, **quick) as link,
        ):
            await until(lambda: link.counts.connects >= 2)
            misses = [event.facts["misses"] for event in seen.events if event.code == "keepalive_missed"]
            assert misses[:2] == [1, 2]

    @WITH_HEARTBEAT
    @within(20)
    async def test_overdue_answers_make_a_link_suspect_and_then_well_again(self, protocol: str) -> None:
        seen = Seen()
        async with (
            carrier(protocol, answer_delay_ms=[800, 800]) as played,
            linked(protocol, played.port, seen, stall_s=0.2) as link,
        ):
            outcome = await link.submit(message())
            assert outcome.kind is OutcomeKind.ACCEPTED
            assert LinkState.SUSPECT in seen.states
            await until(lambda: link.state is LinkState.UP)

    @WITH_HEARTBEAT
    @within(20)
    async def test_a_probe_tells_whether_the_gateway_answers(self, protocol: str) -> None:
        async with carrier(protocol) as played, linked(protocol, played.port) as link:
            assert await link.probe(2.0) is True
        async with carrier(protocol, silent=True) as played, linked(protocol, played.port) as link:
            assert await link.probe(0.2) is False

    @ALL
    @within(20)
    async def test_the_gateways_own_keep_alive_is_answered(self, protocol: str) -> None:
        async with carrier(protocol) as played, linked(protocol, played.port):
            session = next(iter(played.sessions))
            ping = session.gateway.ping()
            if ping is None:
                return
            heard = session.heard_at
            session.send(ping)
            await until(lambda: session.heard_at > heard)


class TestBrokenStreams:
    @ALL
    @within(20)
    async def test_a_malformed_pdu_closes_the_link_and_loses_nothing(self, protocol: str) -> None:
        seen = Seen()
        async with (
            carrier(protocol, malformed_after=3) as played,
            linked(protocol, played.port, seen) as link,
        ):
            outcomes = [await link.submit(message(number)) for number in range(3)]
            assert [each.kind for each in outcomes] == [OutcomeKind.ACCEPTED] * 2 + [OutcomeKind.UNKNOWN]
            assert link.counts.malformed == 1
            assert "malformed" in seen.codes()
            assert await link.wait_up(5)
            assert (await link.submit(message(4))).kind is OutcomeKind.ACCEPTED
            await until(lambda: len(seen.reports) == 3)

    @ALL
    @settings(max_examples=15, deadline=None)
    @given(garbage=st.binary(min_size=1, max_size=400))
    def test_random_bytes_never_stop_a_link_for_good(self, protocol: str, garbage: bytes) -> None:
        asyncio.run(asyncio.wait_for(self.comes_back(protocol, garbage), 10))

    @staticmethod
    async def comes_back(protocol: str, garbage: bytes) -> None:
        async with carrier(protocol) as played, linked(protocol, played.port, backoff_first_s=0.01) as link:
            next(iter(played.sessions)).send(garbage)
            await asyncio.sleep(0.01)
            played.cut()
            deadline = asyncio.get_running_loop().time() + 5
            while (await link.submit(message())).kind is not OutcomeKind.ACCEPTED:
                assert asyncio.get_running_loop().time() < deadline
                await asyncio.sleep(0.01)
            assert link.counts.connects >= 2

    @ALL
    @within(20)
    async def test_a_carrier_that_dies_is_seen_at_once_and_found_again(self, protocol: str) -> None:
        seen = Seen()
        async with carrier(protocol) as played, linked(protocol, played.port, seen) as link:
            port = played.port
            await played.stop()
            await until(lambda: link.state in (LinkState.DOWN, LinkState.CONNECTING), 2)
            await played.start(port=port)
            assert await link.wait_up(5)
            assert (await link.submit(message())).kind is OutcomeKind.ACCEPTED

    @ALL
    @within(20)
    async def test_the_gateways_good_bye_is_answered_and_followed_by_a_new_connection(
        self, protocol: str
    ) -> None:
        seen = Seen()
        byes = {
            "cmpp20": "0000000c0000000200000001", "cmpp30": "0000000c0000000200000001",
            "smgp30": "0000000c0000000600000001", "sgip12": "0000001400000002" + "00000001" * 3,
            "smpp34": "00000010000000060000000000000001",
        }  # fmt: skip
        async with carrier(protocol) as played, linked(protocol, played.port, seen) as link:
            next(iter(played.sessions)).send(bytes.fromhex(byes[protocol]))
            await until(lambda: link.counts.connects == 2)
            assert "gateway_bye" in seen.codes()


class TestSgipIdle:
    @within(20)
    async def test_an_idle_link_ends_its_session_and_opens_for_the_next_message(self) -> None:
        async with carrier("sgip12") as played, linked("sgip12", played.port, idle_close_s=0.2) as link:
            assert (await link.submit(message(1))).kind is OutcomeKind.ACCEPTED
            await until(lambda: link.state is LinkState.IDLE)
            assert (await link.submit(message(2))).kind is OutcomeKind.ACCEPTED
            assert link.counts.connects == 2

    @within(20)
    async def test_a_gateway_that_closes_an_idle_link_costs_nothing(self) -> None:
        seen = Seen()
        async with (
            carrier("sgip12") as played,
            linked("sgip12", played.port, seen, idle_close_s=30.0) as link,
        ):
            played.cut()
            await until(lambda: link.state is LinkState.IDLE)
            assert (await link.submit(message())).kind is OutcomeKind.ACCEPTED
            assert LinkState.DOWN not in seen.states

    @within(20)
    async def test_an_idle_link_whose_gateway_is_gone_sends_nothing(self) -> None:
        async with carrier("sgip12") as played, linked("sgip12", played.port, idle_close_s=30.0) as link:
            await played.stop()
            await until(lambda: link.state is LinkState.IDLE)
            assert (await link.submit(message())).kind is OutcomeKind.NOT_SENT


def test_waits_double_within_their_bounds_and_start_again() -> None:
    backoff = Backoff(0.5, 30, Random(4))
    waits = [backoff.next() for _ in range(12)]
    assert all(0.5 * min(30, 0.5 * 2**n) <= wait <= min(30, 0.5 * 2**n) for n, wait in enumerate(waits))
    backoff.reset()
    assert backoff.next() <= 0.5
    assert backoff.next(least_s=30.0) >= 15.0


class TestPacer:
    def test_no_rate_never_waits(self) -> None:
        assert Pacer().wait(1.0) == 0

    def test_a_rate_spreads_writes(self) -> None:
        pacer, now, sent = Pacer(100), 10.0, 0
        while now < 12.0:
            delay = pacer.wait(now)
            if delay > 0:
                now += delay
                continue
            pacer.sent(now)
            sent += 1
        assert 195 <= sent <= 205

    def test_a_burst_of_throttle_answers_slows_once(self) -> None:
        pacer = Pacer(100)
        for step in range(100):
            pacer.sent(10.0 + step / 100)
        assert pacer.slow(11.0)
        assert not pacer.slow(11.05)
        assert pacer.current == pytest.approx(70, rel=0.1)
        assert pacer.wait(11.0) == pytest.approx(0.2)

    def test_a_quiet_time_brings_the_rate_back(self) -> None:
        pacer = Pacer(100)
        pacer.sent(10.0)
        pacer.slow(10.0)
        for second in range(11, 80):
            pacer.wait(float(second))
        assert pacer.current == 100

    def test_repeated_slowing_pauses_longer(self) -> None:
        pacer, now, pauses = Pacer(), 10.0, []
        for _ in range(7):
            pacer.slow(now)
            pauses.append(pacer.wait(now))
            now += pauses[-1] + 0.1
        assert pauses == pytest.approx([0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0])
