"""Pages that open an account: the form, and the link for the first log-in, shown once."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import Response, current_app, make_response, render_template, request
from flask_babel import gettext as _

from kernel.errors import DomainError
from kernel.identity.console import ISSUER
from kernel.identity.issuer.core import Issuer
from kernel.identity.models import Membership
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.forms import Form
from tenants.staff import errors, queries, service
from tenants.staff.console.faces import pages
from tenants.staff.schemas import InviteIn


@pages.get("/invite", permission=Permission.STAFF_INVITE)
def invite_form() -> str:
    """Who is new."""
    return _page(_form())


@pages.post("/invite", permission=Permission.STAFF_INVITE)
def invite() -> Response | tuple[str, int]:
    """Open the account and show the link."""
    form = _form()
    data = form.load(request.form)
    if data is None:
        return _page(form), 422
    try:
        who, link = service.invite(current.session(), current.actor(), issuer(), **data)
    except DomainError as error:
        return _page(form, error), error.status
    return link_page(who, link, _("首次登录链接"), issuer().settings.invitation_lifetime)


@pages.post("/<uuid:membership_id>/invite", permission=Permission.STAFF_INVITE)
def invite_again(membership_id: UUID) -> Response:
    """Another link, when the first one ran out before it was used."""
    who, link = service.invite_again(current.session(), current.actor(), issuer(), membership_id)
    return link_page(who, link, _("首次登录链接"), issuer().settings.invitation_lifetime)


def link_page(who: Membership, link: str, title: str, lifetime: timedelta) -> Response:
    """A link as it is shown once, to be kept by no browser."""
    hours = int(lifetime.total_seconds() // 3600)
    response = make_response(render_template("staff/link.html", who=who, link=link, hours=hours, title=title))
    response.headers["Cache-Control"] = "no-store"
    return response


def _form() -> Form:
    units = [
        (str(row.OrgUnit.id), row.OrgUnit.name_zh)
        for row in queries.units(current.session())
        if row.OrgUnit.closed_at is None
    ]
    return Form(InviteIn(), choices={"unit_id": units})


def _page(form: Form, error: DomainError | None = None) -> str:
    return render_template("staff/invite.html", form=form, error=error, title=_("开通人员账号"))


def issuer() -> Issuer:
    """The embedded issuer. Raises LogInElsewhere when accounts are kept outside."""
    found: Issuer | None = current_app.extensions.get(ISSUER)
    if found is None:
        raise errors.LogInElsewhere
    return found
