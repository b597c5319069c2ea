"""Submitting for approval: what changes, what follows, why; then somebody else decides in the inbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kernel.approvals.errors import NothingChanges
from kernel.approvals.kinds import Difference, GuardedKind, kind_of
from kernel.approvals.models import ChangeRequest
from kernel.errors import Invalid
from kernel.identity.queries import holders
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.notices import tell
from tenants.catalogue import queries, service
from tenants.catalogue.console.faces import pages
from tenants.catalogue.errors import DraftNotFound
from tenants.catalogue.service.proposing import code_payload, draft_payload

Answer = str | Response | tuple[str, int]


@pages.get("/items/<code>/proposal", permission=Permission.CATALOGUE_EDIT)
def proposal(code: str) -> Answer:
    draft = queries.draft(current.session(), code)
    if draft is None:
        raise DraftNotFound
    kind, payload = draft_payload(draft)
    back = url_for("catalogue.edit", code=code)
    return _preview(kind_of(kind), payload, url_for("catalogue.propose", code=code), back)


@pages.post("/items/<code>/proposal", permission=Permission.CATALOGUE_EDIT)
def propose(code: str) -> Answer:
    return _submit(code, service.propose_draft, lambda: proposal(code))


@pages.get("/items/<code>/removal", permission=Permission.CATALOGUE_EDIT)
def removal(code: str) -> Answer:
    payload = code_payload(current.session(), code)
    address = url_for("catalogue.propose_removal", code=code)
    return _preview(service.REMOVE, payload, address, url_for("catalogue.item", code=code))


@pages.post("/items/<code>/removal", permission=Permission.CATALOGUE_EDIT)
def propose_removal(code: str) -> Answer:
    return _submit(code, service.propose_removal, lambda: removal(code))


@pages.get("/items/<code>/inheriting", permission=Permission.CATALOGUE_EDIT)
def inheriting(code: str) -> Answer:
    payload = code_payload(current.session(), code)
    address = url_for("catalogue.propose_inheriting", code=code)
    return _preview(service.INHERIT, payload, address, url_for("catalogue.item", code=code))


@pages.post("/items/<code>/inheriting", permission=Permission.CATALOGUE_EDIT)
def propose_inheriting(code: str) -> Answer:
    return _submit(code, service.propose_inheriting, lambda: inheriting(code))


def _preview(kind: GuardedKind, payload: dict[str, Any], action: str, back: str) -> str:
    """The difference as the approver will see it, and the field for the reason."""
    session, actor = current.session(), current.actor()
    difference: Difference = kind.describe(session, payload)
    return render_template(
        "catalogue/proposal.html",
        kind=kind,
        difference=difference,
        action=action,
        back=back,
        code=payload["code"],
        approvers=[name for name in holders(session, kind.check) if name != actor.name],
        reason=request.form.get("reason", ""),
        unchanged=_(NothingChanges.message_zh),
    )


def _submit(code: str, verb: Callable[..., ChangeRequest], again: Callable[[], Answer]) -> Answer:
    try:
        verb(current.session(), current.actor(), code, request.form.get("reason", ""))
    except Invalid as error:
        if "reason" not in error.fields:
            raise
        page = again()
        return (page, 422) if isinstance(page, str) else page
    tell(_("已提交审批，由其他有审核权限的人员同意后生效。"))
    return redirect(url_for("catalogue.item", code=code) if _known(code) else url_for("catalogue.index"))


def _known(code: str) -> bool:
    draft = queries.draft(current.session(), code)
    return draft is None or draft.based_on is not None
