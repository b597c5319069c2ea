"""What feeds facts today: items published, channels switched and stopped, and what is measured once a day."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from acceptance.facts import jobs, policy, service
from acceptance.facts.models import DailyFact, FactEvent
from acceptance.facts.policy.opening import State, Stop, minutes_open
from app.schedule.plan import plan
from kernel.approvals import service as approvals
from kernel.calendar import clock
from kernel.jobs.registry import jobs as known
from tenants.channels import service as channels
from tenants.channels.events import ChannelSwitched
from tests.acceptance.conftest import CHANNELS, Site
from tests.people import person


class Place:
    """A centre with an editor, an approver and somebody who may stop a channel at once."""

    def __init__(self, site: Site, code: str) -> None:
        self.site, self.id = site, site.centre(code)
        self.maker = person(site.database, self.id, "李编辑", "centre_editor")
        self.checker = person(site.database, self.id, "王审核", "centre_approver")
        self.admin = person(site.database, self.id, "赵管理", "centre_admin")

    def change(self, kind: str, payload: dict[str, object]) -> None:
        with self.site.inside(self.id) as session:
            change = approvals.propose(session, self.maker, kind, payload, "业务需要")
            change_id, seen = change.id, change.content_hash
        with self.site.inside(self.id) as session:
            approvals.approve(session, self.checker, change_id, seen)

    def counted(self) -> dict[tuple[str, str, str], int]:
        with self.site.inside(self.id, read_only=True) as session:
            rows = session.scalars(select(DailyFact).where(DailyFact.origin == "event"))
            return {(r.measure, r.channel, r.dims): r.value for r in rows}


def stop(place: Place, channel: str) -> None:
    end = (clock.now() + timedelta(days=2)).isoformat()
    place.change(channels.SWITCH_CHANNEL.code, {"channel": channel, "open": False, "start": None, "end": end})


def test_switches_of_channels_and_items_are_counted_once(site: Site) -> None:
    place = Place(site, "C95301")
    stop(place, "kiosk")
    place.change(
        channels.SWITCH_ITEM.code,
        {"channel": "app", "item_code": "W02", "open": False, "start": None, "end": None},
    )
    place.change(channels.SWITCH_CHANNEL.code, {"channel": "kiosk", "open": True, "start": None, "end": None})
    site.deliver()
    wanted = {
        ("channel.stopped", "kiosk", ""): 1,
        ("channel.started", "kiosk", ""): 1,
        ("channel.stopped", "app", "item=W02"): 1,
    }
    assert {k: v for k, v in place.counted().items() if k[0].startswith("channel.")} == wanted
    with site.inside(place.id) as session:
        jobs.channel_switched(session, ChannelSwitched(place.id, "kiosk", "", True))
        jobs.channel_switched(session, ChannelSwitched(place.id, "kiosk", "", False))
    assert {k: v for k, v in place.counted().items() if k[0].startswith("channel.")} == wanted


def test_new_parameters_of_a_channel_are_no_switch(site: Site) -> None:
    place = Place(site, "C95302")
    place.change(
        channels.PARAMETERS.code,
        {"channel": "app", "parameters": {"visits_threshold": 9, "business_threshold": 9}},
    )
    with site.inside(place.id) as session:
        jobs.channel_switched(session, ChannelSwitched(place.id, "app", "", True))
    assert place.counted() == {}


def test_an_emergency_stop_is_counted(site: Site) -> None:
    place = Place(site, "C95303")
    with site.inside(place.id) as session:
        channels.declare_emergency_stop(session, place.admin, "wechat", "接口异常")
    site.deliver()
    assert place.counted() == {("channel.emergency_stopped", "wechat", ""): 1}


def test_a_published_item_is_counted_with_its_code(site: Site) -> None:
    from tenants.catalogue import service as catalogue

    place = Place(site, "C95304")
    with site.inside(place.id) as session:
        change = catalogue.propose_removal(session, place.maker, "Q05", "本地不提供")
        change_id, seen = change.id, change.content_hash
    with site.inside(place.id) as session:
        approvals.approve(session, place.checker, change_id, seen)
    site.deliver()
    assert place.counted() == {("catalogue.published", "", "item=Q05"): 1}


def test_a_day_is_measured_once(site: Site) -> None:
    tenant = site.centre("C95305")
    day = clock.today() + timedelta(days=1)
    slot = {"slot": f"{day:%Y-%m-%d}T16:20Z"}  # 00:20 in Beijing of the day after
    for _ in range(2):
        with site.inside(tenant) as session:
            jobs.measure_day(session, slot)
    with site.inside(tenant, read_only=True) as session:
        rows = session.scalars(select(FactEvent)).all()
        minutes = {r.channel: r.n for r in rows if r.kind == "channel.available_minutes"}
        gauges = {r.kind: r.n for r in rows if r.kind.startswith("catalogue.")}
        assert {r.day for r in rows} == {day}
    assert minutes == dict.fromkeys(CHANNELS, 1440)
    assert gauges["catalogue.items_public"] == 59
    assert 0 < gauges["catalogue.items_online"] <= 59


def test_a_place_without_channels_measures_only_its_items(site: Site) -> None:
    tenant = site.centre("C95306", channels=False)
    with site.inside(tenant) as session:
        assert service.measure(session, clock.today()) == 2


def test_the_schedule_has_the_jobs_of_facts() -> None:
    assert {"facts.measure_day", "facts.rebuild", "facts.hand_up"} <= {r.job for r in plan()} & known.keys()


def test_the_nightly_rebuilding_and_handing_up_run(site: Site) -> None:
    tenant = site.centre("C95307")
    slot = {"slot": f"{clock.today():%Y-%m-%d}T17:40Z"}
    with site.inside(tenant) as session:
        service.record(session, "visits", clock.today(), 5, {"channel": "app"})
        jobs.rebuild(session, slot)
        jobs.hand_up(session, slot)
    with site.inside() as session:
        jobs.hand_up(session, slot)
    site.deliver()
    from acceptance.facts import queries

    with site.inside(read_only=True) as session:
        assert queries.cells_of(session, tenant, clock.today().replace(day=1))["visits", "app"] == 5
        assert queries.cells_of(session, site.database.province_id, clock.today().replace(day=1)) == {}


DAY = datetime(2026, 11, 3, tzinfo=clock.LOCAL)


def hours(n: float) -> datetime:
    return DAY + timedelta(hours=n)


@pytest.mark.parametrize(
    ("states", "stops", "wanted"),
    [
        ([State("app", 0, hours(-50), 1, True)], [], (1440, 1440)),
        ([State("app", 0, hours(-50), 1, False)], [], (0, 1440)),
        ([State("app", 0, hours(6), 1, True)], [], (1080, 1080)),
        ([State("app", 0, hours(24), 1, True)], [], (0, 0)),
        ([State("app", 0, hours(-50), 1, True), State("app", 0, hours(12), 2, False)], [], (720, 1440)),
        ([State("app", 0, hours(-50), 1, False, stopped_until=hours(18))], [], (360, 1440)),
        ([State("app", 1, hours(-50), 1, True), State("app", 0, hours(20), 1, False)], [], (1200, 1440)),
        ([State("app", 1, hours(2), 9, False), State("app", 0, hours(-50), 1, True)], [], (1440, 1440)),
        ([State("app", 0, hours(-50), 1, True)], [Stop("app", hours(-1), hours(0.5))], (1410, 1440)),
        ([State("app", 0, hours(-50), 1, True)], [Stop("app", hours(23), None)], (1380, 1440)),
        ([State("app", 0, hours(-50), 1, True)], [Stop("hall", hours(0), None)], (1440, 1440)),
        (
            [State("app", 0, hours(-50), 1, True, None, hours(9).time(), hours(17).time())],
            [Stop("app", hours(16.5), hours(18))],
            (450, 1440),
        ),
    ],
)
def test_minutes_of_a_day(states: list[State], stops: list[Stop], wanted: tuple[int, int]) -> None:
    assert minutes_open("app", states, stops, DAY.date()) == wanted


def test_every_kind_names_its_event_and_its_increment() -> None:
    for kind in policy.KINDS.values():
        assert all((kind.event, kind.increment_zh, kind.unit_zh)), kind.code
        assert "person" not in kind.dims


def test_wired_events_name_their_kinds() -> None:
    fed = {k.event for k in policy.KINDS.values()}
    for event in ("ItemPublished", "ChannelSwitched", "EmergencyStopDeclared"):
        assert any(name.endswith(f".{event}") for name in fed)


def test_a_measurement_has_one_id_a_day_and_channel(site: Site) -> None:
    ids = {
        policy.measurement_id("channel.available_minutes", day.date(), channel)
        for day in (DAY, DAY + timedelta(days=1))
        for channel in ("app", "hall")
    }
    assert len(ids) == 4
