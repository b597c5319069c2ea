"""Cursors that cannot be read, forged, or used by somebody else (R9).

A cursor is the last row's position, sealed with AES-GCM under a key from the settings and bound to tenant, person,
route and order. Sealed, not only signed, because a position may hold a name or an amount. A cursor that does not open
is answered like a worn-out link: 422 with a way back to page one, from one code path for every reason.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask, request

from kernel.errors import Invalid
from kernel.web.keyset import Position, Slice
from kernel.web.settings import web_settings

SIZES = (20, 50, 100)
_NONCE = 12

_TYPES: dict[str, tuple[type, Callable[[Any], str], Callable[[str], Any]]] = {
    "u": (UUID, str, UUID),
    "t": (datetime, datetime.isoformat, datetime.fromisoformat),
    "d": (date, date.isoformat, date.fromisoformat),
    "n": (Decimal, str, Decimal),
    "i": (int, str, int),
    "s": (str, str, str),
}


class CursorRefused(Invalid):
    """The paging link is old, damaged or somebody else's."""

    code = "paging.cursor"
    message_zh = "翻页链接已失效。"
    hint_zh = "请回到第一页重新查看。"


@dataclass(frozen=True)
class Reader:
    """For whom and where a cursor is good. `order` names filters and sorting, which must not change under way."""

    tenant_id: UUID | None
    person_id: UUID | None
    route: str
    order: str = ""

    def bytes(self) -> bytes:
        return msgspec.json.encode([str(self.tenant_id), str(self.person_id), self.route, self.order])


def _pack(value: Any) -> tuple[str, str]:
    for tag, (kind, write, _read) in _TYPES.items():
        if isinstance(value, kind) and not isinstance(value, bool):
            return tag, write(value)
    raise TypeError(f"a cursor cannot hold {type(value).__name__}")


class Cursors:
    """Seals and opens cursors with one key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._box = AESGCM(key)

    def seal(self, position: Position, reader: Reader) -> str:
        """The opaque text for the address."""
        nonce = os.urandom(_NONCE)
        plain = msgspec.json.encode([_pack(value) for value in position])
        sealed = nonce + self._box.encrypt(nonce, plain, reader.bytes())
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def open(self, cursor: str, reader: Reader) -> Position:
        """The position. Raises `CursorRefused` for anything this key did not seal for this reader."""
        try:
            sealed = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
            plain = self._box.decrypt(sealed[:_NONCE], sealed[_NONCE:], reader.bytes())
        except (ValueError, InvalidTag):
            raise CursorRefused from None
        packed: list[tuple[str, str]] = msgspec.json.decode(plain)
        return tuple(_TYPES[tag][2](text) for tag, text in packed)


@dataclass(frozen=True)
class PageRequest:
    """Which page of a list is wanted: `size` rows after `position`."""

    size: int
    position: Position | None
    reader: Reader

    def cursor(self, next_position: Position | None) -> str | None:
        """The `cursor` parameter of the next page."""
        return None if next_position is None else cursors().seal(next_position, self.reader)

    def page(self, found: Slice, *, count: int | None = None, as_of: datetime | None = None) -> Page:
        """What the list macros show."""
        return Page(
            rows=found.rows,
            size=self.size,
            next_cursor=self.cursor(found.next_position),
            count=count,
            as_of=as_of or datetime.now(UTC),
            first=self.position is None,
        )


@dataclass(frozen=True)
class Page:
    """Rows with what stands around them: `count` of all rows (None: not counted), `as_of` when it was read."""

    rows: Sequence[Any]
    size: int
    next_cursor: str | None
    count: int | None
    as_of: datetime
    first: bool = True


def here(**changes: object) -> str:
    """The address of this page with some parameters changed; None removes one. Paging restarts unless it is the change."""
    arguments = request.args.to_dict(flat=False)
    arguments.pop("cursor", None)
    for name, value in changes.items():
        if value is None:
            arguments.pop(name, None)
        else:
            arguments[name] = [str(value)]
    query = urlencode([(name, value) for name, values in arguments.items() for value in values])
    return f"{request.path}?{query}" if query else request.path


def carrying(address: str) -> str:
    """Another address with this page's filters: for exports. Never `url_for(**request.args)`, which takes names of its own from them."""
    pairs = [(k, v) for k, v in request.args.items(multi=True) if k not in {"cursor", "size"}]
    return f"{address}?{urlencode(pairs)}" if pairs else address


def sorted_by(allowed: Collection[str], default: str) -> tuple[str, bool]:
    """The column named by `sort` in the address and whether it descends (`-name`); unknown names give the default."""
    given = request.args.get("sort", default)
    chosen = given if given.removeprefix("-") in allowed else default
    return chosen.removeprefix("-"), chosen.startswith("-")


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(here=here, carrying=carrying, page_sizes=SIZES)


def cursors() -> Cursors:
    """The application's cursors."""
    return Cursors(web_settings().key("cursor"))


def page_request(tenant_id: UUID | None, person_id: UUID | None) -> PageRequest:
    """Read `size` and `cursor` from the address; an odd size becomes the smallest one.

    Raises `CursorRefused`. All other parameters of the address belong to the order the cursor is bound to.
    """
    size = request.args.get("size", type=int)
    order = sorted((k, v) for k, v in request.args.items(multi=True) if k not in {"cursor", "size"})
    reader = Reader(
        tenant_id, person_id, request.endpoint or "", msgspec.json.encode([order, request.view_args]).decode()
    )
    given = request.args.get("cursor")
    position = cursors().open(given, reader) if given else None
    return PageRequest(size if size in SIZES else SIZES[0], position, reader)
