"""How an item became what it is: revisions of the line and requests of this tenant, newest first, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from kernel.approvals import queries as approvals
from kernel.approvals.models import CHANGE_STATE_ZH, ChangeRequest, ChangeState
from kernel.db import TenantSession
from tenants.catalogue import queries
from tenants.catalogue.models import RevisionState, ServiceItemRevision

STATE_WORDS = {
    RevisionState.PUBLISHED: ("公布中", "success"),
    RevisionState.REMOVED: ("已移除", "neutral"),
    RevisionState.INHERITED: ("沿用上级", "info"),
}
_DONE = {
    RevisionState.PUBLISHED: "公布第 %(number)s 版：%(name)s",
    RevisionState.REMOVED: "移除事项（第 %(number)s 版）：%(name)s",
    RevisionState.INHERITED: "恢复沿用上级内容（第 %(number)s 版）",
}
_ORIGIN = {
    "template": "随平台默认清单发布。",
    "manifest": "随入驻清单发布。",
    "change": "由上级机构审批后发布。",
}


@dataclass(frozen=True)
class Entry:
    """One event as the macro `timeline` shows it; `revision` when it made one."""

    at: datetime
    who: str
    text: str
    kind: str
    note: str
    revision: ServiceItemRevision | None = None


def history_of(session: TenantSession, code: str, line: queries.Line) -> list[Entry]:
    """What happened to the item; two queries."""
    changes = approvals.about(session, queries.OBJECT_KIND, code)
    revisions = [_published(row, line, changes) for row in queries.history(session, code)]
    requests = [_requested(change) for change in changes if change.state != ChangeState.EXECUTED]
    return sorted((*revisions, *requests), key=lambda entry: entry.at, reverse=True)


def _published(row: ServiceItemRevision, line: queries.Line, changes: Sequence[ChangeRequest]) -> Entry:
    state = RevisionState(row.state)
    change = next((change for change in changes if change.id == row.change_id), None)
    note = str(_(_ORIGIN[row.origin]))
    if change is not None:
        names = {"maker": change.maker_name, "checker": change.checker_name or "", "reason": change.reason_zh}
        note = str(_("%(maker)s提交，%(checker)s批准。理由：%(reason)s", **names))
    text = str(_(_DONE[state], number=row.number, name=row.name_zh))
    return Entry(row.effective_from, line.source_zh(row), text, STATE_WORDS[state][1], note, row)


def _requested(change: ChangeRequest) -> Entry:
    state = ChangeState(change.state)
    text = str(_("提交“%(title)s”，%(state)s", title=change.title_zh, state=_(CHANGE_STATE_ZH[state])))
    kind = "warning" if state == ChangeState.PENDING else "neutral"
    return Entry(change.made_at, change.maker_name, text, kind, change.note_zh or change.reason_zh)
