"""Sequence numbers of four bytes, as CMPP, SMGP and SMPP have them."""

from __future__ import annotations

from itertools import count


class Sequence:
    """1 … ``last``, round again."""

    __slots__ = ("_last", "_next")

    def __init__(self, first: int = 1, last: int = 0xFFFFFFFF) -> None:
        self._last = last
        self._next = count(first).__next__

    def __call__(self) -> int:
        value = self._next()
        if value > self._last:
            self._next = count(2).__next__
            return 1
        return value
