"""From the queue over TCP to a loopback carrier and back: every mood of the carrier leads to the state that the model names."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from tests.shared_channels.sms.dispatch.world import LONG, QUICK, World, final, later
from tests.shared_channels.sms.running import carrier, within

PROTOCOLS = ("cmpp30", "smpp34", "sgip12", "smgp30")


@pytest.mark.parametrize("protocol", PROTOCOLS)
@within(30)
async def test_everything_is_delivered_and_metered_once(world: World, tenant: UUID, protocol: str) -> None:
    codes = world.put(tenant, 60, "OTP", expires_at=later(60))
    world.put(tenant, 20, "NOTICE", text=LONG, origin_kind="case")
    world.put(tenant, 20, "POLICY")
    async with carrier(protocol) as played, world.engine(world.line(played.port, protocol)):
        states = await world.until(final)
    assert states == {"delivered": 100}
    assert world.usage() == {("delivered", 1, 1, 1): 80, ("delivered", 3, 3, 3): 20}
    assert played.counts.sent == 140
    assert world.one("select count(*) from sms_queue") == 0
    assert world.one("select count(*) from sms_message where text is null") == len(codes)
    assert world.one("select count(*) from sms_segment where state = 'delivered' and rank = 9") == 140
    assert world.one("select used_segments, reserved_segments from sms_allowance") == (140, -140)
    assert world.one("select count(*) from outbox_event where name = 'sms.finished'") == 20


@within(30)
async def test_slow_answers_and_slow_reports_change_nothing(world: World, tenant: UUID) -> None:
    world.put(tenant, 40, "OTP")
    world.put(tenant, 40, "NOTICE")
    mood = {"answer_delay_ms": [20, 100], "report_delay_ms": [50, 300], "reorder_report": 0.5}
    async with carrier("cmpp30", **mood) as played, world.engine(world.line(played.port)):
        states = await world.until(final)
    assert states == {"delivered": 80}
    assert played.counts.sent == 80


@within(30)
async def test_double_and_early_reports_end_a_message_once(world: World, tenant: UUID) -> None:
    world.put(tenant, 60, "NOTICE", text=LONG)
    mood = {"duplicate_report": 0.5, "early_report": 0.5, "reorder_report": 0.5, "report_delay_ms": [0, 50]}
    async with carrier("cmpp30", **mood) as played, world.engine(world.line(played.port)):
        states = await world.until(final)
    assert states == {"delivered": 60}
    assert world.usage() == {("delivered", 3, 3, 3): 60}
    assert played.counts.reports > 180


@within(30)
async def test_codes_without_answer_are_sent_again_and_others_become_unknown(
    world: World, tenant: UUID
) -> None:
    world.put(tenant, 60, "OTP")
    world.put(tenant, 60, "NOTICE")
    line = {"answer_timeout_s": 0.3, "stall_s": 30.0}
    async with (
        carrier("cmpp30", drop_answer=0.2, seed=3) as played,
        world.engine(world.line(played.port, **line)),
    ):
        states = await world.until(final)
    codes = world.one("select count(*) from sms_message where category = 'OTP' and state = 'delivered'")
    again = world.one("select sum(attempts - 1) from sms_message where category = 'OTP'")
    unknown = world.one("select count(*) from sms_message where category = 'NOTICE' and state = 'unknown'")
    assert codes == 60
    assert again > 0
    assert unknown > 0
    assert states == {"delivered": 120 - unknown, "unknown": unknown}
    assert played.counts.answers_dropped == again + unknown
    assert played.counts.sent == 120 + again
    assert world.usage() == {("delivered", 1, 1, 1): 120 - unknown, ("unknown", 1, 0, 0): unknown}


@within(30)
async def test_where_the_carrier_knows_a_repeated_message_nothing_is_unknown_and_nothing_doubled(
    world: World, tenant: UUID
) -> None:
    world.put(tenant, 60, "NOTICE")
    line = {"answer_timeout_s": 0.3, "stall_s": 30.0, "send_reference": True}
    async with (
        carrier("cmpp30", drop_answer=0.2, deduplicate=True, seed=3) as played,
        world.engine(world.line(played.port, **line)),
    ):
        states = await world.until(final)
    assert states == {"delivered": 60}
    assert played.counts.answers_dropped > 0
    assert played.counts.sent == 60


@within(30)
async def test_an_answer_that_comes_too_late_still_ends_the_doubt(world: World, tenant: UUID) -> None:
    world.put(tenant, 30, "NOTICE")
    line = {"answer_timeout_s": 0.2, "stall_s": 30.0}
    async with (
        carrier("cmpp30", answer_delay_ms=[500, 600]) as played,
        world.engine(world.line(played.port, **line)),
    ):
        states = await world.until(final)
    assert states == {"delivered": 30}
    assert played.counts.sent == 30


@within(40)
async def test_a_carrier_that_dies_in_mid_window_loses_nothing(world: World, tenant: UUID) -> None:
    world.put(tenant, 100, "OTP")
    world.put(tenant, 100, "NOTICE")
    async with (
        carrier("cmpp30", die_after=45, answer_delay_ms=[5, 20]) as played,
        world.engine(world.line(played.port)),
    ):
        states = await world.until(final, 30)
    assert played.counts.deaths > 1
    assert world.one("select count(*) from sms_message where category = 'OTP' and state = 'delivered'") == 100
    assert set(states) <= {"delivered", "unknown"}
    assert states.total() == 200
    assert states["unknown"] <= played.counts.deaths * 16
    assert sum(world.usage().values()) == 200


@within(30)
async def test_refusals_of_the_message_are_final_and_refusals_of_the_moment_are_not(
    world: World, tenant: UUID
) -> None:
    world.put(tenant, 20, "NOTICE", phones=2)
    world.put(tenant, 20, "OTP", phones=1)
    mood = {"refuse_phones": ["16000000001"], "refuse_code": 13, "throttle": 0.05, "seed": 5}
    async with carrier("cmpp30", **mood) as played, world.engine(world.line(played.port, throttle_retries=0)):
        states = await world.until(final)
    print(
        world.one("select array_agg(state || status_code || attempts::text) from sms_message"),
        world.one("select array_agg(state||code||attempt) from sms_segment"),
    )
    assert states == {"delivered": 30, "refused": 10}
    assert played.counts.throttled > 0
    assert world.usage() == {("delivered", 1, 1, 1): 30, ("refused", 1, 0, 0): 10}
    assert world.one("select distinct status_code from sms_message where state = 'refused'") == "13"


@within(30)
async def test_several_segments_have_one_end(world: World, tenant: UUID) -> None:
    world.put(tenant, 60, "NOTICE", text=LONG)
    mood = {"states": {"DELIVRD": 0.7, "UNDELIV": 0.3}, "report_delay_ms": [0, 50], "reorder_report": 0.5}
    async with carrier("cmpp30", **mood) as played, world.engine(world.line(played.port)):
        states = await world.until(final)
    wrong = world.one(
        "select count(*) from sms_message m where (m.state = 'delivered') is distinct from (select bool_and(g.state = 'delivered')"
        " from sms_segment g where g.tenant_id = m.tenant_id and g.message_id = m.id)"
    )
    assert wrong == 0
    assert states["delivered"] > 0
    assert states["failed"] > 0
    assert states.total() == 60
    assert (
        world.one("select count(*) from sms_message where state = 'failed' and status_code = 'UNDELIV'")
        == states["failed"]
    )
    assert world.one("select sum(submitted) from sms_usage") == 180


@within(30)
async def test_no_report_in_time_is_unknown_and_is_metered(world: World, tenant: UUID) -> None:
    world.put(tenant, 10, "NOTICE")
    rules = replace(QUICK, report_hours=1 / 3600)
    async with carrier("cmpp30", no_report=1.0) as played, world.engine(world.line(played.port), rules=rules):
        states = await world.until(final)
    assert states == {"unknown": 10}
    assert world.usage() == {("unknown", 1, 1, 0): 10}


@within(30)
async def test_expired_codes_are_never_sent(world: World, tenant: UUID) -> None:
    world.put(tenant, 10, "OTP", expires_at=later(-1))
    world.put(tenant, 5, "OTP", expires_at=later(60))
    async with carrier("cmpp30") as played, world.engine(world.line(played.port)):
        states = await world.until(final)
    assert states == {"expired": 10, "delivered": 5}
    assert played.counts.sent == 5
    assert world.usage() == {("expired", 1, 0, 0): 10, ("delivered", 1, 1, 1): 5}


@within(30)
async def test_scheduled_messages_wait_for_their_time(world: World, tenant: UUID) -> None:
    world.put(tenant, 5, "NOTICE", due_at=later(1.0))
    world.put(tenant, 5, "NOTICE")
    async with carrier("cmpp30") as played, world.engine(world.line(played.port)):
        await world.until(lambda states: states["delivered"] == 5)
        assert played.counts.sent == 5
        states = await world.until(final)
    assert states == {"delivered": 10}


@within(30)
async def test_what_a_stopped_gateway_held_goes_back_to_the_queue(world: World, tenant: UUID) -> None:
    world.put(tenant, 200, "POLICY")
    async with carrier("cmpp30", answer_delay_ms=[30, 60]) as played:
        async with world.engine(world.line(played.port, window=4)):
            await world.until(lambda states: states["delivered"] >= 8)
        assert world.one("select count(*) from sms_queue where leased_until is not null") == 0
        async with world.engine(world.line(played.port)):
            states = await world.until(final)
    assert states == {"delivered": 200}
    assert played.counts.sent == 200
