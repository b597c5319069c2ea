"""Drafts: one per item and tenant, seen by nobody outside it, never in force."""

from __future__ import annotations

from datetime import datetime

from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.errors import Forbidden, Invalid
from kernel.identity.actor import Actor
from kernel.permissions import Permission
from kernel.tenancy.models import TenantKind
from tenants.catalogue import queries
from tenants.catalogue.errors import AwaitingApproval, DraftNotFound, ItemNotFound, OnlyCityAdds
from tenants.catalogue.models import ServiceItemDraft
from tenants.catalogue.policy.checking import faults
from tenants.catalogue.policy.content import ItemContent


def city_content(session: TenantSession, code: str) -> ItemContent | None:
    """What a sub-centre inherits for an item and must stay within; None for every other tenant.

    Raises OnlyCityAdds when a sub-centre asks for an item that its centre does not offer.
    """
    if queries.line(session).own.kind != TenantKind.SUB_CENTRE:
        return None
    above = queries.inherited_now(session, code)
    if above is None:
        raise OnlyCityAdds
    return above.item


def save_draft(
    session: TenantSession,
    actor: Actor,
    code: str,
    content: ItemContent,
    effective_from: datetime | None = None,
) -> ServiceItemDraft:
    """Keep what an editor wrote. `effective_from` None: as soon as it is approved.

    Raises Forbidden, AwaitingApproval while it is submitted, Invalid with sentences for each area of the form.
    """
    if not actor.may(Permission.CATALOGUE_EDIT):
        raise Forbidden(Permission.CATALOGUE_EDIT)
    if queries.pending_change(session, code) is not None:
        raise AwaitingApproval
    wrong = faults(content, city_content(session, code))
    if effective_from is not None and effective_from <= clock.now():
        wrong["effective_from"] = ["生效时间须晚于当前时间；需要立即生效的，请留空。"]
    if wrong:
        raise Invalid(fields=wrong)
    row = queries.draft(session, code) or ServiceItemDraft(code=code)
    try:
        row.based_on = queries.item_now(session, code).id
    except ItemNotFound:
        row.based_on = None
    row.content, row.effective_from = content.stored(), effective_from
    row.editor_person_id, row.editor_name, row.saved_at = actor.person_id, actor.name, clock.now()
    session.add(row)
    session.flush()
    session.audit(
        "catalogue.draft_saved", queries.OBJECT_KIND, code, f"保存事项草稿：{code} {content.name_zh}"
    )
    return row


def discard_draft(session: TenantSession, actor: Actor, code: str) -> None:
    """Throw a draft away. Raises Forbidden, AwaitingApproval, DraftNotFound."""
    if not actor.may(Permission.CATALOGUE_EDIT):
        raise Forbidden(Permission.CATALOGUE_EDIT)
    if queries.pending_change(session, code) is not None:
        raise AwaitingApproval
    row = queries.draft(session, code)
    if row is None:
        raise DraftNotFound
    session.delete(row)
    session.flush()
    session.audit("catalogue.draft_discarded", queries.OBJECT_KIND, code, f"放弃事项草稿：{code}")
