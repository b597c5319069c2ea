"""The counter: a clerk compares face and card, then binds the account or confirms the person. Works without a core system."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import Secret
from kernel.errors import DomainError, Invalid
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.blueprints import Pages
from kernel.web.forms import Form
from kernel.web.notices import tell
from kernel.web.settings import Environment, web_settings
from kernel.web.words import _
from shared_channels.accounts.schemas import CounterIn
from shared_channels.accounts.service import binding
from tenants.core_system import service as core_system

pages = Pages("counter", __name__, url_prefix="/console/counter")


@pages.get("/", permission=Permission.CASE_DECIDE)
def index() -> str:
    return _page(_form())


@pages.post("/", permission=Permission.CASE_DECIDE)
def confirm() -> Response:
    """One act: the code is used up, what was typed is kept as an index and a sealed name only."""
    form = _form()
    data = form.load(request.form)
    if data is None:
        return make_response(_page(form), 422)
    try:
        done = _confirm(data)
    except DomainError as refused:
        if isinstance(refused, Invalid) and refused.fields:
            form.add_errors(refused.fields)
        else:
            form.general_errors.append(_(refused.message_zh) + _(refused.hint_zh))
        return make_response(_page(form), refused.status)
    tell(done)
    return redirect(url_for("counter.index"), 303)


def _confirm(data: dict[str, str]) -> str:
    session, actor = current.session(), current.actor()
    number = Secret(data["identity_number"], MaskKind.ID_NUMBER)
    if data["purpose"] == "bind":
        who = binding.Identity(number, Secret(data["name"], MaskKind.NAME))
        binding.bind_at_counter(session, actor, Secret(data["code"]), who)
        return _("已绑定，请办事人在手机上继续。")
    binding.prove_at_counter(session, actor, Secret(data["code"]), number)
    return _("已核验，请办事人在手机上按“已在网点核验”继续。")


def _form() -> Form:
    schema = CounterIn()
    schema.allow_synthetic = web_settings().environment is not Environment.PRODUCTION
    return Form(schema, values={"purpose": "bind"})


def _page(form: Form) -> str:
    core = core_system.of(current.session())
    return render_template(
        "accounts/counter.html", form=form, core_zh=None if core is None else core.label_zh
    )
