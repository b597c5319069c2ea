"""One item: what was measured, the own score with every saved version, its files."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from acceptance.assessments import queries, service
from acceptance.assessments.console.faces import WORDS, pages
from acceptance.assessments.errors import SavedMeanwhile
from acceptance.assessments.models import FileKind
from acceptance.assessments.policy.states import EDITABLE
from acceptance.assessments.schemas import FileForm, ItemForm
from kernel.errors import Invalid
from kernel.permissions import Permission
from kernel.storage import queries as stored
from kernel.storage import service as storage
from kernel.storage.purposes import EVIDENCE
from kernel.web import current
from kernel.web.downloads import attachment
from kernel.web.forms import Form
from kernel.web.notices import tell
from kernel.web.uploads import files_of, uploaded


@pages.get("/<uuid:assessment_id>/items/<item_code>", permission=Permission.ASSESSMENT_SUBMIT)
def item(assessment_id: UUID, item_code: str) -> str:
    """The item with its form."""
    return _page(assessment_id, item_code)


@pages.post("/<uuid:assessment_id>/items/<item_code>", permission=Permission.ASSESSMENT_FILL)
def save(assessment_id: UUID, item_code: str) -> Response | tuple[str, int]:
    """A new version. What was typed stays in the form when somebody else was first."""
    form = Form(ItemForm())
    data = form.load(request.form)
    if data is None:
        return _page(assessment_id, item_code, form), 422
    try:
        service.save_item(
            current.session(), current.actor(), assessment_id, item_code, self_score=data["self_score"],
            note_zh=data["note_zh"], seen=data["seen"],
        )  # fmt: skip
    except SavedMeanwhile:
        return _page(assessment_id, item_code, form, met=True), 409
    except Invalid as error:
        form.add_errors(error.fields)
        return _page(assessment_id, item_code, form), 422
    tell(_("%(code)s 已保存。", code=item_code))
    if request.form.get("next"):
        return redirect(
            url_for("assessments.item", assessment_id=assessment_id, item_code=request.form["next"])
        )
    return redirect(url_for("assessments.sheet", assessment_id=assessment_id))


@pages.post(
    "/<uuid:assessment_id>/items/<item_code>/files",
    permission=Permission.ASSESSMENT_FILL,
    body_bytes=files_of(EVIDENCE.most_bytes),
)
def attach(assessment_id: UUID, item_code: str) -> Response | tuple[str, int]:
    """A file for the item."""
    session, form = current.session(), Form(FileForm())
    data = form.load(request.form)
    if data is None:
        return _page(assessment_id, item_code, files=form), 422
    given = uploaded("file")
    if not given:
        return _page(assessment_id, item_code, files=form, missing=True), 422
    try:
        kept = storage.keep(
            session, name=given[0].name, media_type=given[0].media_type, data=given[0].data, purpose=EVIDENCE.code
        )  # fmt: skip
        service.attach(session, current.actor(), assessment_id, item_code, file_id=kept.id, **data)
    except Invalid as error:
        form.add_errors(error.fields)
        return _page(assessment_id, item_code, files=form), 422
    tell(_("材料已上传。"))
    return redirect(url_for("assessments.item", assessment_id=assessment_id, item_code=item_code))


@pages.post("/<uuid:assessment_id>/files/<uuid:row_id>/remove", permission=Permission.ASSESSMENT_FILL)
def detach(assessment_id: UUID, row_id: UUID) -> Response:
    """Off the sheet."""
    row = service.detach(current.session(), current.actor(), assessment_id, row_id)
    tell(_("已移除材料：%(title)s", title=row.title_zh), "warning")
    return redirect(url_for("assessments.item", assessment_id=assessment_id, item_code=row.item_code))


@pages.get("/<uuid:assessment_id>/files/<uuid:row_id>", permission=Permission.ASSESSMENT_SUBMIT)
def file(assessment_id: UUID, row_id: UUID) -> Response:
    """The file, as an attachment."""
    session = current.session()
    row = queries.file(session, assessment_id, row_id)
    kept = stored.row(session, row.file_id)
    return attachment(stored.card(session, kept).name, kept.media_type, storage.read(session, kept.id))


def _page(
    assessment_id: UUID,
    item_code: str,
    form: Form | None = None,
    *,
    files: Form | None = None,
    met: bool = False,
    missing: bool = False,
) -> str:
    session = current.session()
    row = queries.assessment(session, assessment_id)
    whole = queries.sheet(session, row)
    found = whole.item(item_code)
    codes = [each.item.code for each in whole.items]
    place = codes.index(item_code)
    newest = found.entry.number if found.entry is not None else 0
    if form is None:
        note = found.entry.note_zh if found.entry is not None else ""
        score = WORDS["plain"](found.entry.self_score) if found.entry is not None else ""  # type: ignore[operator]
        form = Form(ItemForm(), values={"self_score": score, "note_zh": note, "seen": newest})
    elif met:
        form["seen"].value = str(newest)
    return render_template(
        "assessments/item.html",
        row=row,
        found=found,
        form=form,
        files=files or Form(FileForm(), values={"kind": FileKind.EVIDENCE.value}),
        met=met,
        missing=missing,
        entries=queries.entries(session, row.id, item_code),
        before=codes[place - 1] if place else "",
        after=codes[place + 1] if place + 1 < len(codes) else "",
        editable=row.state in EDITABLE and current.actor().may(Permission.ASSESSMENT_FILL),
        purpose=EVIDENCE,
        **WORDS,
    )
