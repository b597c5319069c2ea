"""Guarded verbs: start and stop a channel or an item on it, set parameters. One person may stop in an emergency, two must start."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update

from kernel.approvals.kinds import Difference, Execution, GuardedKind, Line, register
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.errors import Forbidden, Invalid
from kernel.events import publish
from kernel.identity.actor import Actor
from kernel.jobs.registry import enqueue
from kernel.permissions import Permission
from kernel.tenancy import tenants
from tenants.channels import errors, policy, ports, queries
from tenants.channels.events import ChannelSwitched, EmergencyStopDeclared
from tenants.channels.models import ChannelRevision, EmergencyStop, ItemSwitch
from tenants.channels.policy import CHANNEL_ZH, Parameters

COPIED = ("source", "owner_zh", "filing_zh", "address", *Parameters.__dataclass_fields__)


def describe_switch_channel(session: TenantSession, payload: Mapping[str, Any]) -> Difference:
    """Payload: channel, open, start, end (ISO times or None), consent_zh. Raises what `policy.check_stop` raises."""
    code, wanted = payload["channel"], bool(payload["open"])
    start, end = _time(payload.get("start")), _time(payload.get("end"))
    state, now = queries.openness(session), clock.now()
    if code not in state.channels:
        raise errors.ChannelNotFound
    policy.check_times(now, start, end)
    if wanted:
        _refuse_what_the_city_closed(session, state, code)
    else:
        policy.check_stop(code, end, payload.get("consent_zh") or "")
    lines = []
    if state.channel_open(code) != wanted:
        lines.append(Line("渠道状态", _open_zh(not wanted), _open_zh(wanted)))
        lines.append(Line("生效时间", "", _moment(start) if start else "审批通过后立即"))
    if lines and not wanted:
        lines.append(Line("恢复时间", "", _moment(end) if end else "另行申请启用"))
        if payload.get("consent_zh"):
            lines.append(Line("省厅同意", "", payload["consent_zh"]))
    items = [i for i in ports.offered(session).values() if code in i.channels]
    verb = "启用" if wanted else "停用"
    return Difference(
        f"{verb}渠道：{CHANNEL_ZH[code]}",
        "channel",
        code,
        tuple(lines),
        _consequences(session, len(items), verb),
    )


def apply_switch_channel(session: TenantSession, execution: Execution) -> None:
    """A new revision of the channel; starting also ends this tenant's emergency stops of it."""
    payload, now = execution.payload, clock.now()
    old = queries.channel(session, payload["channel"])
    start = max(now, _time(payload.get("start")) or now)
    session.add(
        ChannelRevision(
            code=old.code,
            number=queries.next_number(session, old.code),
            open=payload["open"],
            stopped_until=None if payload["open"] else _time(payload.get("end")),
            effective_from=start,
            origin="change",
            change_id=execution.change_id,
            published_at=now,
            **{name: getattr(old, name) for name in COPIED},
        )
    )
    if payload["open"]:
        _end_stops(session, old.code, now)
    publish(session, ChannelSwitched(session.tenant_id, old.code, "", payload["open"]))


def describe_switch_item(session: TenantSession, payload: Mapping[str, Any]) -> Difference:
    """Payload: channel, item_code, open, start, end."""
    code, item_code, wanted = payload["channel"], payload["item_code"], bool(payload["open"])
    start, end = _time(payload.get("start")), _time(payload.get("end"))
    item = ports.offered(session).get(item_code)
    if item is None or code not in item.channels:
        raise errors.NotOffered
    policy.check_times(clock.now(), start, end)
    state = queries.openness(session)
    switch = state.switches.get((item_code, code))
    before = True if switch is None else switch.open
    lines = []
    if before != wanted:
        lines.append(Line(f"在{CHANNEL_ZH[code]}办理", _open_zh(before), _open_zh(wanted)))
        lines.append(Line("生效时间", "", _moment(start) if start else "审批通过后立即"))
    if lines and end is not None:
        lines.append(Line("截止时间", "", _moment(end)))
    verb = "开通" if wanted else "停办"
    title = f"{verb}事项：{item.name_zh}（{CHANNEL_ZH[code]}）"
    words = (
        []
        if state.channel_open(code)
        else [f"{CHANNEL_ZH[code]}目前整体处于停用状态，启用渠道后本项才会对外开放。"]
    )
    return Difference(
        title, "item_switch", f"{item_code}:{code}", tuple(lines), (*words, *_consequences(session, 1, verb))
    )


def apply_switch_item(session: TenantSession, execution: Execution) -> None:
    """A new switch decision."""
    payload, now = execution.payload, clock.now()
    session.add(
        ItemSwitch(
            item_code=payload["item_code"],
            channel=payload["channel"],
            open=payload["open"],
            effective_from=max(now, _time(payload.get("start")) or now),
            effective_to=_time(payload.get("end")),
            change_id=execution.change_id,
            published_at=now,
        )
    )
    publish(
        session, ChannelSwitched(session.tenant_id, payload["channel"], payload["item_code"], payload["open"])
    )


def describe_parameters(session: TenantSession, payload: Mapping[str, Any]) -> Difference:
    """Payload: channel, parameters. Raises Invalid with the fields that make no sense."""
    code = payload["channel"]
    wanted = Parameters.of(payload["parameters"])
    wrong = policy.check_parameters(wanted)
    if wrong:
        raise Invalid(fields=wrong)
    before = policy.words(queries.parameters_of(queries.channel(session, code)))
    after = policy.words(wanted)
    lines = tuple(Line(policy.LABELS[n], before[n], after[n]) for n in after if before[n] != after[n])
    return Difference(
        f"调整渠道参数：{CHANNEL_ZH[code]}",
        "channel",
        code,
        lines,
        ("新参数审批通过后立即生效，正在办理的业务不受影响。",),
    )


def apply_parameters(session: TenantSession, execution: Execution) -> None:
    """A new revision with the new parameters."""
    old = queries.channel(session, execution.payload["channel"])
    wanted = Parameters.of(execution.payload["parameters"])
    values = {name: getattr(old, name) for name in COPIED} | {
        name: getattr(wanted, name) for name in Parameters.__dataclass_fields__
    }
    now = clock.now()
    session.add(
        ChannelRevision(
            code=old.code,
            number=queries.next_number(session, old.code),
            open=old.open,
            stopped_until=old.stopped_until,
            effective_from=now,
            origin="change",
            change_id=execution.change_id,
            published_at=now,
            **values,
        )
    )


def declare_emergency_stop(
    session: TenantSession, actor: Actor, code: str, reason_zh: str, item_code: str = ""
) -> EmergencyStop:
    """Stop a channel (or one item on it) at once, alone, for thirty minutes. Reported at once (decision D16).

    Raises Forbidden, Invalid without a reason, AlreadyStopped, ChannelNotFound.
    """
    if Permission.CHANNEL_EMERGENCY not in actor.permissions:
        raise Forbidden(Permission.CHANNEL_EMERGENCY)
    if not reason_zh.strip():
        raise Invalid(fields={"reason": ["请说明紧急停用的原因。"]})
    queries.channel(session, code)
    if queries.live_stop(session, code, item_code) is not None:
        raise errors.AlreadyStopped
    now = clock.now()
    stop = EmergencyStop(
        channel=code, item_code=item_code, reason_zh=reason_zh.strip(), declared_person_id=actor.person_id,
        declared_name=actor.name, declared_at=now, ends_at=now + policy.EMERGENCY,
    )  # fmt: skip
    session.add(stop)
    session.flush()
    enqueue(
        session,
        "channels.end_emergency_stop",
        {"stop_id": str(stop.id)},
        due_at=stop.ends_at,
        key=str(stop.id),
    )
    publish(session, EmergencyStopDeclared(session.tenant_id, stop.id, code))
    session.audit(
        "channels.emergency_stop",
        "channel",
        code,
        f"紧急停用渠道：{CHANNEL_ZH[code]}，30 分钟后自动恢复，除非他人确认",
    )
    return stop


def confirm_emergency_stop(session: TenantSession, actor: Actor, stop_id: UUID) -> None:
    """The second person: the stop lasts until an approved start. Raises Forbidden, OwnStop, StopIsOver."""
    if Permission.CHANNEL_CHECK not in actor.permissions:
        raise Forbidden(Permission.CHANNEL_CHECK)
    now = clock.now()
    row = session.execute(
        update(EmergencyStop)
        .where(
            EmergencyStop.tenant_id == session.tenant_id,
            EmergencyStop.id == stop_id,
            EmergencyStop.declared_person_id != actor.person_id,
            EmergencyStop.confirmed_at.is_(None),
            EmergencyStop.ended_at.is_(None),
            EmergencyStop.ends_at > now,
        )
        .values(confirmed_person_id=actor.person_id, confirmed_name=actor.name, confirmed_at=now)
        .returning(EmergencyStop.channel)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if row is None:
        stop = session.get(EmergencyStop, (session.tenant_id, stop_id))
        raise errors.OwnStop if stop and stop.declared_person_id == actor.person_id else errors.StopIsOver
    session.audit("channels.emergency_confirmed", "channel", row, f"确认紧急停用渠道：{CHANNEL_ZH[row]}")


def _end_stops(session: TenantSession, code: str, now: datetime) -> None:
    session.execute(
        update(EmergencyStop)
        .where(
            EmergencyStop.tenant_id == session.tenant_id,
            EmergencyStop.channel == code,
            EmergencyStop.item_code == "",
            EmergencyStop.ended_at.is_(None),
        )
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )


def _refuse_what_the_city_closed(session: TenantSession, state: queries.Openness, code: str) -> None:
    """A sub-centre's own row hides its city's: look at the rows above it."""
    mine = state.channels[code]
    if mine.tenant_id != session.tenant_id:
        return
    above = [r for r in queries.above(session, code, state.at) if not r.open]
    if above:
        raise errors.CityHasItClosed


def _consequences(session: TenantSession, items: int, verb: str) -> tuple[str, ...]:
    below = [t for t in tenants.tree(session) if t.parent_id == session.tenant_id and not t.rehearsal]
    words = [f"涉及 {items} 个服务事项。"]
    if below:
        words.append(f"同时影响 {len(below)} 个分中心：{'、'.join(t.short_name_zh for t in below[:5])}。")
    if verb in ("停用", "停办"):
        words.append("已提交的办件不受影响，仍可在其他渠道继续办理。")
    return tuple(words)


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _moment(at: datetime) -> str:
    return f"{at.astimezone(clock.LOCAL):%Y-%m-%d %H:%M}"


def _open_zh(is_open: bool) -> str:
    return "已启用" if is_open else "已停用"


SWITCH_CHANNEL = register(
    GuardedKind(
        "channels.switch_channel", "渠道启停", Permission.CHANNEL_EDIT, Permission.CHANNEL_CHECK,
        describe_switch_channel, apply_switch_channel,
    )
)  # fmt: skip
SWITCH_ITEM = register(
    GuardedKind(
        "channels.switch_item", "事项开通与停办", Permission.CHANNEL_EDIT, Permission.CHANNEL_CHECK,
        describe_switch_item, apply_switch_item,
    )
)  # fmt: skip
PARAMETERS = register(
    GuardedKind(
        "channels.parameters", "渠道参数修改", Permission.CHANNEL_EDIT, Permission.CHANNEL_CHECK,
        describe_parameters, apply_parameters,
    )
)  # fmt: skip
