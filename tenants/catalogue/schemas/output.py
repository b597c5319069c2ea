"""The catalogue as JSON: for consoles and core systems, and, without a login, for everyone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import marshmallow as ma
from marshmallow import fields

from tenants.catalogue.models import ServiceItemRevision
from tenants.catalogue.policy.content import ItemContent, Limit, Offer
from tenants.catalogue.policy.words import CHANNELS


class LimitOut(ma.Schema):
    """A time limit; `value` counts `unit`s, 0 for instant."""

    value = fields.Integer(required=True)
    unit = fields.String(required=True)
    words = fields.String(required=True, metadata={"description": "As shown to people, e.g. 3 个工作日"})
    basis = fields.String()
    valid_from = fields.Date(allow_none=True)
    valid_to = fields.Date(allow_none=True)


class MaterialOut(ma.Schema):
    """A material; `source` own_data and shared_data need not be handed in."""

    name = fields.String(required=True)
    source = fields.String(required=True)
    provider = fields.String()
    required = fields.String(required=True)
    condition = fields.String()


class OfferOut(ma.Schema):
    """A channel that offers the item from a minimum level; `open` says whether it is switched on now."""

    channel = fields.String(required=True)
    channel_name = fields.String()
    min_level = fields.String(required=True)
    audience = fields.List(fields.String())
    open = fields.Boolean(required=True)  # noqa: A003


class ItemOut(ma.Schema):
    """One item as it is in force."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    main_item = fields.String()
    sub_item = fields.String()
    service_class = fields.String()
    business_kind = fields.String()
    audience = fields.List(fields.String())
    online_depth = fields.String()
    visits = fields.Integer()
    deferred_material = fields.Boolean()
    commitment = fields.Boolean()
    automatic_check = fields.Boolean()
    cross_province = fields.Boolean()
    statutory_limit = fields.Nested(LimitOut, allow_none=True)
    committed_limit = fields.Nested(LimitOut, allow_none=True)
    materials = fields.List(fields.Nested(MaterialOut))
    materials_before = fields.List(fields.String())
    channels = fields.List(fields.Nested(OfferOut))
    conditions = fields.String()
    guide = fields.String()
    sample_result = fields.String()
    notes = fields.String()
    form = fields.Dict()
    revision = fields.Integer(required=True)
    revision_id = fields.UUID(required=True)
    effective_from = fields.AwareDateTime(required=True)
    source = fields.String(metadata={"description": "Who published it: 省级模板, 中心, 本中心, 本分中心"})


class CatalogueOut(ma.Schema):
    """Every item in force."""

    centre_code = fields.String()
    centre_name = fields.String()
    count = fields.Integer(required=True)
    items = fields.List(fields.Nested(ItemOut), required=True)


def item_json(
    row: ServiceItemRevision, day: date, source_zh: str, open_pairs: Iterable[tuple[str, str]] | None
) -> dict[str, Any]:
    """What `ItemOut` dumps for one revision on one day. `open_pairs` None: every channel counts as switched on."""
    item = row.item
    pairs = None if open_pairs is None else set(open_pairs)
    plain = {
        "code": row.code,
        "name": item.name_zh,
        "main_item": item.main_item_zh,
        "sub_item": item.sub_item_zh,
        "statutory_limit": _limit(item.limit_on("statutory", day)),
        "committed_limit": _limit(item.limit_on("committed", day)),
        "materials": _materials(item),
        "channels": [
            _offer(offer, pairs is None or (row.code, offer.channel) in pairs) for offer in item.channels
        ],
        "conditions": item.conditions_zh,
        "guide": item.guide_zh,
        "sample_result": item.sample_result_zh,
        "notes": item.public_notes_zh,
        "revision": row.number,
        "revision_id": row.id,
        "effective_from": row.effective_from,
        "source": source_zh,
    }
    return plain | {name: getattr(item, name) for name in _SAME}


_SAME = (
    "service_class", "business_kind", "audience", "online_depth", "visits", "deferred_material", "commitment",
    "automatic_check", "cross_province", "materials_before", "form",
)  # fmt: skip


def _limit(limit: Limit | None) -> Mapping[str, Any] | None:
    if limit is None:
        return None
    return {
        "value": limit.value, "unit": limit.unit, "words": limit.words, "basis": limit.public_basis_zh,
        "valid_from": limit.valid_from, "valid_to": limit.valid_to,
    }  # fmt: skip


def _offer(offer: Offer, is_open: bool) -> dict[str, Any]:
    return {
        "channel": offer.channel,
        "channel_name": CHANNELS[offer.channel],
        "min_level": offer.min_level,
        "audience": offer.audience,
        "open": is_open,
    }


def _materials(item: ItemContent) -> list[dict[str, Any]]:
    return [
        {
            "name": m.name_zh,
            "source": m.source,
            "provider": m.provider_zh,
            "required": m.required,
            "condition": m.condition_zh,
        }
        for m in item.materials
    ]
