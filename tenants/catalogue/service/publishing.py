"""The guarded kinds of the catalogue: what each would do, in words, and doing it once it is approved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from kernel.approvals.kinds import Difference, Execution, GuardedKind, Line, register
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.errors import Invalid
from kernel.events import bus
from kernel.permissions import Permission
from tenants.catalogue import errors, queries
from tenants.catalogue.events import ItemPublished
from tenants.catalogue.models import Origin, RevisionState, ServiceItemRevision
from tenants.catalogue.policy import differing
from tenants.catalogue.policy.checking import faults
from tenants.catalogue.policy.content import ItemContent, content_of
from tenants.catalogue.policy.searching import search_text
from tenants.catalogue.policy.words import CHANNELS
from tenants.catalogue.service.drafting import city_content

Payload = Mapping[str, Any]


def new_revision(
    code: str,
    content: ItemContent,
    *,
    number: int,
    state: str,
    origin: str,
    effective_from: datetime,
    **more: Any,
) -> ServiceItemRevision:
    """A row that holds this content; the moment is cut to the second. `more`: change_id, tenant_id."""
    return ServiceItemRevision(
        id=uuid7(),
        code=code,
        number=number,
        state=state,
        origin=origin,
        effective_from=effective_from.replace(microsecond=0),
        published_at=clock.now(),
        name_zh=content.name_zh,
        service_class=content.service_class,
        audience=list(content.audience),
        channels=list(content.channel_codes),
        search_text=search_text(code, content),
        content=content.stored(),
        **more,
    )


def _publish_words(session: TenantSession, payload: Payload) -> Difference:
    now = _unmoved(session, payload)
    content = _checked(session, payload)
    before = now.item
    lines: tuple[Line, ...] = differing.lines(before, content)
    if now.state == RevisionState.REMOVED:
        lines = (Line("状态", "已移除", "恢复办理"), *lines)
    title = f"修改服务事项 {payload['code']} {before.name_zh}"
    return _difference(session, payload, title, lines, content)


def _add_words(session: TenantSession, payload: Payload) -> Difference:
    code = payload["code"]
    _refuse_existing(session, code)
    content = _checked(session, payload)
    lines = (Line("事项编号", "", code), *differing.whole(content))
    return _difference(session, payload, f"新增服务事项 {code} {content.name_zh}", lines, content)


def _remove_words(session: TenantSession, payload: Payload) -> Difference:
    now = _unmoved(session, payload)
    if now.state != RevisionState.PUBLISHED:
        raise errors.ItemNotFound
    item = now.item
    lines = (
        Line("服务事项", f"{now.code} {item.name_zh}", ""),
        Line("办理渠道", "、".join(CHANNELS[code] for code in item.channel_codes), ""),
    )
    return _difference(session, payload, f"移除服务事项 {now.code} {item.name_zh}", lines, item)


def _inherit_words(session: TenantSession, payload: Payload) -> Difference:
    now = _unmoved(session, payload)
    if now.tenant_id != session.tenant_id:
        raise errors.NotLocal
    above = queries.inherited_now(session, now.code)
    if above is None:
        raise errors.NothingAbove
    own = queries.line(session).source_zh(now)
    lines = (
        Line("内容来源", own, queries.line(session).source_zh(above)),
        *differing.lines(now.item, above.item),
    )
    return _difference(session, payload, f"恢复沿用上级内容 {now.code} {above.name_zh}", lines, above.item)


def _difference(
    session: TenantSession, payload: Payload, title: str, lines: tuple[Line, ...], content: ItemContent
) -> Difference:
    sentences = _consequences(session, payload, content)
    return Difference(title, queries.OBJECT_KIND, payload["code"], lines, sentences)


def _consequences(session: TenantSession, payload: Payload, content: ItemContent) -> tuple[str, ...]:
    """How far it reaches: channels, sub-centres that inherit, cases under way, when."""
    found = [f"涉及 {len(content.channel_codes)} 个办理渠道，以及公开的办事指南和手机端页面。"]
    below = queries.line(session).below
    if below:
        found.append(f"下级 {len(below)} 个机构中，没有自行调整该事项的同时生效；已自行调整的保持本地版本。")
    found.append("已受理的办件继续按受理时的版本办理，不受影响。")
    ahead = queries.waiting_to_take_effect(session, payload["code"])
    if ahead is not None:
        found.append(
            f"已批准的第 {ahead.number} 版将于 {_moment(ahead.effective_from)} 生效，届时替代本次内容。"
        )
    at = payload.get("effective_from")
    found.append(
        f"审批通过后，于 {_moment(datetime.fromisoformat(at))} 生效。" if at else "审批通过后立即生效。"
    )
    return tuple(found)


def _moment(at: datetime) -> str:
    return at.astimezone(clock.LOCAL).strftime("%Y-%m-%d %H:%M:%S")


def _unmoved(session: TenantSession, payload: Payload) -> ServiceItemRevision:
    """What is in force, if that is what was edited."""
    now = queries.item_now(session, payload["code"])
    if str(now.id) != payload["based_on"]:
        raise errors.MovedMeanwhile
    return now


def _refuse_existing(session: TenantSession, code: str) -> None:
    try:
        queries.item_now(session, code)
    except errors.ItemNotFound:
        return
    raise errors.ItemExists


def _checked(session: TenantSession, payload: Payload) -> ItemContent:
    content = content_of(payload["content"])
    wrong = faults(content, city_content(session, payload["code"]))
    if wrong:
        raise Invalid(fields=wrong)
    return content


def _apply_publish(session: TenantSession, execution: Execution) -> None:
    _unmoved(session, execution.payload)
    _put(session, execution, RevisionState.PUBLISHED, _checked(session, execution.payload))


def _apply_add(session: TenantSession, execution: Execution) -> None:
    _refuse_existing(session, execution.payload["code"])
    _put(session, execution, RevisionState.PUBLISHED, _checked(session, execution.payload))


def _apply_remove(session: TenantSession, execution: Execution) -> None:
    _put(session, execution, RevisionState.REMOVED, _unmoved(session, execution.payload).item)


def _apply_inherit(session: TenantSession, execution: Execution) -> None:
    now = _unmoved(session, execution.payload)
    if queries.inherited_now(session, now.code) is None:
        raise errors.NothingAbove
    _put(session, execution, RevisionState.INHERITED, now.item)


def _put(session: TenantSession, execution: Execution, state: RevisionState, content: ItemContent) -> None:
    """Freeze the revision, forget the draft, tell the others. The approval writes the audit event."""
    code, at = execution.payload["code"], execution.payload.get("effective_from")
    wanted = datetime.fromisoformat(at) if at else clock.now()
    row = new_revision(
        code,
        content,
        number=queries.newest_number(session, code) + 1,
        state=state,
        origin=Origin.CHANGE,
        effective_from=max(wanted, clock.now()),
        change_id=execution.change_id,
    )
    session.add(row)
    draft = queries.draft(session, code)
    if draft is not None:
        session.delete(draft)
    session.flush()
    bus.publish(session, ItemPublished(code, row.id, row.number, state))


def _kind(
    code: str,
    name_zh: str,
    describe: Callable[[TenantSession, Payload], Difference],
    apply: Callable[[TenantSession, Execution], None],
) -> GuardedKind:
    return register(
        GuardedKind(code, name_zh, Permission.CATALOGUE_EDIT, Permission.CATALOGUE_CHECK, describe, apply)
    )


PUBLISH = _kind("catalogue.publish", "修改服务事项", _publish_words, _apply_publish)
ADD = _kind("catalogue.add", "新增服务事项", _add_words, _apply_add)
REMOVE = _kind("catalogue.remove", "移除服务事项", _remove_words, _apply_remove)
INHERIT = _kind("catalogue.inherit", "恢复沿用上级内容", _inherit_words, _apply_inherit)
