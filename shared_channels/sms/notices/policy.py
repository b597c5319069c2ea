"""What a notice says about a case or a work order: words for the variables of the provincial templates."""

from __future__ import annotations

from collections.abc import Mapping

ITEM_LENGTH = 20
"""The longest item name that the templates take."""

RESULTS: Mapping[str, str] = {"approved": "审核通过", "refused": "不予办理"}


def item_words(name_zh: str) -> str:
    """An item's name, cut to what the templates take."""
    return name_zh if len(name_zh) <= ITEM_LENGTH else f"{name_zh[: ITEM_LENGTH - 1]}等"


def yuan(fen: int) -> str:
    """`1,234.56`."""
    return f"{fen // 100:,}.{fen % 100:02d}"
