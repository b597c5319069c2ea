"""A link against loopback carriers: reports and uplink messages, early, twice, unkept."""

from __future__ import annotations

import asyncio

import pytest

from shared_channels.sms.carriers.ports import LinkHandlers, OutcomeKind, Report, ReportState
from tests.shared_channels.sms.running import PROTOCOLS, Seen, carrier, linked, message, until, within

ALL = pytest.mark.parametrize("protocol", PROTOCOLS)


@ALL
@within(20)
async def test_a_report_before_the_answer_is_handed_on(protocol: str) -> None:
    order: list[str] = []
    handlers = LinkHandlers(on_report=lambda report: order.append(report.carrier_id))
    async with (
        carrier(protocol, early_report=1.0, answer_delay_ms=[100, 100]) as played,
        linked(protocol, played.port, handlers=handlers) as link,
    ):
        sending = asyncio.ensure_future(link.submit(message()))
        await until(lambda: order)
        assert not sending.done()
        outcome = await sending
        assert outcome.carrier_ids == tuple(order)


@ALL
@within(20)
async def test_two_reports_of_one_message_are_both_handed_on(protocol: str) -> None:
    seen = Seen()
    async with carrier(protocol, duplicate_report=1.0) as played, linked(protocol, played.port, seen) as link:
        await link.submit(message())
        await until(lambda: len(seen.reports) == 2 and played.counts.reports_answered == 2)


@ALL
@within(20)
async def test_a_report_that_was_not_kept_comes_again_and_is_answered_once_kept(protocol: str) -> None:
    tries: list[Report] = []

    def keep(report: Report) -> None:
        tries.append(report)
        if len(tries) == 1:
            raise RuntimeError("the store is not there")

    async with (
        carrier(protocol, report_retry_ms=100) as played,
        linked(protocol, played.port, handlers=LinkHandlers(on_report=keep)) as link,
    ):
        await link.submit(message())
        await until(lambda: played.counts.reports_answered == 1)
        assert len(tries) == 2
        assert played.counts.reports_repeated == 1


@ALL
@within(20)
async def test_a_repeated_pdu_is_answered_each_time_and_handed_on_once(protocol: str) -> None:
    kept = asyncio.Event()
    got: list[Report] = []

    async def keep(report: Report) -> None:
        got.append(report)
        await kept.wait()

    async with (
        carrier(protocol, report_retry_ms=60) as played,
        linked(protocol, played.port, handlers=LinkHandlers(on_report=keep)) as link,
    ):
        await link.submit(message())
        await until(lambda: played.counts.reports_repeated == 1)
        assert played.counts.reports_answered == 0
        kept.set()
        await until(lambda: played.counts.reports_answered == 1)
        assert len(got) == 1
        assert link.counts.repeats == 1


@ALL
@within(20)
async def test_reports_that_waited_come_on_the_next_connection(protocol: str) -> None:
    seen = Seen()
    async with (
        carrier(protocol, report_delay_ms=[150, 150]) as played,
        linked(protocol, played.port, seen) as link,
    ):
        outcome = await link.submit(message())
        played.cut()
        await until(lambda: seen.reports)
        assert seen.reports[0].carrier_id == outcome.carrier_ids[0]
        assert link.counts.connects == 2


@ALL
@within(30)
async def test_every_report_arrives_whatever_the_order(protocol: str) -> None:
    seen = Seen()
    mood = {
        "reorder_report": 0.5, "duplicate_report": 0.2, "early_report": 0.05, "answer_delay_ms": [0, 10],
        "states": {"DELIVRD": 8, "UNDELIV": 2}, "seed": 11,
    }  # fmt: skip
    async with carrier(protocol, **mood) as played, linked(protocol, played.port, seen) as link:
        outcomes = await asyncio.gather(*(link.submit(message(number)) for number in range(200)))
        ids = {each for outcome in outcomes for each in outcome.carrier_ids}
        await until(lambda: {report.carrier_id for report in seen.reports} == ids)
        await until(lambda: len(seen.reports) == played.counts.reports)
        assert {report.state for report in seen.reports} == {ReportState.DELIVERED, ReportState.FAILED}
        assert len(ids) == 200
        assert len(seen.reports) > 200


@ALL
@within(20)
async def test_no_report_is_asked_for_where_none_is_wanted(protocol: str) -> None:
    async with carrier(protocol) as played, linked(protocol, played.port, report="never") as link:
        assert (await link.submit(message())).kind is OutcomeKind.ACCEPTED
        await asyncio.sleep(0.05)
        assert played.counts.reports == 0


@pytest.mark.parametrize("protocol", ["cmpp20", "cmpp30"])
@within(20)
async def test_the_longer_report_is_read_on_the_wire(protocol: str) -> None:
    seen = Seen()
    async with carrier(protocol, report_phone_size=32) as played, linked(protocol, played.port, seen) as link:
        outcome = await link.submit(message())
        await until(lambda: seen.reports)
        assert seen.reports[0].carrier_id == outcome.carrier_ids[0]


@pytest.mark.parametrize("form", ["same", "hex_then_decimal", "decimal_then_hex"])
@within(20)
async def test_smpp_ids_meet_by_setting(form: str) -> None:
    seen = Seen()
    async with (
        carrier("smpp34", smpp_ids=form) as played,
        linked("smpp34", played.port, seen, id_form=form) as link,
    ):
        outcome = await link.submit(message())
        await until(lambda: seen.reports)
        assert seen.reports[0].carrier_id == outcome.carrier_ids[0]
