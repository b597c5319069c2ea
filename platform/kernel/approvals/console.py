"""The inbox and the pages of change requests: the same difference for maker and checker, three answers for the checker."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kernel.approvals import queries, service
from kernel.approvals.kinds import all_kinds, kind_of
from kernel.approvals.models import CHANGE_STATE_ZH, ChangeRequest, ChangeState
from kernel.approvals.queries import Filter
from kernel.calendar import clock
from kernel.errors import DomainError, Invalid
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.blueprints import Pages
from kernel.web.keyset import Key, take
from kernel.web.notices import tell
from kernel.web.paging import page_request

pages = Pages("approvals", __name__, url_prefix="/console")

TONES = {
    ChangeState.PENDING: "warning",
    ChangeState.EXECUTED: "success",
    ChangeState.SENT_BACK: "danger",
    ChangeState.WITHDRAWN: "neutral",
    ChangeState.EXPIRED: "neutral",
}


def state_of(change: ChangeRequest) -> tuple[str, str]:
    """The state in words with its tone; an open request past its date reads as expired before the job has closed it."""
    state = ChangeState(change.state)
    if state is ChangeState.PENDING and change.expires_at <= clock.now():
        state = ChangeState.EXPIRED
    return CHANGE_STATE_ZH[state], TONES[state]


@pages.get("/inbox", permission=Permission.INBOX)
def inbox() -> str:
    """What waits for me, what breaches first on top; and what I am waiting for."""
    session, actor = current.session(), current.actor()
    waiting = session.scalars(queries.waiting_for(actor).limit(100)).all()
    mine = session.scalars(queries.mine_open(actor).limit(50)).all()
    return render_template(
        "approvals/inbox.html",
        waiting=[_item(change) for change in waiting],
        mine=[_item(change) for change in mine],
        as_of=clock.now(),
    )


@pages.get("/changes", permission=Permission.CHANGE_READ)
def index() -> str:
    """Every change request that concerns me, newest first."""
    actor = current.actor()
    wanted = Filter(
        state=request.args.get("state", ""),
        kind=request.args.get("kind", ""),
        text=request.args.get("text", ""),
    )
    asked = page_request(actor.tenant_id, actor.person_id)
    found = take(
        current.session(), queries.visible_to(actor, wanted), (Key(ChangeRequest.id, "id", descending=True),),
        size=asked.size, position=asked.position,
    )  # fmt: skip
    mine = [kind for kind in all_kinds() if {kind.make, kind.check} & actor.permissions]
    return render_template(
        "approvals/index.html",
        page=asked.page(found),
        state_of=state_of,
        kind_name=lambda change: kind_of(change.kind).name_zh,
        states=[(state.value, word) for state, word in CHANGE_STATE_ZH.items()],
        kinds=[(kind.code, kind.name_zh) for kind in mine],
    )


@pages.get("/changes/<uuid:change_id>", permission=Permission.CHANGE_READ)
def show(change_id: UUID) -> str:
    """One request: what changes, why, who may decide, what was said."""
    return _page(change_id)


@pages.post("/changes/<uuid:change_id>/approve", permission=Permission.CHANGE_READ)
def approve(change_id: UUID) -> Response | str:
    """Approve exactly what was seen; it takes effect at once."""
    seen = _hash(request.form.get("seen_hash", ""))
    change = service.approve(
        current.session(), current.actor(), change_id, seen, request.form.get("opinion", "")
    )
    tell(_("已同意，变更已生效：%(title)s", title=change.title_zh))
    return redirect(_next(change_id))


@pages.post("/changes/<uuid:change_id>/send-back", permission=Permission.CHANGE_READ)
def send_back(change_id: UUID) -> Response | tuple[str, int]:
    """Send back with a reason."""
    try:
        change = service.send_back(
            current.session(), current.actor(), change_id, request.form.get("opinion", "")
        )
    except Invalid as error:
        return _page(change_id, error=error), error.status
    tell(_("已退回：%(title)s", title=change.title_zh), "info")
    return redirect(_next(change_id))


@pages.post("/changes/<uuid:change_id>/withdraw", permission=Permission.CHANGE_READ)
def withdraw(change_id: UUID) -> Response:
    """Take back one's own request."""
    change = service.withdraw(current.session(), current.actor(), change_id)
    tell(_("已撤回：%(title)s", title=change.title_zh), "info")
    return redirect(url_for("approvals.show", change_id=change_id))


@pages.post("/changes/<uuid:change_id>/comments", permission=Permission.CHANGE_READ)
def comment(change_id: UUID) -> Response | tuple[str, int]:
    """Leave a remark."""
    try:
        service.comment(current.session(), current.actor(), change_id, request.form.get("text", ""))
    except Invalid as error:
        return _page(change_id, error=error), error.status
    return redirect(url_for("approvals.show", change_id=change_id))


def _page(change_id: UUID, error: DomainError | None = None) -> str:
    session, actor = current.session(), current.actor()
    change = queries.visible(session, actor, change_id)
    kind = kind_of(change.kind)
    return render_template(
        "approvals/show.html",
        change=change,
        kind=kind,
        state=state_of(change),
        days=(change.expires_at.astimezone(clock.LOCAL).date() - clock.today()).days,
        open=change.state == ChangeState.PENDING and change.expires_at > clock.now(),
        may_check=service.may_check(actor, change),
        own=change.maker_person_id == actor.person_id,
        holds_check=kind.check in actor.permissions,
        comments=queries.comments(session, change),
        timeline=_timeline(change),
        error=error,
    )


def _timeline(change: ChangeRequest) -> list[dict[str, Any]]:
    entries = [
        {"at": change.made_at, "who": change.maker_name, "text": _("提交审批"), "note": change.reason_zh}
    ]
    if change.decided_at is not None:
        words = {
            ChangeState.EXECUTED: (_("同意，变更生效"), "success"),
            ChangeState.SENT_BACK: (_("退回"), "danger"),
            ChangeState.WITHDRAWN: (_("撤回"), "neutral"),
        }
        text, kind = words.get(ChangeState(change.state), (_("到期未审批，自动关闭"), "neutral"))
        who = change.checker_name or (
            change.maker_name if change.state == ChangeState.WITHDRAWN else _("系统")
        )
        entries.append(
            {"at": change.decided_at, "who": who, "text": text, "note": change.note_zh or "", "kind": kind}
        )
    return entries


def _item(change: ChangeRequest) -> dict[str, Any]:
    return {
        "url": url_for("approvals.show", change_id=change.id),
        "title": change.title_zh,
        "kind": kind_of(change.kind).name_zh,
        "who": change.maker_name,
        "days": _days_left(change.expires_at),
        "working": False,
        "at": change.made_at,
    }


def _days_left(at: datetime) -> int:
    return (at.astimezone(clock.LOCAL).date() - clock.today()).days


def _next(change_id: UUID) -> str:
    """The next one that waits for me opens by itself; else back to the empty inbox."""
    following = current.session().scalar(queries.waiting_for(current.actor()).limit(1))
    return (
        url_for("approvals.show", change_id=following.id)
        if following is not None
        else url_for("approvals.inbox")
    )


def _hash(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
