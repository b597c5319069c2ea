"""A link against loopback carriers: what becomes of what is sent. The same facts for every protocol."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from shared_channels.sms.carriers.ports import Category, LinkState, OutcomeKind, ReportState
from tests.shared_channels.sms.running import PHONE, PROTOCOLS, Seen, carrier, linked, message, until, within

ALL = pytest.mark.parametrize("protocol", PROTOCOLS)


class TestSubmit:
    @ALL
    @within(20)
    async def test_a_message_is_accepted_and_reported(self, protocol: str) -> None:
        seen = Seen()
        async with carrier(protocol) as played, linked(protocol, played.port, seen) as link:
            outcome = await link.submit(message())
            await until(lambda: seen.reports)
            assert outcome.kind is OutcomeKind.ACCEPTED
            (report,) = seen.reports
            assert (report.carrier_id,) == outcome.carrier_ids
            assert (report.state, report.phone, report.link) == (ReportState.DELIVERED, PHONE, link.name)
            await until(lambda: played.counts.reports_answered == 1)

    @ALL
    @within(20)
    async def test_a_long_message_has_an_id_and_a_report_for_each_segment(self, protocol: str) -> None:
        seen = Seen()
        text = "【住房公积金】" + "提取审核通过😀" * 30
        async with carrier(protocol, echo_mo=1.0) as played, linked(protocol, played.port, seen) as link:
            outcome = await link.submit(message(text=text))
            await until(
                lambda: len(seen.reports) == len(outcome.carrier_ids) == played.counts.reports_answered
            )
            await until(lambda: len(seen.mo) == len(outcome.carrier_ids))
            assert len(outcome.carrier_ids) == 4
            assert {report.carrier_id for report in seen.reports} == set(outcome.carrier_ids)
            parts = sorted(seen.mo, key=lambda each: each.part.number if each.part else 0)
            assert "".join(each.text for each in parts) == text

    @ALL
    @within(20)
    async def test_every_cut_of_the_stream_is_survived(self, protocol: str) -> None:
        seen = Seen()
        async with (
            carrier(protocol, fragment=3, echo_mo=1.0) as played,
            linked(protocol, played.port, seen) as link,
        ):
            outcomes = await asyncio.gather(*(link.submit(message(number)) for number in range(20)))
            await until(lambda: len(seen.reports) == 20 and len(seen.mo) == 20)
            assert {outcome.kind for outcome in outcomes} == {OutcomeKind.ACCEPTED}

    @ALL
    @within(20)
    async def test_a_refusal_has_code_words_and_category(self, protocol: str) -> None:
        async with carrier(protocol, refuse=1.0) as played, linked(protocol, played.port) as link:
            outcome = await link.submit(message())
            assert outcome.kind is OutcomeKind.REFUSED
            assert outcome.category is Category.NUMBER
            assert outcome.code == str(played.sessions.copy().pop().gateway.refuse_code)
            assert "号码" in outcome.words
            assert outcome.carrier_ids == (None,)

    @within(20)
    async def test_a_refused_segment_keeps_the_ids_of_the_others(self) -> None:
        async with carrier("cmpp30", refuse=0.5, seed=3) as played, linked("cmpp30", played.port) as link:
            outcome = await link.submit(message(text="字" * 300))
            assert outcome.kind is OutcomeKind.REFUSED
            assert len(outcome.carrier_ids) == 5
            assert 0 < sum(1 for each in outcome.carrier_ids if each) < 5

    @ALL
    @within(20)
    async def test_an_overlong_field_is_refused_and_never_written(self, protocol: str) -> None:
        async with carrier(protocol) as played, linked(protocol, played.port) as link:
            outcome = await link.submit(message(phone="1" * 40))
            assert (outcome.kind, outcome.category) == (OutcomeKind.REFUSED, Category.FORMAT)
            assert played.counts.submits == 0
            assert (await link.submit(message())).kind is OutcomeKind.ACCEPTED

    @ALL
    @within(20)
    async def test_a_validity_is_written(self, protocol: str) -> None:
        async with carrier(protocol) as played, linked(protocol, played.port) as link:
            soon = datetime.now(UTC) + timedelta(minutes=5)
            assert (await link.submit(message(valid_until=soon))).kind is OutcomeKind.ACCEPTED


class TestWindow:
    @ALL
    @pytest.mark.parametrize("window", [1, 4, 16])
    @within(30)
    async def test_never_more_unanswered_than_the_window(self, protocol: str, window: int) -> None:
        async with (
            carrier(protocol, answer_delay_ms=[1, 5]) as played,
            linked(protocol, played.port, window=window) as link,
        ):
            outcomes = await asyncio.gather(*(link.submit(message(number)) for number in range(60)))
            assert {outcome.kind for outcome in outcomes} == {OutcomeKind.ACCEPTED}
            assert played.counts.most_unanswered == window

    @within(20)
    async def test_room_is_what_is_left_of_the_window(self) -> None:
        async with (
            carrier("cmpp30", drop_answer=1.0) as played,
            linked("cmpp30", played.port, window=3, answer_timeout_s=0.3) as link,
        ):
            assert link.room == 3
            waiting = asyncio.ensure_future(link.submit(message()))
            await until(lambda: link.room == 2)
            await waiting
            assert link.room == 3


class TestUnknown:
    @ALL
    @within(20)
    async def test_no_answer_in_time_is_unknown(self, protocol: str) -> None:
        seen = Seen()
        async with (
            carrier(protocol, drop_answer=1.0) as played,
            linked(protocol, played.port, seen, answer_timeout_s=0.3) as link,
        ):
            outcome = await link.submit(message())
            assert (outcome.kind, outcome.carrier_ids) == (OutcomeKind.UNKNOWN, (None,))
            assert "没有收到网关应答" in outcome.words
            assert played.counts.submits == 1

    @ALL
    @within(20)
    async def test_a_late_answer_is_handed_on(self, protocol: str) -> None:
        seen = Seen()
        async with (
            carrier(protocol, answer_delay_ms=[600, 600]) as played,
            linked(protocol, played.port, seen, answer_timeout_s=0.2) as link,
        ):
            assert (await link.submit(message())).kind is OutcomeKind.UNKNOWN
            await until(lambda: seen.late)
            (late,) = seen.late
            assert (late.kind, late.reference) == (OutcomeKind.ACCEPTED, "message-1")
            assert late.carrier_ids[0]

    @ALL
    @within(20)
    async def test_a_link_that_dies_between_leaves_it_unknown_and_comes_back(self, protocol: str) -> None:
        async with carrier(protocol, die_after=5) as played, linked(protocol, played.port) as link:
            outcomes = [await link.submit(message(number)) for number in range(5)]
            assert [outcome.kind for outcome in outcomes] == [OutcomeKind.ACCEPTED] * 4 + [
                OutcomeKind.UNKNOWN
            ]
            assert await link.wait_up(5)
            assert (await link.submit(message(6))).kind is OutcomeKind.ACCEPTED
            assert link.counts.connects == 2

    @within(20)
    async def test_what_was_not_written_when_the_link_died_is_not_sent(self) -> None:
        async with (
            carrier("cmpp30", die_after=1) as played,
            linked("cmpp30", played.port, window=1) as link,
        ):
            outcomes = await asyncio.gather(*(link.submit(message(number)) for number in range(3)))
            kinds = [outcome.kind for outcome in outcomes]
            assert kinds == [OutcomeKind.UNKNOWN, OutcomeKind.NOT_SENT, OutcomeKind.NOT_SENT]
            assert played.counts.submits == 1

    @ALL
    @within(20)
    async def test_a_link_that_is_down_sends_nothing(self, protocol: str) -> None:
        async with carrier(protocol) as played:
            port = played.port
        async with linked(protocol, port, up=False) as link:
            await until(lambda: link.state is LinkState.DOWN)
            assert (await link.submit(message())).kind is OutcomeKind.NOT_SENT

    @within(20)
    async def test_a_stopped_link_takes_nothing(self) -> None:
        async with carrier("cmpp30") as played:
            async with linked("cmpp30", played.port) as link:
                pass
            assert link.state is LinkState.STOPPED
            assert (await link.submit(message())).kind is OutcomeKind.NOT_SENT

    @within(20)
    async def test_stopping_waits_for_answers(self) -> None:
        async with (
            carrier("cmpp30", answer_delay_ms=[200, 200]) as played,
            linked("cmpp30", played.port) as link,
        ):
            sending = asyncio.ensure_future(link.submit(message()))
            await until(lambda: played.counts.submits == 1)
            await link.stop(grace_s=5)
            assert (await sending).kind is OutcomeKind.ACCEPTED

    @within(20)
    async def test_a_cancelled_message_that_was_not_written_is_never_written(self) -> None:
        async with (
            carrier("cmpp30", answer_delay_ms=[100, 100]) as played,
            linked("cmpp30", played.port, window=1) as link,
        ):
            first = asyncio.ensure_future(link.submit(message(1)))
            second = asyncio.ensure_future(link.submit(message(2)))
            await until(lambda: played.counts.submits == 1)
            second.cancel()
            await first
            assert (await link.submit(message(3))).kind is OutcomeKind.ACCEPTED
            assert played.counts.submits == 2


class TestThrottle:
    @ALL
    @within(30)
    async def test_a_throttled_message_is_sent_again_more_slowly(self, protocol: str) -> None:
        seen = Seen()
        async with (
            carrier(protocol, throttle=0.2, seed=1) as played,
            linked(protocol, played.port, seen, window=4) as link,
        ):
            outcomes = await asyncio.gather(*(link.submit(message(number)) for number in range(10)))
            assert {outcome.kind for outcome in outcomes} == {OutcomeKind.ACCEPTED}
            assert played.counts.throttled > 0
            assert link.counts.throttled == played.counts.throttled
            assert "throttled" in seen.codes()

    @ALL
    @within(20)
    async def test_after_its_tries_it_is_refused_as_throttled(self, protocol: str) -> None:
        async with (
            carrier(protocol, throttle=1.0) as played,
            linked(protocol, played.port, throttle_retries=1) as link,
        ):
            outcome = await link.submit(message())
            assert (outcome.kind, outcome.category) == (OutcomeKind.REFUSED, Category.THROTTLED)
            assert played.counts.submits == 2

    @within(20)
    async def test_another_code_can_mean_slower(self) -> None:
        async with (
            carrier("cmpp30", refuse=1.0, refuse_code=99) as played,
            linked("cmpp30", played.port, throttle_codes=[99], throttle_retries=0) as link,
        ):
            outcome = await link.submit(message())
            assert (outcome.code, outcome.category) == ("99", Category.THROTTLED)
            assert link.room == 0
            await until(lambda: link.room > 0)

    @within(20)
    async def test_a_rate_is_kept(self) -> None:
        async with carrier("cmpp30") as played, linked("cmpp30", played.port, rate_per_s=50) as link:
            began = asyncio.get_running_loop().time()
            await asyncio.gather(*(link.submit(message(number)) for number in range(26)))
            assert asyncio.get_running_loop().time() - began >= 0.45


class TestReference:
    @ALL
    @within(20)
    async def test_a_carrier_that_knows_references_sends_once(self, protocol: str) -> None:
        async with (
            carrier(protocol, deduplicate=True) as played,
            linked(protocol, played.port, send_reference=True) as link,
        ):
            first = await link.submit(message(text="字" * 100))
            again = await link.submit(message(text="字" * 100))
            other = await link.submit(message(2))
            assert played.counts.sent == 3
            assert played.counts.repeated == 2
            assert other.kind is OutcomeKind.ACCEPTED
            if protocol != "sgip12":  # there the id is the number of the submit itself
                assert again.carrier_ids == first.carrier_ids

    @ALL
    @within(20)
    async def test_without_the_setting_the_field_stays_empty(self, protocol: str) -> None:
        async with carrier(protocol, deduplicate=True) as played, linked(protocol, played.port) as link:
            await link.submit(message())
            await link.submit(message())
            assert (played.counts.sent, played.counts.repeated) == (2, 0)
