"""What channels need to know about items, given by the catalogue (which may look down here, but not be looked up to)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from kernel.db import TenantSession


@dataclass(frozen=True)
class OfferedItem:
    """An item in force: its name and the channels that its revision names."""

    code: str
    name_zh: str
    channels: frozenset[str]


class OfferedItems(Protocol):
    """The items in force for the session's tenant, by code."""

    def __call__(self, session: TenantSession) -> Mapping[str, OfferedItem]: ...


_source: list[OfferedItems] = []


def use(source: OfferedItems) -> None:
    """Called once by the catalogue when it is imported."""
    _source[:] = [source]


def offered(session: TenantSession) -> Mapping[str, OfferedItem]:
    """The items in force. RuntimeError without a catalogue: a defect of composition."""
    if not _source:
        raise RuntimeError("no catalogue gave its items to the channels")
    return _source[0](session)
