"""What an editor submits for somebody else's approval. The editor alone publishes nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kernel.approvals import service as approvals
from kernel.approvals.models import ChangeRequest
from kernel.db import TenantSession
from kernel.identity.actor import Actor
from tenants.catalogue import queries
from tenants.catalogue.errors import DraftNotFound
from tenants.catalogue.models import ServiceItemDraft
from tenants.catalogue.service.publishing import ADD, INHERIT, PUBLISH, REMOVE


def draft_payload(row: ServiceItemDraft) -> tuple[str, dict[str, Any]]:
    """The kind of change a draft is and the payload that is shown, hashed and executed."""
    payload = {
        "code": row.code,
        "content": row.content,
        "effective_from": _text(row.effective_from),
        "based_on": None if row.based_on is None else str(row.based_on),
    }
    return (ADD if row.based_on is None else PUBLISH).code, payload


def code_payload(session: TenantSession, code: str, effective_from: datetime | None = None) -> dict[str, Any]:
    """The payload of a removal or of going back to the inherited revision. Raises ItemNotFound."""
    now = queries.item_now(session, code)
    return {"code": code, "effective_from": _text(effective_from), "based_on": str(now.id)}


def propose_draft(session: TenantSession, actor: Actor, code: str, reason_zh: str) -> ChangeRequest:
    """Submit the draft of an item: a new item or a new revision.

    Raises DraftNotFound, Invalid, ItemExists, OnlyCityAdds, MovedMeanwhile, and what `kernel.approvals.service.propose` raises.
    """
    row = queries.draft(session, code)
    if row is None:
        raise DraftNotFound
    kind, payload = draft_payload(row)
    return approvals.propose(session, actor, kind, payload, reason_zh)


def propose_removal(
    session: TenantSession, actor: Actor, code: str, reason_zh: str, effective_from: datetime | None = None
) -> ChangeRequest:
    """Submit that an item is no longer offered here and below. Raises ItemNotFound and what proposing raises."""
    payload = code_payload(session, code, effective_from)
    return approvals.propose(session, actor, REMOVE.code, payload, reason_zh)


def propose_inheriting(session: TenantSession, actor: Actor, code: str, reason_zh: str) -> ChangeRequest:
    """Submit that local changes end and the tenant above counts again. Raises NotLocal, NothingAbove and what proposing raises."""
    return approvals.propose(session, actor, INHERIT.code, code_payload(session, code), reason_zh)


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
