"""Pages of units: departments, branches, sub-centres that are run by the centre."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kernel.errors import DomainError
from kernel.permissions import Permission
from kernel.tenancy.models import UNIT_KIND_ZH, UnitKind
from kernel.web import current
from kernel.web.forms import Form
from kernel.web.notices import tell
from tenants.staff import queries, service
from tenants.staff.console.faces import pages
from tenants.staff.schemas import RenameIn, UnitIn


@pages.get("/units", permission=Permission.ORG_READ)
def units() -> str:
    """Units of this tenant."""
    return _list(Form(UnitIn()))


@pages.post("/units", permission=Permission.ORG_EDIT)
def add_unit() -> Response | tuple[str, int]:
    """A new unit."""
    form = Form(UnitIn())
    data = form.load(request.form)
    if data is None:
        return _list(form), 422
    try:
        unit = service.add_unit(
            current.session(), current.actor(), data["code"], data["name_zh"], data["kind"]
        )
    except DomainError as error:
        form.add_errors({"code": [error.message_zh]})
        return _list(form), error.status
    tell(_("已新增：%(name)s", name=unit.name_zh))
    return redirect(url_for("staff.units"))


@pages.get("/units/<uuid:unit_id>", permission=Permission.ORG_EDIT)
def unit_form(unit_id: UUID) -> str:
    """Rename or close one unit."""
    unit = queries.unit(current.session(), unit_id)
    return _unit(unit_id, Form(RenameIn(), values={"name_zh": unit.name_zh}))


@pages.post("/units/<uuid:unit_id>/rename", permission=Permission.ORG_EDIT)
def rename_unit(unit_id: UUID) -> Response | tuple[str, int]:
    """Give it another name."""
    form = Form(RenameIn())
    data = form.load(request.form)
    if data is None:
        return _unit(unit_id, form), 422
    unit = service.rename_unit(current.session(), current.actor(), unit_id, data["name_zh"])
    tell(_("已更名为：%(name)s", name=unit.name_zh))
    return redirect(url_for("staff.units"))


@pages.post("/units/<uuid:unit_id>/close", permission=Permission.ORG_EDIT)
def close_unit(unit_id: UUID) -> Response:
    """It works no more."""
    unit = service.close_unit(current.session(), current.actor(), unit_id)
    tell(_("已撤销：%(name)s", name=unit.name_zh), "warning")
    return redirect(url_for("staff.units"))


def _list(form: Form) -> str:
    return render_template(
        "staff/units.html",
        rows=queries.units(current.session()),
        kind_zh=lambda unit: UNIT_KIND_ZH[UnitKind(unit.kind)],
        form=form,
        may=current.actor().may,
    )


def _unit(unit_id: UUID, form: Form) -> str:
    session = current.session()
    return render_template(
        "staff/unit.html",
        unit=queries.unit(session, unit_id),
        in_use=queries.unit_in_use(session, unit_id),
        form=form,
    )
