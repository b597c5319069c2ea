"""What is open now: channels, switches and stops along the line, each read by one statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from kernel.calendar import clock
from kernel.db import TenantSession
from tenants.channels.errors import ChannelNotFound
from tenants.channels.models import ChannelRevision, EmergencyStop, ItemSwitch
from tenants.channels.policy import CHANNEL_ZH, Parameters

Pair = tuple[str, str]


@dataclass(frozen=True)
class Openness:
    """What is open for the session's tenant at one moment."""

    channels: Mapping[str, ChannelRevision]
    switches: Mapping[Pair, ItemSwitch]
    stops: Mapping[Pair, EmergencyStop]
    at: datetime

    def channel_open(self, channel: str) -> bool:
        """Whether the channel as a whole is open (service hours aside)."""
        found = self.channels.get(channel)
        if found is None or (channel, "") in self.stops:
            return False
        return found.open or (found.stopped_until is not None and found.stopped_until <= self.at)

    def open(self, item_code: str, channel: str) -> bool:
        """Whether an item that is offered on a channel can be used there."""
        if not self.channel_open(channel) or (channel, item_code) in self.stops:
            return False
        switch = self.switches.get((item_code, channel))
        return True if switch is None else switch.open


def openness(session: TenantSession, at: datetime | None = None) -> Openness:
    """Three statements, whatever the number of items. `at` is business time, now by default."""
    when = at or clock.now()
    revisions = session.scalars(_channels(session, when)).all()
    switches = session.scalars(_switches(session, when)).all()
    stops = session.scalars(_stops(when)).all()
    return Openness(
        {r.code: r for r in revisions},
        {(s.item_code, s.channel): s for s in switches},
        {(s.channel, s.item_code): s for s in stops},
        when,
    )


def open_pairs(session: TenantSession, offered: Iterable[Pair]) -> set[Pair]:
    """Of the offered (item, channel) pairs, those that can be used now."""
    state = openness(session)
    return {(item, channel) for item, channel in offered if state.open(item, channel)}


def channel(session: TenantSession, code: str, at: datetime | None = None) -> ChannelRevision:
    """One channel as it is in force. Raises ChannelNotFound."""
    found = session.scalars(_channels(session, at or clock.now()).where(ChannelRevision.code == code)).first()
    if found is None:
        raise ChannelNotFound
    return found


def parameters_of(revision: ChannelRevision) -> Parameters:
    """The parameters of a revision."""
    return Parameters(**{name: getattr(revision, name) for name in Parameters.__dataclass_fields__})


def history(session: TenantSession, code: str) -> Sequence[ChannelRevision]:
    """The last thirty revisions of a channel in this tenant, newest first."""
    statement = (
        select(ChannelRevision)
        .where(ChannelRevision.tenant_id == session.tenant_id, ChannelRevision.code == code)
        .order_by(ChannelRevision.number.desc())
        .limit(30)
    )
    return session.scalars(statement).all()


def next_number(session: TenantSession, code: str) -> int:
    """The number of the next revision of a channel in this tenant."""
    newest = select(func.max(ChannelRevision.number)).where(
        ChannelRevision.tenant_id == session.tenant_id, ChannelRevision.code == code
    )
    return (session.scalar(newest) or 0) + 1


def above(session: TenantSession, code: str, at: datetime) -> Sequence[ChannelRevision]:
    """The channel as the tenants above this one have it: the nearest of them, newest in force."""
    statement = _channels(session, at).where(
        ChannelRevision.code == code, ChannelRevision.tenant_id != session.tenant_id
    )
    return session.scalars(statement).all()


def live_stop(session: TenantSession, code: str, item_code: str = "") -> EmergencyStop | None:
    """This tenant's own emergency stop of a channel, if one is in force."""
    statement = _stops(clock.now()).where(
        EmergencyStop.tenant_id == session.tenant_id,
        EmergencyStop.channel == code,
        EmergencyStop.item_code == item_code,
    )
    return session.scalars(statement).first()


def in_order(codes: Iterable[str]) -> list[str]:
    """Channel codes in the order of the 导则, unknown ones last."""
    known = list(CHANNEL_ZH)
    return sorted(codes, key=lambda c: (known.index(c) if c in known else len(known), c))


def _distance(session: TenantSession, column: Any) -> Any:
    return func.array_position(func.k.cur_line(str(session.scope.role)), column)


def _channels(session: TenantSession, when: datetime) -> Select[ChannelRevision]:
    return (
        select(ChannelRevision)
        .ext(distinct_on(ChannelRevision.code))
        .where(ChannelRevision.effective_from <= when)
        .order_by(
            ChannelRevision.code,
            _distance(session, ChannelRevision.tenant_id),
            ChannelRevision.effective_from.desc(),
            ChannelRevision.number.desc(),
        )
    )


def _switches(session: TenantSession, when: datetime) -> Select[ItemSwitch]:
    return (
        select(ItemSwitch)
        .ext(distinct_on(ItemSwitch.item_code, ItemSwitch.channel))
        .where(
            ItemSwitch.effective_from <= when,
            or_(ItemSwitch.effective_to.is_(None), ItemSwitch.effective_to > when),
        )
        .order_by(
            ItemSwitch.item_code,
            ItemSwitch.channel,
            _distance(session, ItemSwitch.tenant_id),
            ItemSwitch.effective_from.desc(),
            ItemSwitch.published_at.desc(),
        )
    )


def _stops(when: datetime) -> Select[EmergencyStop]:
    return (
        select(EmergencyStop)
        .where(
            EmergencyStop.declared_at <= when,
            or_(EmergencyStop.ended_at.is_(None), EmergencyStop.ended_at > when),
            or_(EmergencyStop.confirmed_at.is_not(None), EmergencyStop.ends_at > when),
        )
        .order_by(EmergencyStop.declared_at)
    )
