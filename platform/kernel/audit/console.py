"""The pages of the log: search, one event with its proof, refused attempts, export. Reading only; nobody can change an event."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import marshmallow as ma
from flask import Response, render_template, request, send_file

from kernel.approvals.kinds import kind_of
from kernel.audit import queries, service, state, words
from kernel.audit.models import AuditEvent
from kernel.audit.queries import Filter
from kernel.calendar import clock
from kernel.errors import DomainError, Invalid
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.blueprints import Pages
from kernel.web.forms import Form
from kernel.web.keyset import Key, take
from kernel.web.paging import page_request
from kernel.web.words import _

pages = Pages("audit", __name__, url_prefix="/console/audit")


class ExportIn(ma.Schema):
    """What an export asks for."""

    reason = ma.fields.String(
        required=True, validate=ma.validate.Length(1, service.LARGEST_REASON),
        metadata={"label": "导出事由", "kind": "textarea", "rows": 3, "help": "写明用途和接收人，会记入操作日志。"},
    )  # fmt: skip
    since = ma.fields.Date(
        allow_none=True,
        metadata={"label": "起始日期", "help": "留空时导出全部记录；填写后导出这一天以来的记录。"},
    )


@pages.get("/", permission=Permission.AUDIT_READ)
def index() -> str:
    """Search, newest first; the state of the log stands above the first page."""
    return _list(_wanted(), refused=False)


@pages.get("/refused", permission=Permission.AUDIT_READ)
def refused() -> str:
    """Attempts that were refused for lack of a permission."""
    return _list(replace(_wanted(), action=queries.REFUSED), refused=True)


@pages.get("/events/<int:seq>", permission=Permission.AUDIT_READ)
def show(seq: int) -> str:
    """One event as its signed bytes say, with the proof computed now."""
    session = current.session()
    event = queries.event(session, seq)
    said = state.content(event)
    return render_template(
        "audit/show.html",
        event=event,
        said=said,
        at=_moment(said.get("at")) or event.at,
        newest=getattr(queries.head(session), "seq", event.seq),
        action=words.action_zh(str(said.get("action", ""))),
        object_name=words.object_zh(str(said.get("object_kind", ""))),
        facts=[_fact(name, value) for name, value in sorted(_dict(said.get("facts")).items())],
        proof=state.event_proof(session, event),
    )


@pages.get("/export", permission=Permission.AUDIT_EXPORT)
def export_form() -> str:
    """Ask what for, and say how the export is checked."""
    return _export_page(Form(ExportIn()))


@pages.post("/export", permission=Permission.AUDIT_EXPORT)
def export() -> Response | tuple[str, int]:
    """The package as a download; noted in the log before it leaves."""
    form = Form(ExportIn())
    data = form.load(request.form)
    if data is None:
        return _export_page(form), 422
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = service.export(
                current.session(), Path(folder) / "export.zip", data["reason"], data.get("since")
            )
        except Invalid as wrong:
            form.add_errors(wrong.fields)
            return _export_page(form), wrong.status
        except DomainError as wrong:
            return _export_page(form, wrong), wrong.status
        # The open file outlives its name: nothing stays on the disk.
        package = done.path.open("rb")
    name = f"{current.tenant().code}-audit-{done.first}-{done.last}.zip"
    answer = send_file(package, mimetype="application/zip", as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _export_page(form: Form, error: DomainError | None = None) -> str:
    return render_template(
        "audit/export.html", form=form, error=error, state=state.chain_state(current.session())
    )


def _list(wanted: Filter, *, refused: bool) -> str:
    session, actor = current.session(), current.actor()
    asked = page_request(actor.tenant_id, actor.person_id)
    keys = (Key(AuditEvent.seq, "seq", descending=True), Key(AuditEvent.id, "id", descending=True))
    found = take(session, queries.search(wanted), keys, size=asked.size, position=asked.position)
    return render_template(
        "audit/refused.html" if refused else "audit/index.html",
        page=asked.page(found),
        state=state.chain_state(session) if asked.position is None and not refused else None,
        now=clock.now(),
        action_zh=words.action_zh,
        object_zh=words.object_zh,
        groups=[(code, _(name)) for code, name, _starts in words.GROUPS],
        objects=[(code, _(name)) for code, name in words.OBJECTS.items()],
        may_export=actor.may(Permission.AUDIT_EXPORT),
    )


def _wanted() -> Filter:
    given = request.args
    return Filter(
        first_day=_day(given.get("from", "")),
        last_day=_day(given.get("to", "")),
        actor=given.get("actor", "").strip(),
        group=words.prefixes_of(given.get("group", "")),
        object_kind=given.get("object", ""),
        text=given.get("text", "").strip(),
    )


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None


def _fact(name: str, value: Any) -> dict[str, Any]:
    """A fact as label and value; `code` when the value is for machines."""
    label = words.fact_zh(name)
    try:
        if name == "kind":
            return {"label": label, "value": kind_of(str(value)).name_zh, "code": False}
        if name == "needs":
            return {"label": label, "value": Permission.named(str(value)).sentence, "code": False}
    except KeyError:
        pass
    if isinstance(value, bool) or value is None:
        return {
            "label": label,
            "value": "—" if value is None else _("是") if value else _("否"),
            "code": False,
        }
    if isinstance(value, int | float):
        return {"label": label, "value": value, "code": False}
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return {"label": label, "value": text, "code": True}


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _moment(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else None
