"""The province's late list and one body's progress. Only what bodies handed up: no person, no file."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from acceptance.construction import policy, queries, service
from acceptance.construction.schemas import UrgeForm
from kernel.calendar import clock
from kernel.errors import Invalid, NotFound
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.blueprints import Pages
from kernel.web.forms import Form
from kernel.web.notices import tell
from kernel.web.paging import sorted_by
from tenants.registry import queries as registry
from tenants.registry.models import RegisteredCentre

province_pages = Pages("supervision", "acceptance.construction", url_prefix="/console/province/construction")


@province_pages.get("/", permission=Permission.CONSTRUCTION_SUPERVISE)
def index() -> str:
    """Who is late, the worst first."""
    session = current.session()
    sort, descending = sorted_by(queries.SORTS, "-late")
    mode = request.args.get("mode", "")
    late = request.args.get("late") == "1"
    rows = session.execute(
        queries.handed_up(
            mode=mode if mode in policy.MODE_ZH else "", late=late, sort=sort, descending=descending
        )
    ).all()
    return render_template(
        "construction/province.html",
        rows=rows,
        counts=queries.counts(session),
        mode_zh=policy.MODE_ZH,
        filters=[
            {
                "name": "mode",
                "label": _("建设方式"),
                "kind": "select",
                "choices": list(policy.MODE_ZH.items()),
            },
            {"name": "late", "label": _("进度"), "kind": "select", "choices": [("1", _("只看滞后"))]},
        ],
        as_of=clock.now(),
    )


@province_pages.get("/<code>", permission=Permission.CONSTRUCTION_SUPERVISE)
def body(code: str) -> str:
    """One body, task by task."""
    return _page(_registered(code), Form(UrgeForm()))


@province_pages.post("/<code>/urge", permission=Permission.CONSTRUCTION_SUPERVISE)
def urge(code: str) -> Response | tuple[str, int]:
    """Urge it."""
    row, form = _registered(code), Form(UrgeForm())
    data = form.load(request.form)
    if data is not None:
        try:
            service.send_urge(
                current.session(), current.actor(), row.subject_id, data["text_zh"], data["answer_by_on"]
            )
        except Invalid as error:
            form.add_errors(error.fields)
        else:
            tell(_("督办已送达 %(name)s。", name=row.name_zh))
            return redirect(url_for("supervision.body", code=code))
    return _page(row, form), 422


def _registered(code: str) -> RegisteredCentre:
    found = registry.by_code(current.session(), code)
    if found is None:
        raise NotFound
    return found


def _page(row: RegisteredCentre, form: Form) -> str:
    session = current.session()
    subject: UUID = row.subject_id
    return render_template(
        "construction/body.html",
        row=row,
        progress=queries.progress_of_body(session, subject),
        urges=queries.urges(session, subject),
        guideline={task.number: task for task in policy.guideline()},
        mode_zh=policy.MODE_ZH,
        form=form,
    )
