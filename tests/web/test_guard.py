"""Who may enter is decided once, before the view and before any look-up."""

from __future__ import annotations

from typing import Any

import pytest
from flask import g

from kernel.errors import Forbidden, NotSignedIn
from kernel.permissions import Permission
from kernel.web.guard import GUARD, REFUSED
from kernel.web.problems import SIGN_IN
from tests.web.parts import web


def test_the_view_is_not_reached_without_the_permission() -> None:
    app = web(allow=False)
    with app.test_client() as client:
        assert client.get("/console/closed").status_code == 403
        assert "reached" not in g


@pytest.mark.parametrize("answer", [False, None, 1, "yes", Permission.CATALOGUE_READ])
def test_only_a_plain_yes_lets_one_in(answer: Any) -> None:
    app = web()
    app.extensions[GUARD] = lambda permission: answer
    assert app.test_client().get("/console/closed").status_code == 403


def test_without_a_guard_only_public_pages_answer() -> None:
    app = web()
    del app.extensions[GUARD]
    assert app.test_client().get("/console/closed").status_code == 403
    assert app.test_client().get("/open").status_code == 200


def test_a_route_that_bypassed_the_blueprints_is_refused() -> None:
    app = web()
    app.add_url_rule("/bare", "bare", lambda: "bare")
    assert app.test_client().get("/bare").status_code == 403


def test_the_refusal_names_the_permission_in_words() -> None:
    app = web(allow=False)
    assert Permission.CATALOGUE_READ.sentence in app.test_client().get("/console/closed").text
    assert app.test_client().get("/api/v1/closed").json["needs"] == "catalogue.read"  # type: ignore[index]


def test_a_refusal_is_reported_before_it_leaves() -> None:
    app = web(allow=False)
    seen: list[tuple[Any, str]] = []
    app.extensions[REFUSED] = lambda permission, endpoint: seen.append((permission, endpoint))
    app.test_client().get("/console/closed")
    assert seen == [(Permission.CATALOGUE_READ, "pages.closed")]


def test_nothing_is_shown_when_the_refusal_cannot_be_recorded() -> None:
    app = web(allow=False)

    def broken(_permission: object, _endpoint: str) -> None:
        raise OSError("log is full")

    app.extensions[REFUSED] = broken
    answer = app.test_client().get("/console/closed")
    assert answer.status_code == 500
    assert Permission.CATALOGUE_READ.sentence not in answer.text


def test_the_guard_says_whom_to_ask() -> None:
    app = web()

    def guard(permission: Permission) -> bool:
        raise Forbidden(permission, "李静")

    app.extensions[GUARD] = guard
    assert "可以向李静申请" in app.test_client().get("/console/closed").text


def test_nobody_signed_in_is_sent_to_sign_in_and_back() -> None:
    app = web()

    def guard(_permission: Permission) -> bool:
        raise NotSignedIn

    app.extensions[GUARD] = guard
    app.extensions[SIGN_IN] = lambda path: "/sign-in?next=" + path
    answer = app.test_client().get("/console/closed?a=1")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in?next=/console/closed?a=1"
    assert app.test_client().get("/api/v1/closed").status_code == 401
