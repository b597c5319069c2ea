"""Between catalogue and channels: which items there are to switch, and which of their channels are switched on now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kernel.calendar import clock
from kernel.db import TenantSession
from tenants.catalogue import queries
from tenants.catalogue.models import ServiceItemRevision
from tenants.channels import ports
from tenants.channels import queries as channels

Pair = tuple[str, str]


def offered_items(session: TenantSession) -> Mapping[str, ports.OfferedItem]:
    """The items in force, as the channels ask for them."""
    rows = queries.in_force(session, clock.now())
    return {code: ports.OfferedItem(code, row.name_zh, frozenset(row.channels)) for code, row in rows.items()}


def open_pairs(session: TenantSession, rows: Iterable[ServiceItemRevision]) -> set[Pair] | None:
    """Of the (item, channel) pairs of these revisions, those that are switched on.

    None where no channel has been set up yet: then every channel of a revision counts as offered.
    """
    state = channels.openness(session)
    if not state.channels:
        return None
    return {(row.code, channel) for row in rows for channel in row.channels if state.open(row.code, channel)}


ports.use(offered_items)
