"""The only list of everything: which features exist. Each process imports them here, so tables, events and guarded kinds are complete.

Features are found by walking the rooms: a folder with a `models.py`, `service.py`, `console.py`, … is one. No feature registers itself.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from types import ModuleType

ROOMS = ("kernel", "tenants", "billing_budget", "shared_channels", "onboarding", "acceptance")
PARTS = ("models", "events", "service", "jobs", "api", "console", "menu", "commands", "indicators")


@cache
def modules(part: str) -> tuple[ModuleType, ...]:
    """Every feature's module of that name (`console`, `menu`, …), lower rooms first."""
    if part not in PARTS:
        raise KeyError(part)
    return tuple(importlib.import_module(name) for name in _names() if name.rpartition(".")[2] == part)


def load() -> None:
    """Import what every process must know: tables, events, guarded kinds, jobs."""
    for part in ("models", "events", "service", "jobs"):
        modules(part)


@cache
def _names() -> tuple[str, ...]:
    return tuple(name for room in ROOMS for name in _walk(room))


def _walk(package: str) -> Iterator[str]:
    module = importlib.import_module(package)
    for found in pkgutil.iter_modules(module.__path__, f"{package}."):
        yield found.name
        if found.ispkg:
            yield from _walk(found.name)
