"""The menu of each role: at most seven sections, every entry opens, and what is not shown is refused."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, url_for

import kernel.permissions
from app.web import menu
from kernel.console.menu import MenuItem, MenuNode, visible
from kernel.identity.actor import Actor
from kernel.permissions import Permission
from tests.database import TestDatabase
from tests.people import person
from tests.web_client import app_for, client_for

MOST_SECTIONS = 7
_ROLES = Path(kernel.permissions.__file__).parent / "roles.csv"
POSTS = [
    (row["code"], kind)
    for row in csv.DictReader(_ROLES.read_text(encoding="utf-8").splitlines())
    for kind in row["tenant_kinds"].split(";")
]
SILENT = {"depositor", "employer_clerk", "api_client", "load_tester"}
"""People who have no console: the phone, the hall, an interface, a rehearsal place."""


@pytest.fixture(scope="module")
def app(database: TestDatabase) -> Flask:
    return app_for(database)


@pytest.fixture(scope="module")
def posts(database: TestDatabase) -> dict[tuple[str, str], Actor]:
    centre = database.open_centre("C96110", "菜单市住房公积金管理中心")
    below = database.open_centre("C96111", "菜单油田分中心", parent=centre)
    places = {"province": database.province_id, "centre": centre, "sub_centre": below}
    return {
        (role, kind): person(database, places[kind], f"菜单{number}", role)
        for number, (role, kind) in enumerate(POSTS)
    }


def _seen(app: Flask, actor: Actor) -> tuple[MenuNode, ...]:
    allowed = actor.permissions | {Permission.SIGNED_IN, Permission.PUBLIC}
    with app.test_request_context("/", base_url="http://127.0.0.1"):
        return visible(menu(), allowed.__contains__)


def _entries(items: tuple[MenuItem, ...]) -> Iterator[MenuItem]:
    for item in items:
        if item.endpoint:
            yield item
        yield from _entries(item.children)


def _addresses(nodes: tuple[MenuNode, ...]) -> Iterator[str]:
    for node in nodes:
        yield from (child.url for child in node.children) if node.children else (node.url,)


@pytest.mark.parametrize(("role", "kind"), POSTS, ids=str)
def test_at_most_seven_sections(
    app: Flask, posts: dict[tuple[str, str], Actor], role: str, kind: str
) -> None:
    sections = _seen(app, posts[role, kind])
    assert len(sections) <= MOST_SECTIONS, [node.title for node in sections]
    assert bool(sections) or role in SILENT


@pytest.mark.parametrize(("role", "kind"), POSTS, ids=str)
def test_what_is_shown_opens_and_what_is_not_shown_is_refused(
    app: Flask, database: TestDatabase, posts: dict[tuple[str, str], Actor], role: str, kind: str
) -> None:
    actor = posts[role, kind]
    client, shown, wrong = client_for(database, actor), set(_addresses(_seen(app, actor))), []
    for address in sorted(shown):
        answer = client.get(address)
        if answer.status_code != 200:
            wrong.append(f"shown but {answer.status_code}: {address}")
    for item in _entries(menu()):
        with app.test_request_context("/", base_url="http://127.0.0.1"):
            address = url_for(item.endpoint)
        if address not in shown and (status := client.get(address).status_code) != 403:
            wrong.append(f"not shown but {status}: {address}")
    assert not wrong, "\n".join(wrong)


def test_the_menu_asks_for_what_the_page_asks_for(app: Flask) -> None:
    """An entry's permission is its page's own: else it would be shown and refused, or hidden and open."""
    asked = {item.endpoint: item.permission for item in _entries(menu())}
    declared = {name: getattr(app.view_functions[name], "__gjj_permission__", None) for name in asked}
    assert asked == declared
    assert len(asked) >= 10
