"""One's own page: who is signed in, where bound, on which devices; leaving."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from kernel.permissions import Permission
from kernel.tenancy import tenants
from kernel.tenancy.tenants import Tenant
from kernel.web import current
from kernel.web.notices import tell
from kernel.web.words import _
from shared_channels.accounts import queries
from shared_channels.accounts.entering import (
    account_of_cookie,
    account_tx,
    centre_tx,
    enter_as,
    open_centre,
    province_of,
    province_tx,
)
from shared_channels.accounts.errors import SignInNeeded
from shared_channels.accounts.models import ProvenBy
from shared_channels.accounts.policy import CHANNEL_ZH
from shared_channels.accounts.queries import SignedIn
from shared_channels.accounts.service import binding, sessions
from shared_channels.mobile.console import cookies
from shared_channels.mobile.console.face import framed, pages

LEVEL_ZH = {1: "手机号验证", 2: "实名认证", 3: "实人认证"}


@pages.get("/mine", permission=Permission.PUBLIC)
def mine(centre_code: str) -> str:
    """Without a log-in it says how to get one."""
    centre = open_centre(centre_code)
    signed = account_of_cookie(centre)
    if signed is None:
        return render_template("mobile/mine_visitor.html", **framed(centre, "mine"))
    enter_as(centre, signed)
    bound = queries.binding_of(current.session(), signed.account_id)
    with account_tx(province_of(centre), signed.account_id) as session:
        places = queries.places(session, signed.account_id)
        names = {found.id: found for found in tenants.tree(session)} if places else {}
    others = [names[place.centre_id] for place in places if place.centre_id != centre.id]
    return render_template(
        "mobile/mine.html",
        signed=signed,
        bound=bound,
        name=None if bound is None else queries.name_of(current.session(), bound),
        by_counter=bound is not None and bound.proven_by == ProvenBy.COUNTER,
        level=_(LEVEL_ZH[signed.level(None if bound is None else bound.id)]),
        others=others,
        **framed(centre, "mine"),
    )


@pages.get("/devices", permission=Permission.PUBLIC)
def devices(centre_code: str) -> str:
    centre, signed = need_account(centre_code)
    with account_tx(province_of(centre), signed.account_id) as session:
        rows = queries.devices(session, signed.account_id)
    return render_template(
        "mobile/devices.html",
        rows=rows,
        channels=CHANNEL_ZH,
        current_id=signed.session_id,
        **framed(centre, "mine", url_for("h5.mine", centre_code=centre_code)),
    )


@pages.post("/devices/sign-out-others", permission=Permission.PUBLIC)
def sign_out_others(centre_code: str) -> Response:
    """Every other device and every channel; each is out at its next request."""
    centre, signed = need_account(centre_code)
    with province_tx(province_of(centre), account_id=signed.account_id) as session:
        ended = sessions.end_others(session, signed.account_id, signed.session_id)
    tell(_("已退出其他%(count)s处登录。", count=ended) if ended else _("没有其他登录。"))
    return redirect(url_for("h5.devices", centre_code=centre_code), 303)


@pages.post("/devices/<uuid:session_id>/sign-out", permission=Permission.PUBLIC)
def sign_out_device(centre_code: str, session_id: UUID) -> Response:
    centre, signed = need_account(centre_code)
    with province_tx(province_of(centre), account_id=signed.account_id) as session:
        ended = sessions.end(session, signed.account_id, session_id)
    tell(_("该设备已退出登录。") if ended else _("该设备已经不在登录状态。"))
    return redirect(url_for("h5.devices", centre_code=centre_code), 303)


@pages.post("/sign-out", permission=Permission.PUBLIC)
def sign_out(centre_code: str) -> Response:
    centre = open_centre(centre_code)
    signed = account_of_cookie(centre)
    if signed is not None:
        with province_tx(province_of(centre), account_id=signed.account_id) as session:
            sessions.end(session, signed.account_id, signed.session_id)
    tell(_("您已退出登录。"))
    response = redirect(url_for("h5.mine", centre_code=centre_code), 303)
    cookies.drop(response)
    return response


@pages.post("/unbind", permission=Permission.PUBLIC)
def unbind(centre_code: str) -> Response:
    """Give up one's own binding to this centre."""
    centre, signed = need_account(centre_code)
    with account_tx(centre.id, signed.account_id) as reading:
        bound = queries.need_binding(reading, signed.account_id)
        binding_id = bound.id
    with centre_tx(centre, signed.account_id) as session:
        binding.unbind(session, signed.account_id, binding_id)
    with province_tx(province_of(centre), account_id=signed.account_id) as session:
        binding.forget_place(session, binding_id)
    tell(_("已解除与%(centre)s的绑定。", centre=centre.name_zh))
    return redirect(url_for("h5.mine", centre_code=centre_code), 303)


def need_account(centre_code: str) -> tuple[Tenant, SignedIn]:
    """The centre of the path and who is signed in; enters nothing. Raises NotFound, SignInNeeded."""
    centre = open_centre(centre_code)
    signed = account_of_cookie(centre)
    if signed is None:
        raise SignInNeeded
    return centre, signed
