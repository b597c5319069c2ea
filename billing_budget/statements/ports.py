"""What the rooms above may tell: the Chinese names of SMS templates. Without them a statement shows the template's code."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from kernel.db import TenantSession

TemplateNames = Callable[[TenantSession, Collection[str]], Mapping[str, str]]


def _unknown(session: TenantSession, codes: Collection[str]) -> Mapping[str, str]:
    return {}


_names: TemplateNames = _unknown


def tell_template_names(names: TemplateNames) -> None:
    """Give the names from now on; called once by the room that owns templates, when it is imported."""
    global _names
    _names = names


def template_names(session: TenantSession, codes: Collection[str]) -> Mapping[str, str]:
    """Name by code, of those that have one."""
    return _names(session, codes) if codes else {}
