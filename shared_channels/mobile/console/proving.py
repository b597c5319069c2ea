"""Raising the level of a log-in to the real person. Face is one way of several, never the only one (decision D34)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kernel.db import utc_now
from kernel.permissions import Permission
from kernel.tenancy.tenants import Tenant
from kernel.web import current
from kernel.web.notices import tell
from kernel.web.words import _
from shared_channels.accounts import queries
from shared_channels.accounts.adapters import demo_identity
from shared_channels.accounts.entering import (
    account_tx,
    centre_tx,
    enter_as,
    province_of,
    province_tx,
)
from shared_channels.accounts.entering.codes import count_proof_of_identity, forget_proofs
from shared_channels.accounts.errors import MeansMissing
from shared_channels.accounts.policy import COUNTER_CODE_LIFE
from shared_channels.accounts.ports import MEANS_ZH, Means
from shared_channels.accounts.queries import SignedIn
from shared_channels.accounts.service import stepping_up
from shared_channels.mobile.console.binding import show_counter_code
from shared_channels.mobile.console.face import framed, pages, safe_next
from shared_channels.mobile.console.mine import need_account
from shared_channels.mobile.console.signing_in import synthetic_allowed


@pages.get("/step-up", permission=Permission.PUBLIC)
def step_up(centre_code: str) -> str:
    """Raises NotBound for whoever has nothing to prove yet."""
    centre, signed = need_account(centre_code)
    enter_as(centre, signed)
    bound = queries.need_binding(current.session(), signed.account_id)
    return render_template(
        "mobile/step_up.html",
        ways=demo_identity.real_person(demo=synthetic_allowed()),
        words=MEANS_ZH,
        proven=signed.level(bound.id) >= 3,
        present=demo_identity.PRESENT,
        next=_wanted(centre_code),
        **framed(centre, "mine", url_for("h5.mine", centre_code=centre_code)),
    )


@pages.post("/step-up/phone", permission=Permission.PUBLIC)
def prove_on_phone(centre_code: str) -> Response:
    """By one of the connected means. Each attempt is counted before it is looked at."""
    centre, signed = need_account(centre_code)
    means = next((m for m in Means if m == request.form.get("means")), Means.COUNTER)
    port = demo_identity.real_person(demo=synthetic_allowed()).get(means)
    if port is None:
        raise MeansMissing
    with account_tx(centre.id, signed.account_id) as session:
        bound = queries.need_binding(session, signed.account_id)
        name, binding_id = queries.name_of(session, bound), bound.id
    count_proof_of_identity(province_of(centre), signed.account_id)
    if not port.is_present(name, request.form.get("evidence", "")):
        tell(_("没有核验成功，请重试或者换一种方式。"), "warning")
        return redirect(_again(centre_code), 303)
    return _raise(centre, signed, binding_id, means)


@pages.post("/step-up/counter-code", permission=Permission.PUBLIC)
def counter_code_for_person(centre_code: str) -> str:
    centre, signed = need_account(centre_code)
    with account_tx(centre.id, signed.account_id) as reading:
        queries.need_binding(reading, signed.account_id)
    with centre_tx(centre, signed.account_id) as session:
        code = stepping_up.make_counter_code(session, signed.account_id, signed.session_id, "real_person")
    return show_counter_code(centre, code, _again(centre_code))


@pages.post("/step-up/counter-done", permission=Permission.PUBLIC)
def counter_done(centre_code: str) -> Response:
    """The clerk has compared face and card: look whether that is so."""
    centre, signed = need_account(centre_code)
    with account_tx(centre.id, signed.account_id) as session:
        used = queries.used_counter_code(session, signed.account_id, signed.session_id)
        seen = None if used is None else (used.used_at, used.result_id)
    if seen is None or seen[0] is None or seen[1] is None or seen[0] < utc_now() - COUNTER_CODE_LIFE:
        tell(_("还没有收到网点的核验结果，请确认工作人员已经输入核验码。"), "warning")
        return redirect(_again(centre_code), 303)
    return _raise(centre, signed, seen[1], Means.COUNTER)


def _raise(centre: Tenant, signed: SignedIn, binding_id: UUID, means: Means) -> Response:
    with province_tx(province_of(centre), account_id=signed.account_id) as session:
        stepping_up.mark_real_person(session, signed.account_id, signed.session_id, binding_id, means)
    forget_proofs(province_of(centre), signed.account_id)
    tell(_("身份核验成功，30分钟内办理业务不用再次核验。"))
    return redirect(safe_next(centre.code, request.form.get("next", "")), 303)


def _wanted(centre_code: str) -> str:
    """Where to go on to, or nothing. A foreign address never becomes a link."""
    wanted = request.args.get("next", "")
    return safe_next(centre_code, wanted) if wanted else ""


def _again(centre_code: str) -> str:
    wanted = request.form.get("next", "")
    more: dict[str, Any] = {"next": wanted} if wanted else {}
    return url_for("h5.step_up", centre_code=centre_code, **more)
