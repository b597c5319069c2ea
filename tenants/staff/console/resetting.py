"""Pages that reset an account: one officer asks, another approves, one of the two takes the link (decision D9)."""

from __future__ import annotations

from uuid import UUID

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from kernel.approvals import service as approvals
from kernel.errors import Invalid
from kernel.identity import signing_in
from kernel.identity.entering import identity
from kernel.identity.queries import holders
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.notices import tell
from tenants.staff import errors, queries, service
from tenants.staff.console.faces import pages
from tenants.staff.console.inviting import issuer, link_page


@pages.get("/<uuid:membership_id>/reset", permission=Permission.STAFF_INVITE)
def reset_form(membership_id: UUID) -> str:
    """What a reset does, and why it is asked for."""
    issuer()
    return _page(membership_id)


@pages.post("/<uuid:membership_id>/reset", permission=Permission.STAFF_INVITE)
def propose_reset(membership_id: UUID) -> Redirect | tuple[str, int]:
    """Hand it over to the second officer."""
    issuer()
    who = service.resettable(current.session(), current.actor(), membership_id)
    _refuse_elsewhere(who.person_id)
    payload, reason = {"membership_id": str(membership_id)}, request.form.get("reason", "")
    try:
        change = approvals.propose(current.session(), current.actor(), service.RESET.code, payload, reason)
    except Invalid:
        return _page(membership_id, error=_("请填写申请事由。")), 422
    tell(_("已提交审批：%(title)s", title=change.title_zh))
    return redirect(url_for("approvals.show", change_id=change.id))


@pages.post("/<uuid:membership_id>/reset/link", permission=Permission.STAFF_READ)
def reset_link(membership_id: UUID) -> Response:
    """The link, shown once to one of the two officers; the former credentials are void from here on."""
    keeper, session = issuer(), current.session()
    who = queries.person(session, membership_id)
    _refuse_elsewhere(who.person_id)
    who, link = service.take_reset_link(session, current.actor(), keeper, membership_id)
    signing_in.end_by_issuer(identity(), "", str(who.person_id), None)  # in places for rehearsals too
    return link_page(who, link, _("账号重置链接"), keeper.settings.reset_lifetime)


def _refuse_elsewhere(person_id: UUID) -> None:
    """A place for rehearsals holds nothing real; any other body must let its person go first."""
    mine = current.actor().tenant_id
    posts = signing_in.posts_of(identity(), person_id)
    if any(post.tenant_id != mine and not post.rehearsal for post in posts):
        raise errors.WorksElsewhere


def _page(membership_id: UUID, error: str = "") -> str:
    session, actor = current.session(), current.actor()
    who = service.resettable(session, actor, membership_id)
    return render_template(
        "staff/reset.html",
        who=who,
        difference=service.describe_reset(session, {"membership_id": str(membership_id)}),
        approvers=[n for n in holders(session, Permission.GRANT_CHECK) if n not in (actor.name, who.name_zh)],
        reason=request.form.get("reason", ""),
        error=error,
    )
