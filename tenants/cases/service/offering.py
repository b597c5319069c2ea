"""Whether this person may do this item here and now: in force, offered on the channel, with enough proof of identity."""

from __future__ import annotations

from kernel.db import TenantSession
from tenants.cases.errors import LevelTooLow, NotOffered
from tenants.cases.ports import Party
from tenants.catalogue import queries as catalogue
from tenants.catalogue.models import ServiceItemRevision
from tenants.catalogue.policy.content import Offer
from tenants.catalogue.policy.words import LEVELS, PHONE_CHANNELS
from tenants.catalogue.service.offering import open_pairs

_RANK = {"L0": 0, "L1": 1, "L2": 2, "L3": 3}


def offered_to(session: TenantSession, party: Party, item_code: str) -> ServiceItemRevision:
    """The revision in force of an item that this party may do now. Raises ItemNotFound, NotOffered, LevelTooLow."""
    row = catalogue.public_item(session, item_code)
    pairs = open_pairs(session, [row])
    offers = [
        offer
        for offer in row.item.channels
        if _same_channel(offer.channel, party.channel)
        and (pairs is None or (row.code, offer.channel) in pairs)
    ]
    if not offers:
        raise NotOffered
    needed = min((offer.min_level for offer in offers), key=lambda level: _RANK.get(level, 9))
    if not _enough(needed, party):
        raise LevelTooLow(needed, LEVELS[needed])
    return row


def offers_of(row: ServiceItemRevision, channel: str) -> tuple[Offer, ...]:
    """The offers of a revision on one channel."""
    return tuple(offer for offer in row.item.channels if _same_channel(offer.channel, channel))


def _same_channel(offered: str, channel: str) -> bool:
    return offered == channel or (channel == "h5" and offered in PHONE_CHANNELS)


def _enough(needed: str, party: Party) -> bool:
    """At the counter a clerk looks at the person; elsewhere the level must be reached, and C can't be."""
    return party.channel == "counter" or party.level >= _RANK.get(needed, 9)
