"""One code's words and category, and how a table is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from shared_channels.sms.carriers.ports import Category


class Word(NamedTuple):
    """What a code says, for people, and its category, for the queue (None: success)."""

    words: str
    category: Category | None


Table = Mapping[int, Word]


def look_up(table: Table, code: int) -> Word:
    """The word of a code; a code that no table names is told as it is."""
    known = table.get(code)
    return known if known is not None else Word(f"运营商返回未登记的代码 {code}", Category.OTHER)
