"""Writing drafts, proposing them, and the guarded verbs that an approval carries out (notice item 7)."""

from __future__ import annotations

from tenants.catalogue.service.drafting import discard_draft, save_draft
from tenants.catalogue.service.offering import offered_items, open_pairs
from tenants.catalogue.service.proposing import (
    propose_draft,
    propose_inheriting,
    propose_removal,
)
from tenants.catalogue.service.publishing import ADD, INHERIT, PUBLISH, REMOVE, new_revision

__all__ = [
    "ADD",
    "INHERIT",
    "PUBLISH",
    "REMOVE",
    "discard_draft",
    "new_revision",
    "offered_items",
    "open_pairs",
    "propose_draft",
    "propose_inheriting",
    "propose_removal",
    "save_draft",
]
