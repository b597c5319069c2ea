"""The page behind an invitation: the person sets password and second factor at once."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from kernel.identity.issuer import invitations, texts, web
from kernel.identity.issuer.core import Issuer
from kernel.identity.issuer.login import needs_totp
from kernel.identity.issuer.records import InvitationKind
from kernel.identity.issuer.second_factor import grouped, provisioning_uri, qr_data_uri


def add_invitations(bp: Blueprint, issuer: Issuer) -> None:
    """Hang the invitation page on the blueprint."""

    def view(token: str) -> Response:
        return redeem(issuer, token) if request.method == "POST" else show(issuer, token)

    bp.add_url_rule("/invitations/<token>", "invitation", view, methods=["GET", "POST"])


def show(issuer: Issuer, token: str, *, error: str = "", status: int = 200) -> Response:
    """The form, while the link is good; looking at it does not use it up."""
    opened = invitations.open_invitation(issuer, token)
    if opened is None:
        return _closed(issuer)
    invitation, person = opened
    secret = invitations.secret_of(issuer, token) if needs_totp(issuer, person) else ""
    address = provisioning_uri(secret, person.username, issuer.settings.totp_label) if secret else ""
    return web.page(
        issuer,
        "invitation.html",
        status,
        person=person,
        is_reset=invitation.kind is InvitationKind.RESET,
        token=token,
        error=error,
        secret=grouped(secret),
        qr=qr_data_uri(address) if address else "",
    )


def redeem(issuer: Issuer, token: str) -> Response:
    form = request.form
    outcome = invitations.redeem(
        issuer,
        token,
        password=form.get("password", ""),
        repeated=form.get("repeated", ""),
        code="".join(form.get("code", "")[:64].split()),
    )
    if outcome.closed:
        return _closed(issuer)
    if outcome.fault is not None:
        return show(issuer, token, error=texts.password_fault(outcome.fault, issuer.settings), status=400)
    if outcome.code_wrong:
        return show(issuer, token, error=texts.wrong_code(), status=400)
    home = issuer.settings.home_url
    if outcome.recovery_codes:
        return web.page(issuer, "recovery_codes.html", codes=outcome.recovery_codes, continue_url=home)
    heading, message = str(_("密码已设置")), str(_("现在可以用新密码登录。"))
    return web.page(issuer, "message.html", heading=heading, message=message, kind="done")


def _closed(issuer: Issuer) -> Response:
    message = _("链接已使用、已过期或已被新的链接取代。请联系本单位管理员重新发送。")
    return web.problem(issuer, str(_("链接已失效")), str(message), 410)
