"""Programs of channels: which there are, asking for a new one, asking to stop one. Both end in a change that somebody else checks."""

from __future__ import annotations

from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kernel.approvals import service as approvals
from kernel.errors import DomainError, Invalid
from kernel.permissions import Permission
from kernel.tenancy.models import TenantKind
from kernel.web import current
from kernel.web.blueprints import Pages
from kernel.web.forms import Form
from kernel.web.notices import tell
from kernel.web.words import _
from shared_channels.accounts.policy import CHANNEL_ZH
from shared_channels.channel_api import queries
from shared_channels.channel_api.policy import SCOPE_ZH
from shared_channels.channel_api.schemas import ProgramIn
from shared_channels.channel_api.service import REGISTER, STOP

pages = Pages("channel_programs", __name__, url_prefix="/console/channel-programs")


@pages.get("/", permission=Permission.SYSTEM_PARAMETERS)
def index() -> str:
    return render_template(
        "channel_api/programs.html",
        here_registered=current.tenant().kind == TenantKind.PROVINCE,
        rows=queries.clients(current.session()),
        channels=CHANNEL_ZH,
        scopes=SCOPE_ZH,
    )


@pages.get("/new", permission=Permission.SYSTEM_PARAMETERS)
def new() -> str:
    return _new_page(Form(ProgramIn(), values={"scopes": ["sessions"]}))


@pages.post("/new", permission=Permission.SYSTEM_PARAMETERS)
def propose() -> Response:
    """Hand a new program over to somebody else."""
    form = Form(ProgramIn())
    data = form.load(request.form)
    if data is None:
        return make_response(_new_page(form), 422)
    reason = str(data.pop("reason"))
    try:
        change = approvals.propose(current.session(), current.actor(), REGISTER.code, data, reason)
    except DomainError as refused:
        if isinstance(refused, Invalid):
            form.add_errors(refused.fields)
        else:
            form.general_errors.append(_(refused.message_zh) + _(refused.hint_zh))
        return make_response(_new_page(form), refused.status)
    return _onward(change.id, change.title_zh)


@pages.post("/<code>/stop", permission=Permission.SYSTEM_PARAMETERS)
def propose_stop(code: str) -> Response:
    """Ask to stop a program. The reason is asked for on the page."""
    reason = request.form.get("reason", "")
    change = approvals.propose(current.session(), current.actor(), STOP.code, {"code": code}, reason)
    return _onward(change.id, change.title_zh)


def _onward(change_id: Any, title_zh: str) -> Response:
    tell(_("已提交审批：%(title)s", title=title_zh))
    return redirect(url_for("approvals.show", change_id=change_id), 303)


def _new_page(form: Form) -> str:
    return render_template("channel_api/program_new.html", form=form)
