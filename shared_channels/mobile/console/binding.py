"""Binding an account of this centre: by name and number where a core system is connected, at the counter elsewhere."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import RevealPurpose, Secret, reveal
from kernel.errors import DomainError
from kernel.permissions import Permission
from kernel.tenancy.tenants import Tenant
from kernel.web import current
from kernel.web.forms import Form
from kernel.web.notices import tell
from kernel.web.words import _
from shared_channels.accounts import queries
from shared_channels.accounts.adapters import demo_identity
from shared_channels.accounts.entering import account_tx, centre_tx, enter_as, province_of, province_tx
from shared_channels.accounts.entering.codes import count_proof_of_identity, forget_proofs
from shared_channels.accounts.errors import NotTheSame
from shared_channels.accounts.queries import SignedIn
from shared_channels.accounts.service import binding, stepping_up
from shared_channels.mobile.console.face import framed, pages, safe_next
from shared_channels.mobile.console.mine import need_account
from shared_channels.mobile.console.signing_in import synthetic_allowed
from shared_channels.mobile.schemas import IdentityIn
from tenants.core_system import service as core_system


@pages.get("/bind", permission=Permission.PUBLIC)
def bind(centre_code: str) -> str | Response:
    centre, signed = need_account(centre_code)
    enter_as(centre, signed)
    if queries.binding_of(current.session(), signed.account_id) is not None:
        return redirect(safe_next(centre_code, request.args.get("next", "")), 303)
    core = core_system.of(current.session())
    return _page(centre, _form(), None if core is None else core.label_zh)


@pages.post("/bind", permission=Permission.PUBLIC)
def take_identity(centre_code: str) -> Response:
    """Count the attempt, ask, bind. What did not agree is not told."""
    centre, signed = need_account(centre_code)
    with account_tx(centre.id, signed.account_id) as reading:
        core = core_system.of(reading)
        label = None if core is None else core.label_zh
    form = _form()
    data = form.load(request.form)
    if data is None:
        return make_response(_page(centre, form, label), 422)
    identity = binding.Identity(
        Secret(data["identity_number"], MaskKind.ID_NUMBER), Secret(data["name"], MaskKind.NAME)
    )
    try:
        _bind(centre, signed, identity, Secret(data["card"], MaskKind.BANK_CARD))
    except DomainError as refused:
        form.general_errors.append(_(refused.message_zh) + _(refused.hint_zh))
        return make_response(_page(centre, form, label), refused.status)
    tell(_("绑定成功，现在可以查询和办理本中心的业务。"))
    return redirect(safe_next(centre_code, request.form.get("next", "")), 303)


@pages.post("/bind/counter-code", permission=Permission.PUBLIC)
def counter_code(centre_code: str) -> str:
    """A code to show at the counter; a clerk binds with it."""
    centre, signed = need_account(centre_code)
    with centre_tx(centre, signed.account_id) as session:
        code = stepping_up.make_counter_code(session, signed.account_id, signed.session_id, "bind")
    return show_counter_code(centre, code, url_for("h5.mine", centre_code=centre_code))


def show_counter_code(centre: Tenant, code: Secret[str], done_url: str) -> str:
    """The code, once. It stands in no address, so reloading the page asks for a new one."""
    text = reveal(code, RevealPurpose.SHOW_ONCE)
    return render_template(
        "mobile/bind_code.html", code=f"{text[:4]} {text[4:]}", done_url=done_url, **framed(centre, "mine")
    )


def _bind(centre: Tenant, signed: SignedIn, identity: binding.Identity, card: Secret[str]) -> None:
    province_id = province_of(centre)
    count_proof_of_identity(province_id, signed.account_id, identity.number)
    names = demo_identity.real_name(demo=synthetic_allowed())
    if names is not None and not names.agrees(identity.number, identity.name, card):
        raise NotTheSame
    with centre_tx(centre, signed.account_id) as session:
        bound = binding.bind_by_core(session, signed.account_id, identity)
        event = None if bound is None else binding.bound_event(session, bound)
    if event is None:
        raise NotTheSame
    with province_tx(province_id, account_id=signed.account_id) as session:
        binding.note_place(session, event)
    forget_proofs(province_id, signed.account_id)


def _form() -> Form:
    form = Form(IdentityIn.for_page(synthetic=synthetic_allowed()))
    if demo_identity.real_name(demo=synthetic_allowed()) is None:
        del form.fields["card"]
    return form


def _page(centre: Tenant, form: Form, core_zh: str | None) -> str:
    return render_template(
        "mobile/bind.html",
        form=form,
        core_zh=core_zh,
        next=request.values.get("next", ""),
        **framed(centre, "mine", url_for("h5.mine", centre_code=centre.code)),
    )
