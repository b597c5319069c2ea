"""A centre's sub-centres, and the form that takes one in."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kernel.approvals import service as approvals
from kernel.errors import Invalid
from kernel.identity.queries import holders
from kernel.permissions import Permission
from kernel.tenancy.models import TENANT_STATUS_ZH, TenantStatus
from kernel.web import current
from kernel.web.blueprints import Pages
from kernel.web.forms import Form
from kernel.web.notices import tell
from onboarding.subcentres import service
from onboarding.subcentres.schemas import PlugInIn

pages = Pages("subcentres", __name__, url_prefix="/console/sub-centres")


@pages.get("/", permission=Permission.SUBCENTRE_PLUG)
def index() -> str:
    """Which independent sub-centres use this centre's platform."""
    centre, below = service.centre_of(current.session())
    words = {str(status): word for status, word in TENANT_STATUS_ZH.items()}
    active = str(TenantStatus.ACTIVE)
    return render_template(
        "subcentres/index.html", centre=centre, below=below, status_words=words, active=active
    )


@pages.get("/new", permission=Permission.SUBCENTRE_PLUG)
def new() -> str:
    """The form."""
    service.centre_of(current.session())
    return _form(Form(PlugInIn()))


@pages.post("/new", permission=Permission.SUBCENTRE_PLUG)
def propose() -> Response | tuple[str, int]:
    """Hand it to the second person."""
    form = Form(PlugInIn())
    given = form.load(request.form)
    if given is not None:
        try:
            reason = request.form.get("reason", "")
            change = approvals.propose(
                current.session(), current.actor(), service.PLUG_IN.code, given, reason
            )
        except Invalid as error:
            form.general_errors += [text for texts in error.fields.values() for text in texts]
        else:
            tell(_("已提交审批，等待安全管理员审核。批准后立即开通。"))
            return redirect(url_for("approvals.show", change_id=change.id))
    return _form(form), 422


def _form(form: Form) -> str:
    names = holders(current.session(), Permission.GRANT_CHECK)
    approvers = [name for name in names if name != current.actor().name]
    return render_template(
        "subcentres/new.html", form=form, approvers=approvers, reason=request.form.get("reason", "")
    )
