"""Every route of the application: a permission, an expected decision for every role, its place in the OpenAPI document, a plain address."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import IntegerConverter, Rule, UUIDConverter

import kernel.permissions
from kernel.errors import Forbidden, NotSignedIn
from kernel.permissions import Permission
from kernel.web.blueprints import PERMISSION
from kernel.web.guard import GUARD
from tests.database import TestDatabase
from tests.people import person
from tests.web_client import app_for, client_for, visitor

PUBLIC = {
    "api-docs.openapi_json": "the document that tells programs what they may ask",
    "static": "files of the release, the same for everyone",
    "health.alive": "asked by whoever restarts the process",
    "health.ready": "asked by whoever sends requests here",
    "public_home.index": "which centre is mine: the notice's item 1 asks for it without a log-in",
    "public_home.centres": "an old address of the same page",
    "public_catalogue.index": "guides are published",
    "public_catalogue.item": "guides are published",
    "catalogue_api.public_items": "guides are published",
    "h5.home": "readable without a log-in",
    "h5.items": "guides are published",
    "h5.item": "guides are published",
    "h5.progress": "says how to ask; shows nobody's case",
    "h5.mine": "without a log-in it says how to get one; with it, shows that account's own things",
    **{
        f"h5.{view}": "coming in: nobody is signed in yet, each answer is the same for every number"
        for view in (
            "sign_in",
            "ask_login_code",
            "register",
            "ask_register_code",
            "code",
            "answer_code",
            "ask_again",
            "consent",
            "agree",
        )
    },
    **{
        f"h5.{view}": "a depositor's own page: its view begins by asking for the account's log-in (`accounts.entering`)"
        for view in (
            "devices",
            "sign_out_others",
            "sign_out_device",
            "sign_out",
            "unbind",
            "bind",
            "take_identity",
            "counter_code",
            "step_up",
            "prove_on_phone",
            "counter_code_for_person",
            "counter_done",
            "start",
            "start_again",
            "fill",
            "save",
            "upload",
            "remove",
            "confirm",
            "submit",
            "withdraw",
            "case",
            "rate",
            "orders",
            "order",
            "ask_form",
            "ask",
            "reopen_order",
            "rate_order",
        )
    },
    **{
        f"channel_api.{view}": "a program calls it; its signature proves itself, once"
        for view in ("send_code", "link_user", "enter", "leave", "person")
    },
    **{
        f"channel_cases.{view}": "a program calls it for the person whose key it holds; its signature proves itself, once"
        for view in ("prove", "mine", "start", "one", "save", "submit", "withdraw", "rate")
    },
    "identity.sign_in": "nobody is signed in yet",
    "identity.callback": "nobody is signed in yet: the issuer sends the person back",
    "identity_api.backchannel_logout": "the identity service calls it; its logout token proves itself, once",
    "identity.choose": "stands on a ticket of five minutes that the log-in gave",
    "identity.take_post": "stands on a ticket of five minutes that the log-in gave",
}
"""Routes that everyone may ask, each with its reason. A new one needs a line here."""

_SEGMENT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.json)?|[a-z0-9-]*\.?<[a-z_:]+>")
_TENANT = re.compile(r"tenant(_id|_code)?s?")
_DATA = Path(kernel.permissions.__file__).parent


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((_DATA / name).read_text(encoding="utf-8").splitlines()))


def _granted() -> dict[str, frozenset[str]]:
    """Permissions of each role, from the file itself: the expected decisions."""
    return {row["role"]: frozenset(row["permissions"].split(";")) for row in _rows("role_permissions.csv")}


KINDS = {row["code"]: row["tenant_kinds"].split(";")[0] for row in _rows("roles.csv")}


@pytest.fixture(scope="module")
def app(database: TestDatabase) -> Flask:
    return app_for(database)


def _rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method


def _permission(app: Flask, rule: Rule) -> Permission | None:
    found = getattr(app.view_functions[rule.endpoint], PERMISSION, None)
    return found if isinstance(found, Permission) else None


def test_every_route_declares_a_permission(app: Flask) -> None:
    assert [f"{method} {rule}" for rule, method in _rules(app) if _permission(app, rule) is None] == []


def test_what_everyone_may_ask_is_on_the_list_with_a_reason(app: Flask) -> None:
    public = {rule.endpoint for rule, _ in _rules(app) if _permission(app, rule) is Permission.PUBLIC}
    assert public - set(PUBLIC) == set()
    assert set(PUBLIC) - public == set(), "no longer there: take them off the list"


def test_addresses_are_words_with_hyphens(app: Flask) -> None:
    wrong = [
        rule.rule
        for rule, _ in _rules(app)
        if rule.endpoint != "static"
        and not all(_SEGMENT.fullmatch(part) for part in rule.rule.split("/") if part)
    ]
    assert wrong == []


def test_no_route_takes_a_tenant_from_outside(app: Flask) -> None:
    """Whose rows is decided by the session. A centre's public code is the only name of a body in an address."""
    assert [rule.rule for rule, _ in _rules(app) if any(_TENANT.fullmatch(a) for a in rule.arguments)] == []
    document = app.test_client().get("/api/openapi.json").get_json()
    assert sorted(_members(document)) != []
    assert sorted(name for name in _members(document) if _TENANT.fullmatch(name)) == []


def _members(document: object) -> Iterator[str]:
    """Names of all parameters and of all members of all schemas."""
    if isinstance(document, dict):
        if isinstance(document.get("properties"), dict):
            yield from document["properties"]
        if "in" in document and "name" in document:
            yield str(document["name"])
        for value in document.values():
            yield from _members(value)
    elif isinstance(document, list):
        for value in document:
            yield from _members(value)


def test_the_document_and_the_interface_name_the_same_operations(app: Flask) -> None:
    document = app.test_client().get("/api/openapi.json").get_json()
    written = {
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method in operations
        if method != "parameters"
    }
    served = {
        (method, re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule))
        for rule, method in _rules(app)
        if rule.rule.startswith("/api/") and not rule.endpoint.startswith("api-docs.")
    }
    assert served - written == set()
    assert written - served == set()
    assert len(served) >= 5


class _Decisions:
    """Listens to the guard: the last decision, without what the view makes of it."""

    def __init__(self, app: Flask) -> None:
        self._guard, self.refused = app.extensions[GUARD], False

    def __call__(self, permission: Permission) -> bool:
        try:
            self.refused = not self._guard(permission)
        except (Forbidden, NotSignedIn):
            self.refused = True
            raise
        return not self.refused


@pytest.fixture(scope="module")
def people(database: TestDatabase) -> dict[str, FlaskClient]:
    """A browser for each role, in the first kind of body that has it, and one of a visitor."""
    centre = database.open_centre("C96010", "路由市住房公积金管理中心")
    below = database.open_centre("C96011", "路由油田分中心", parent=centre)
    places = {"province": database.province_id, "centre": centre, "sub_centre": below}
    found = {
        role: client_for(database, person(database, places[kind], f"路由{number}", role))
        for number, (role, kind) in enumerate(KINDS.items())
    }
    return found | {"visitor": visitor(database)}


@pytest.mark.timeout(900)
def test_every_role_meets_the_expected_decision_on_every_route(
    app: Flask, people: dict[str, FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    granted = {**_granted(), "visitor": frozenset[str]()}
    assert set(granted) == set(people), "roles.csv and role_permissions.csv name the same roles"
    decisions = _Decisions(app)
    monkeypatch.setitem(app.extensions, GUARD, decisions)
    wrong, asked = [], 0
    for rule, method in _rules(app):
        permission = _permission(app, rule)
        if rule.endpoint == "static" or permission is None:
            continue
        path = _path(app, rule)
        for role, client in people.items():
            decisions.refused = False
            # Without a form token: the guard speaks before it, and nothing is changed.
            answer = client.open(path, method=method)
            asked += 1
            expected = permission == "public" or str(permission) in granted[role]
            if decisions.refused is expected:
                wrong.append(f"{role} {method} {rule}: expected {'to pass' if expected else 'a refusal'}")
            elif not expected and answer.status_code not in ((401, 303) if role == "visitor" else (403,)):
                wrong.append(f"{role} {method} {rule}: refused with {answer.status_code}")
    print(f"\n{asked} decisions of {len(people)} roles")
    assert not wrong, "\n".join(wrong)
    assert asked > 20 * 60


def _path(app: Flask, rule: Rule) -> str:
    with app.test_request_context("/", base_url="http://127.0.0.1"):
        from flask import url_for

        values: dict[str, Any] = {name: _value(rule, name) for name in rule.arguments}
        return url_for(rule.endpoint, **values)


def _value(rule: Rule, name: str) -> object:
    converter = rule._converters[name]
    if isinstance(converter, UUIDConverter):
        return uuid4()
    return 1 if isinstance(converter, IntegerConverter) else "X99"
