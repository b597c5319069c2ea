"""Pages of people and their roles."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from flask import current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kernel.approvals import service as approvals
from kernel.approvals.kinds import kind_of
from kernel.approvals.queries import about
from kernel.calendar import clock
from kernel.db import utc_now
from kernel.errors import DomainError, Invalid, NotFound
from kernel.identity.console import ISSUER
from kernel.identity.issuer.core import Issuer
from kernel.identity.models import Membership
from kernel.identity.queries import holders
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.forms import Form
from kernel.web.keyset import Key, take
from kernel.web.notices import tell
from kernel.web.paging import page_request
from tenants.staff import policy, queries, service
from tenants.staff.console.faces import pages
from tenants.staff.queries import Filter
from tenants.staff.schemas import DisableIn, GrantIn


@pages.get("/", permission=Permission.STAFF_READ)
def index() -> str:
    """Everybody with a post in this tenant."""
    session, actor = current.session(), current.actor()
    wanted = Filter(
        **{name: request.args.get(name, "").strip() for name in ("text", "role", "state", "unit")}
    )
    asked = page_request(actor.tenant_id, actor.person_id)
    found = take(
        session, queries.people(wanted), (Key(Membership.id, "id"),), size=asked.size, position=asked.position
    )
    names = queries.role_names(session)
    return render_template(
        "staff/index.html",
        page=asked.page(found),
        role_words=lambda codes: "、".join(names.get(c, c) for c in sorted(codes or ())),
        roles=sorted(names.items(), key=lambda pair: pair[1]),
        states=list(policy.STATE_ZH.items()),
        units=[(row.OrgUnit.code, row.OrgUnit.name_zh) for row in queries.units(session)],
        may=actor.may,
        state_of=lambda m: (policy.STATE_ZH[m.state], policy.STATE_TONES[m.state]),
    )


@pages.get("/<uuid:membership_id>", permission=Permission.STAFF_READ)
def show(membership_id: UUID) -> str:
    """One person: roles, where they come from, log-ins."""
    return _person(membership_id)


@pages.get("/<uuid:membership_id>/grant", permission=Permission.GRANT_PROPOSE)
def grant_form(membership_id: UUID) -> str:
    """Ask for a role."""
    return _grant_page(membership_id, _grant_form())


@pages.post("/<uuid:membership_id>/preview", permission=Permission.GRANT_PROPOSE)
def preview(membership_id: UUID) -> str | tuple[str, int]:
    """The difference in words, before a reason is given."""
    form = _grant_form()
    data = form.load(request.form)
    if data is None:
        return _grant_page(membership_id, form), 422
    payload = {"membership_id": str(membership_id), **data}
    try:
        return _propose_page(membership_id, service.GRANT.code, payload)
    except Invalid as error:
        form.add_errors(error.fields)
        return _grant_page(membership_id, form), error.status
    except DomainError as error:
        return _grant_page(membership_id, form, error), error.status


@pages.get("/<uuid:membership_id>/revoke/<role>", permission=Permission.GRANT_PROPOSE)
def revoke_form(membership_id: UUID, role: str) -> str:
    """Ask to take a role back."""
    return _propose_page(
        membership_id, service.REVOKE.code, {"membership_id": str(membership_id), "role": role}
    )


@pages.post("/<uuid:membership_id>/propose/<kind>", permission=Permission.GRANT_PROPOSE)
def propose(membership_id: UUID, kind: str) -> Response | tuple[str, int]:
    """Hand the change over to the security officer."""
    if kind not in (service.GRANT.code, service.REVOKE.code):
        raise NotFound
    payload = _sent(request.form.get("payload", ""), membership_id)
    try:
        change = approvals.propose(
            current.session(), current.actor(), kind, payload, request.form.get("reason", "")
        )
    except Invalid:
        return _propose_page(membership_id, kind, payload, error=_("请填写申请事由。")), 422
    tell(_("已提交审批：%(title)s", title=change.title_zh))
    return redirect(url_for("approvals.show", change_id=change.id))


@pages.post("/<uuid:membership_id>/disable", permission=Permission.STAFF_INVITE)
def disable(membership_id: UUID) -> Response | tuple[str, int]:
    """Shut somebody out at once."""
    form = Form(DisableIn())
    data = form.load(request.form)
    if data is None:
        return _person(membership_id, form), 422
    who = service.disable(current.session(), current.actor(), membership_id, data["reason"])
    tell(_("已停用 %(name)s，正在使用的会话已结束。", name=who.name_zh), "warning")
    return redirect(url_for("staff.show", membership_id=membership_id))


@pages.post("/<uuid:membership_id>/enable", permission=Permission.STAFF_INVITE)
def enable(membership_id: UUID) -> Response:
    """Let somebody in again."""
    who = service.enable(current.session(), current.actor(), membership_id)
    tell(_("已恢复 %(name)s。", name=who.name_zh))
    return redirect(url_for("staff.show", membership_id=membership_id))


def _person(membership_id: UUID, disabling: Form | None = None) -> str:
    session = current.session()
    who = queries.person(session, membership_id)
    changes = [
        c
        for kind, key in (("membership", who.id), ("account", who.person_id))
        for c in about(session, kind, str(key))
    ]
    return render_template(
        "staff/show.html",
        who=who,
        state=(policy.STATE_ZH[who.state], policy.STATE_TONES[who.state]),
        grants=queries.grants(session, membership_id),
        names=queries.role_names(session),
        sessions=queries.recent_sessions(session, membership_id),
        changes=sorted(changes, key=lambda change: change.made_at, reverse=True),
        reset_waits=_reset_waits(who),
        accounts_here=ISSUER in current_app.extensions,
        disabling=disabling or Form(DisableIn()),
        may=current.actor().may,
        me=current.actor().membership_id,
        now=utc_now(),
    )


def _reset_waits(who: Membership) -> bool:
    """Whether this reader may take the link of an approved reset."""
    issuer: Issuer | None = current_app.extensions.get(ISSUER)
    if issuer is None:
        return False
    change = queries.open_reset(current.session(), who, clock.now() - issuer.settings.reset_lifetime)
    mine = current.actor().person_id
    return change is not None and mine in (change.maker_person_id, change.checker_person_id)


def _grant_form() -> Form:
    kind = current.tenant().kind
    rules = queries.role_rules(current.session()).values()
    outside = {"depositor", "employer_clerk", "api_client"}
    choices = [(r.code, r.name_zh) for r in rules if kind in r.tenant_kinds and r.code not in outside]
    return Form(GrantIn(), choices={"role": sorted(choices, key=lambda c: c[1])})


def _grant_page(membership_id: UUID, form: Form, error: DomainError | None = None) -> str:
    who = queries.person(current.session(), membership_id)
    return render_template("staff/grant.html", who=who, form=form, error=error)


def _propose_page(membership_id: UUID, kind: str, payload: dict[str, Any], error: str = "") -> str:
    session = current.session()
    names = [n for n in holders(session, Permission.GRANT_CHECK) if n != current.actor().name]
    return render_template(
        "staff/propose.html",
        who=queries.person(session, membership_id),
        kind=kind,
        difference=kind_of(kind).describe(session, payload),
        payload=msgspec.json.encode(payload).decode(),
        approvers=names,
        reason=request.form.get("reason", ""),
        error=error,
    )


def _sent(text: str, membership_id: UUID) -> dict[str, Any]:
    """The payload that the preview carried; the address says whom it is about."""
    try:
        payload = msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise Invalid(fields={"payload": ["页面内容不完整，请返回重新填写。"]}) from error
    return payload | {"membership_id": str(membership_id)}
