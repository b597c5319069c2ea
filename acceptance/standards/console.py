"""Pages of the standard: versions, one version, the province's draft of the next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from acceptance.standards import policy, queries, service
from acceptance.standards.models import AcceptanceStandard
from acceptance.standards.schemas import CheckIn, EffectiveIn
from kernel.calendar import clock
from kernel.errors import Invalid
from kernel.identity.queries import holders
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.blueprints import Pages
from kernel.web.forms import Form
from kernel.web.keyset import Key, take
from kernel.web.notices import tell
from kernel.web.paging import page_request

pages = Pages("standards", __name__, url_prefix="/console/standards")

Answer = str | Response | tuple[str, int]


@pages.get("/", permission=Permission.ASSESSMENT_READ)
def index() -> str:
    """Every version, the newest first."""
    session, actor = current.session(), current.actor()
    wanted = page_request(actor.tenant_id, actor.person_id)
    found = take(
        session,
        queries.versions(session),
        (Key(AcceptanceStandard.number, "number", descending=True),),
        size=wanted.size,
        position=wanted.position,
    )
    return render_template(
        "standards/index.html",
        page=wanted.page(found),
        today=clock.today(),
        draft=queries.draft(session) if _may_edit() else None,
        may_edit=_may_edit(),
    )


@pages.get("/<uuid:standard_id>", permission=Permission.ASSESSMENT_READ)
def show(standard_id: UUID) -> str:
    """One version: items, check points, vetoes, whose merit each is and who measures it."""
    session = current.session()
    standard = queries.whole(session, queries.version(session, standard_id))
    return render_template(
        "standards/show.html",
        standard=standard,
        today=clock.today(),
        natures=policy.split(standard.checks, "nature"),
        measured=policy.split(standard.checks, "measured_by"),
        may_edit=_may_edit() and queries.newest(session).id == standard.version.id,
        **_words(),
    )


@pages.get("/draft", permission=Permission.REVIEW_DESK)
def draft() -> str:
    """What the next version changes, what still keeps it from being published, and the way to the second person."""
    return _draft_page(_wanted_day())


@pages.post("/draft", permission=Permission.REVIEW_DESK)
def propose() -> Answer:
    """Hand the draft over to somebody else."""
    form = Form(EffectiveIn())
    data = form.load(request.form)
    if data is None:
        return _draft_page(None, form=form), 422
    try:
        change = service.propose(
            current.session(), current.actor(), data["effective_on"], request.form.get("reason", "")
        )
    except Invalid as error:
        form.add_errors({k: v for k, v in error.fields.items() if k in form.fields})
        reason = _("请填写申请事由。") if "reason" in error.fields else ""
        return _draft_page(data["effective_on"], form=form, error=reason), 422
    tell(_("已提交审批：%(title)s", title=change.title_zh))
    return redirect(url_for("approvals.show", change_id=change.id))


@pages.post("/draft/discard", permission=Permission.REVIEW_DESK)
def discard() -> Response:
    """Begin anew."""
    service.discard(current.session())
    tell(_("已放弃草稿，现行标准没有变化。"))
    return redirect(url_for("standards.index"))


@pages.get("/draft/<code>/<int:seq>", permission=Permission.REVIEW_DESK)
def edit(code: str, seq: int) -> str:
    """One check point of the next version."""
    session = current.session()
    check = _newest().check(f"{code}.{seq}")
    found = queries.draft(session)
    edits: Mapping[str, Any] = found.edits.get(check.key, {}) if found else {}
    values = {name: edits.get(name, _typed(getattr(check, name))) for name in policy.EDITABLE}
    return _edit_page(check, Form(CheckIn(), values=values))


@pages.post("/draft/<code>/<int:seq>", permission=Permission.REVIEW_DESK)
def save(code: str, seq: int) -> Answer:
    """Keep other values of a check point in the draft."""
    check = _newest().check(f"{code}.{seq}")
    form = Form(CheckIn())
    data = form.load(request.form)
    if data is None:
        return _edit_page(check, form), 422
    if (data["threshold"] is None) != (check.threshold is None):
        form.add_errors({"threshold": ["由人员评定的检查点不填达标值，自动测评的须填写。"]})
        return _edit_page(check, form), 422
    values = {name: _typed(value) for name, value in data.items()}
    service.edit_check(current.session(), current.actor(), check.key, values)
    tell(_("已记入草稿：检查点 %(key)s", key=check.key))
    return redirect(url_for("standards.draft"))


def _draft_page(wanted: date | None, *, form: Form | None = None, error: str = "") -> str:
    session, actor = current.session(), current.actor()
    found, base = queries.open_draft(session), _newest()
    day = wanted or _next_month()
    moved = found.based_on != base.version.number
    faults = [] if moved else policy.faults(base.content, found.edits)
    ready = not moved and not faults and bool(found.edits)
    difference = None
    if ready:
        try:
            difference = service.describe(session, service.payload_of(found, day))
        except Invalid as refused:
            form = form or Form(EffectiveIn(), values={"effective_on": day})
            form.add_errors({k: v for k, v in refused.fields.items() if k in form.fields})
    checker = service.NEW_VERSION.check
    return render_template(
        "standards/draft.html",
        draft=found,
        base=base.version,
        moved=moved,
        faults=faults,
        changed=[] if moved else policy.changed(base.content, found.edits),
        total=policy.plain(policy.total(base.content, {} if moved else found.edits)),
        difference=difference,
        form=form or Form(EffectiveIn(), values={"effective_on": day}),
        day=day,
        approvers=[n for n in holders(session, checker) if n != actor.name],
        reason=request.form.get("reason", ""),
        error=error,
    )


def _edit_page(check: Any, form: Form) -> str:
    return render_template(
        "standards/edit.html", check=check, form=form, item=_newest().item(check.item_code), **_words()
    )


def _newest() -> queries.Standard:
    session = current.session()
    return queries.whole(session, queries.newest(session))


def _may_edit() -> bool:
    return current.tenant().kind == "province" and Permission.REVIEW_DESK in current.actor().permissions


def _wanted_day() -> date | None:
    data = Form(EffectiveIn()).load(request.args)
    return data["effective_on"] if data else None


def _next_month() -> date:
    return (clock.today().replace(day=1) + timedelta(days=32)).replace(day=1)


def _typed(value: Any) -> Any:
    """As JSON keeps it: decimals as plain text."""
    return None if value is None else policy.shown(value)


def _words() -> dict[str, Any]:
    return {
        "nature_zh": policy.NATURE_ZH,
        "nature_note": policy.NATURE_NOTE_ZH,
        "measured_zh": policy.MEASURED_BY_ZH,
        "mode_zh": policy.SCORE_MODE_ZH,
        "clause_zh": policy.clause_zh,
        "plain": policy.plain,
    }
