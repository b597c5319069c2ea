"""Paging by the last row seen, not by counting off rows: page 1,000 costs what page 1 does, and nothing is skipped when
rows arrive meanwhile. No Flask here: queries may use it. The last key must be unique (the id); keys must not be NULL.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_

from kernel.db import TenantSession

Position = tuple[Any, ...]


@dataclass(frozen=True)
class Key:
    """One column of the order; `name` is the attribute or label of the row that holds its value."""

    column: Any
    name: str
    descending: bool = False


@dataclass(frozen=True)
class Slice:
    """Rows of one page and the position after which the next begins (None on the last page)."""

    rows: Sequence[Any]
    next_position: Position | None


def after(keys: Sequence[Key], position: Position) -> ColumnElement[bool]:
    """The condition "comes later in this order than `position`", for keys of mixed direction."""
    if len(position) != len(keys):
        raise ValueError("a position has one value for each key")
    ways = []
    for depth, key in enumerate(keys):
        same = [k.column == v for k, v in zip(keys[:depth], position[:depth], strict=True)]
        beyond = key.column < position[depth] if key.descending else key.column > position[depth]
        ways.append(and_(*same, beyond))
    return or_(*ways)


def take(
    session: TenantSession,
    query: Select[*tuple[Any, ...]],
    keys: Sequence[Key],
    *,
    size: int,
    position: Position | None = None,
) -> Slice:
    """Run `query` for one page of `size` rows after `position`. Rows are entities when one entity is selected."""
    if position is not None:
        query = query.where(after(keys, position))
    ordered = query.order_by(*(k.column.desc() if k.descending else k.column.asc() for k in keys))
    result = session.execute(ordered.limit(size + 1))
    found: Sequence[Any] = result.scalars().all() if len(query.column_descriptions) == 1 else result.all()
    rows = found[:size]
    last = rows[-1] if len(found) > size else None
    return Slice(rows, None if last is None else tuple(getattr(last, k.name) for k in keys))
