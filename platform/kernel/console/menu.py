"""The left menu as data: what one may not do is not shown. The composition root orders the sections (≤ 7).

A feature's `menu.py` gives `MenuItem`s; the check here only hides, the guard refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask import request, url_for

from kernel.permissions import Permission
from kernel.web.words import _


@dataclass(frozen=True)
class MenuItem:
    """`title` is a gettext key, `icon` a Tabler icon's name; a section has `children` and may lack an endpoint."""

    title: str
    endpoint: str = ""
    permission: Permission = Permission.SIGNED_IN
    icon: str = "point"
    children: tuple[MenuItem, ...] = ()


@dataclass(frozen=True)
class MenuNode:
    """An item as drawn for one person on one page."""

    title: str
    url: str
    icon: str
    current: bool
    open: bool
    children: tuple[MenuNode, ...] = ()


def visible(items: Iterable[MenuItem], allowed: Callable[[Permission], bool]) -> tuple[MenuNode, ...]:
    """The items `allowed` lets through; a section with nothing left in it disappears."""
    kept = [(item, tuple(c for c in item.children if allowed(c.permission))) for item in items]
    shown = [
        (item, children)
        for item, children in kept
        if children or (item.endpoint and not item.children and allowed(item.permission))
    ]
    flat = [e.endpoint for item, children in shown for e in (item, *children) if e.endpoint]
    current = current_endpoint(flat)
    return tuple(_node(item, children, current) for item, children in shown)


def current_endpoint(endpoints: list[str]) -> str:
    """The entry this page belongs to: itself, else the first one of the same blueprint."""
    here = request.endpoint or ""
    if here in endpoints:
        return here
    blueprint = here.rpartition(".")[0]
    return next((e for e in endpoints if blueprint and e.rpartition(".")[0] == blueprint), "")


def _node(item: MenuItem, children: tuple[MenuItem, ...], current: str) -> MenuNode:
    nodes = tuple(_node(child, (), current) for child in children)
    inside = any(node.current for node in nodes)
    return MenuNode(
        title=_(item.title),
        url=url_for(item.endpoint) if item.endpoint else (nodes[0].url if nodes else ""),
        icon=item.icon,
        current=bool(item.endpoint) and item.endpoint == current,
        open=inside,
        children=nodes,
    )
