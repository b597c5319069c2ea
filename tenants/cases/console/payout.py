"""When the core system refused a payout: ask again, or close."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kernel.permissions import Permission
from kernel.web import current
from kernel.web.notices import tell
from tenants.cases import service
from tenants.cases.console.faces import pages


@pages.post("/<uuid:case_id>/payout", permission=Permission.CASE_DECIDE)
def retry_payout(case_id: UUID) -> Response:
    """A new attempt under a new key."""
    service.retry_payout(current.session(), current.actor(), case_id)
    tell(_("已重新发起划款，结果会显示在本页。"))
    return redirect(url_for("cases.show", case_id=case_id))


@pages.post("/<uuid:case_id>/close", permission=Permission.CASE_DECIDE)
def close(case_id: UUID) -> Response:
    """Close without a payout."""
    service.close(current.session(), current.actor(), case_id)
    tell(_("办件已办结。申请人可以重新申请。"))
    return redirect(url_for("cases.show", case_id=case_id))
