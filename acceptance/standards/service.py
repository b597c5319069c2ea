"""A new version of the standard: written as a draft by one person of the province, published when another approves it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import insert

from acceptance.standards import errors, policy, queries
from acceptance.standards.models import (
    AcceptanceStandard,
    StandardCheck,
    StandardDraft,
    StandardItem,
    StandardVeto,
)
from acceptance.standards.policy import Content
from kernel.approvals import service as approvals
from kernel.approvals.kinds import Difference, Execution, GuardedKind, Line, register
from kernel.approvals.models import ChangeRequest
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.errors import Invalid
from kernel.identity.actor import Actor
from kernel.permissions import Permission

OBJECT_KIND = "acceptance_standard"


def store(session: TenantSession, version: AcceptanceStandard, content: Content) -> AcceptanceStandard:
    """Freeze a version with its content. The caller audits; only the seed and an approved change call it."""
    session.add(version)
    session.flush()
    keys = {"tenant_id": session.tenant_id, "standard_id": version.id}
    items = [
        {**keys, "id": uuid7(), **vars(item), "points": content.points_of(item.code)}
        for item in content.items
    ]
    session.execute(insert(StandardItem), items)
    session.execute(insert(StandardCheck), [{**keys, "id": uuid7(), **vars(c)} for c in content.checks])
    session.execute(insert(StandardVeto), [{**keys, "id": uuid7(), **vars(v)} for v in content.vetoes])
    return version


def edit_check(session: TenantSession, actor: Actor, key: str, values: Mapping[str, Any]) -> StandardDraft:
    """Put other values of one check point into the draft, beginning one over the newest version when there is none.

    `values`: of `policy.EDITABLE`, as JSON values; equal to what the version has means not edited. Raises ProvinceOnly,
    StandardNotFound, CheckNotFound, BaseMoved.
    """
    base = _base(session)
    check = base.check(key)
    draft = queries.draft(session)
    if draft is None:
        draft = StandardDraft(
            based_on=base.version.number, edits={}, editor_person_id=actor.person_id, editor_name=actor.name
        )
        session.add(draft)
    elif draft.based_on != base.version.number:
        raise errors.BaseMoved
    given = {name: values[name] for name in policy.EDITABLE if name in values}
    differs = {n: v for n, v in given.items() if policy.shown(getattr(check, n)) != str(v)}
    draft.edits = {k: v for k, v in draft.edits.items() if k != key} | ({key: differs} if differs else {})
    draft.editor_person_id, draft.editor_name, draft.saved_at = actor.person_id, actor.name, clock.now()
    session.flush()
    session.audit("standards.draft_saved", OBJECT_KIND, key, f"拟定评估标准新版本：检查点 {key}")
    return draft


def discard(session: TenantSession) -> None:
    """Forget the draft. Raises NoDraft."""
    draft = queries.open_draft(session)
    session.delete(draft)
    session.audit("standards.draft_discarded", OBJECT_KIND, draft.based_on, "放弃评估标准新版本草稿")


def payload_of(draft: StandardDraft, effective_on: date) -> dict[str, Any]:
    """What is proposed: which version it changes, the edits, and the day from which it counts."""
    return {"based_on": draft.based_on, "effective_on": effective_on.isoformat(), "edits": draft.edits}


def propose(session: TenantSession, actor: Actor, effective_on: date, reason_zh: str) -> ChangeRequest:
    """Hand the draft over to a second person of the province. Raises NoDraft and what `describe` raises."""
    payload = payload_of(queries.open_draft(session), effective_on)
    return approvals.propose(session, actor, NEW_VERSION.code, payload, reason_zh)


def describe(session: TenantSession, payload: Mapping[str, Any]) -> Difference:
    """Payload: based_on, effective_on (ISO day), edits by check point. Raises ProvinceOnly, BaseMoved, Invalid."""
    base, wanted = _base(session), date.fromisoformat(payload["effective_on"])
    _refuse_faults(base, payload, wanted)
    lines = [Line(*line) for line in policy.changed(base.content, payload["edits"])]
    if lines:
        lines.append(Line("生效日期", str(base.version.effective_on), str(wanted)))
    number = base.version.number + 1
    return Difference(
        f"发布评估标准第 {number} 版",
        OBJECT_KIND,
        str(number),
        tuple(lines),
        (
            f"第 {number} 版自 {wanted} 起用于新启动的自评与验收，各中心和分中心同时看到。",
            "已启动的自评与验收沿用启动时的版本，已得出的分数不变。",
            "已发布的版本不能修改，只能再发布新版本。",
        ),
    )


def apply(session: TenantSession, execution: Execution) -> None:
    """Publish the version and forget the draft. The approval writes the audit event."""
    payload, base = execution.payload, _base(session)
    wanted = date.fromisoformat(payload["effective_on"])
    _refuse_faults(base, payload, wanted)
    row = AcceptanceStandard(
        number=base.version.number + 1, name_zh=base.version.name_zh, effective_on=wanted, origin="change",
        change_id=execution.change_id, published_at=clock.now(),
    )  # fmt: skip
    store(session, row, policy.edited(base.content, payload["edits"]))
    draft = queries.draft(session)
    if draft is not None:
        session.delete(draft)


def _base(session: TenantSession) -> queries.Standard:
    newest = queries.newest(session)
    if newest.tenant_id != session.tenant_id:
        raise errors.ProvinceOnly
    return queries.whole(session, newest)


def _refuse_faults(base: queries.Standard, payload: Mapping[str, Any], wanted: date) -> None:
    if payload["based_on"] != base.version.number:
        raise errors.BaseMoved
    if wanted <= base.version.effective_on or wanted < clock.today():
        raise Invalid(fields={"effective_on": ["生效日期不能早于今天，并须晚于上一版本的生效日期。"]})
    wrong = policy.faults(base.content, payload["edits"])
    if wrong:
        raise Invalid(fields={"edits": wrong})


# The desk that admits applications writes the standard; whoever may sign a verdict confirms it, another person of the same province.
NEW_VERSION = register(
    GuardedKind(
        "standards.new_version",
        "发布评估标准",
        Permission.REVIEW_DESK,
        Permission.VERDICT_SIGN,
        describe,
        apply,
    )
)
