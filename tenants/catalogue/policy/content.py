"""What one revision of a service item holds: frozen, the same for JSON, pages and differences (feature C4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct

from tenants.catalogue.policy.words import (
    CHANNELS,
    LEVELS,
    LIMIT_UNITS,
    MATERIAL_NEEDS,
    MATERIAL_SOURCES,
    PUBLIC_AUDIENCES,
    without_hints,
)


class Limit(Struct, frozen=True, kw_only=True):
    """A time limit. `kind` statutory or committed; `value` counts `unit`s and is 0 for `instant`; the last day is included."""

    kind: str
    value: int
    unit: str
    basis_zh: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def words(self) -> str:
        """即时办结, 3 个工作日, 10 日."""
        return LIMIT_UNITS[self.unit] if self.unit == "instant" else f"{self.value} {LIMIT_UNITS[self.unit]}"

    @property
    def dated_words(self) -> str:
        """The words with the days on which they hold, when these are bounded."""
        if self.valid_from and self.valid_to:
            return f"{self.words}（{self.valid_from} 至 {self.valid_to}）"
        if self.valid_from:
            return f"{self.words}（{self.valid_from} 起）"
        return f"{self.words}（至 {self.valid_to}）" if self.valid_to else self.words

    @property
    def public_basis_zh(self) -> str:
        """The basis as people outside read it."""
        return without_hints(self.basis_zh)

    def holds_on(self, day: date) -> bool:
        """Whether the limit is valid on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


class Material(Struct, frozen=True, kw_only=True):
    """A document or a piece of data an application needs. For an upload `provider_zh` names who could replace it by data."""

    name_zh: str
    source: str
    provider_zh: str = ""
    required: str = "y"
    condition_zh: str = ""

    @property
    def handed_in(self) -> bool:
        """Whether the applicant has to bring it; data of departments and of the centre are not."""
        return self.source in ("upload", "counter")

    @property
    def words(self) -> str:
        """The material in one phrase."""
        parts = [
            MATERIAL_SOURCES[self.source],
            MATERIAL_NEEDS[self.required],
            self.provider_zh,
            self.condition_zh,
        ]
        return f"{self.name_zh}（{'；'.join(part for part in parts if part)}）"


class Offer(Struct, frozen=True, kw_only=True):
    """A channel in which the item is done, from which level of identity proof, for whom."""

    channel: str
    min_level: str
    audience: tuple[str, ...]

    @property
    def words(self) -> str:
        """网上业务大厅（实人认证）."""
        return f"{CHANNELS[self.channel]}（{LEVELS[self.min_level]}）"


class ItemContent(Struct, frozen=True, kw_only=True):
    """One revision's content. `form` is a JSON Schema (2020-12); `materials_before` is what was asked before simplification."""

    name_zh: str
    main_item_zh: str
    sub_item_zh: str
    service_class: str
    business_kind: str
    audience: tuple[str, ...]
    online_depth: str
    visits: int
    deferred_material: bool
    commitment: bool
    automatic_check: bool
    cross_province: bool
    limits: tuple[Limit, ...] = ()
    materials: tuple[Material, ...] = ()
    materials_before: tuple[str, ...] = ()
    channels: tuple[Offer, ...] = ()
    conditions_zh: str = ""
    sample_result_zh: str = ""
    guide_zh: str = ""
    notes_zh: str = ""
    form: dict[str, Any] = {}
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def public(self) -> bool:
        """Whether people outside the centre are served by it."""
        return any(audience in PUBLIC_AUDIENCES for audience in self.audience)

    @property
    def public_notes_zh(self) -> str:
        """The notes as people outside read them."""
        return without_hints(self.notes_zh)

    @property
    def channel_codes(self) -> tuple[str, ...]:
        """The channels that offer it, each once, in the order of the 导则."""
        mine = {offer.channel for offer in self.channels}
        return tuple(code for code in CHANNELS if code in mine)

    def open_on(self, day: date) -> bool:
        """Whether the item itself is valid on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )

    def limits_of(self, kind: str) -> tuple[Limit, ...]:
        """Every limit of one kind, the earliest first."""
        mine = [limit for limit in self.limits if limit.kind == kind]
        return tuple(sorted(mine, key=lambda limit: limit.valid_from or date.min))

    def limit_on(self, kind: str, day: date) -> Limit | None:
        """The limit of one kind that holds on that day (decision D32)."""
        return next((limit for limit in self.limits_of(kind) if limit.holds_on(day)), None)

    def stored(self) -> dict[str, Any]:
        """As JSON values."""
        values: dict[str, Any] = msgspec.to_builtins(self)
        return values


def content_of(stored: Any) -> ItemContent:
    """Content back from JSON values. Raises msgspec.ValidationError when a member is missing or of another type."""
    return msgspec.convert(stored, ItemContent)


def offers_in(
    content: ItemContent, open_pairs: Iterable[tuple[str, str]] | None, code: str
) -> tuple[Offer, ...]:
    """The offers that are switched on: those whose (item, channel) is among `open_pairs`; all of them when it is None."""
    if open_pairs is None:
        return content.channels
    pairs = set(open_pairs)
    return tuple(offer for offer in content.channels if (code, offer.channel) in pairs)
