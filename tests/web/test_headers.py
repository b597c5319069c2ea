"""Security headers and the request's number stand on every answer, whatever happened."""

from __future__ import annotations

import re

import pytest
from flask import Flask, Response

from kernel.web.security_headers import FIXED
from tests.console.samples import ERROR_PAGES, PAGES, sample_app
from tests.web.parts import web

ADDRESSES = [
    ("GET", "/open"), ("GET", "/console/closed"), ("GET", "/nothing"), ("POST", "/open"), ("POST", "/console/change"),
    ("GET", "/fail/unknown"), ("GET", "/fail/conflict"), ("GET", "/fail/large"), ("GET", "/api/nothing"), ("OPTIONS", "/open"),
    ("HEAD", "/open"), ("GET", "/api/v1/fail/x"), ("POST", "/api/v1/things"), ("GET", "/api/openapi.json"), ("GET", "/open/"),
]  # fmt: skip


def complete(answer: Response) -> None:
    for name, value in FIXED.items():
        assert answer.headers[name] == value
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert not re.search(r"(script|style)-src [^;]*unsafe-inline", policy)
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["X-Request-Id"])
    assert answer.headers["Cache-Control"]


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
@pytest.mark.parametrize("allow", [True, False])
def test_they_are_on_every_answer(method: str, path: str, allow: bool) -> None:
    complete(web(allow=allow).test_client().open(path, method=method))  # type: ignore[arg-type]


@pytest.mark.parametrize("path", [*PAGES, *ERROR_PAGES, "/static/css/tokens.css"])
def test_they_are_on_every_page(path: str) -> None:
    with sample_app().test_client().get(path) as answer:
        complete(answer)  # type: ignore[arg-type]


def test_they_are_on_an_answer_whose_own_hook_failed() -> None:
    app: Flask = web()

    @app.after_request
    def broken(response: Response) -> Response:
        raise RuntimeError("hook")

    answer = app.test_client().get("/open")
    assert answer.status_code == 500
    complete(answer)  # type: ignore[arg-type]


def test_https_adds_hsts_and_plain_http_does_not() -> None:
    client = web(https=True).test_client()
    assert "Strict-Transport-Security" not in client.get("/open").headers
    assert "max-age" in client.get("/open", base_url="https://localhost").headers["Strict-Transport-Security"]


def test_a_nonce_is_new_each_time_and_named_only_when_used() -> None:
    app = web()

    @app.after_request
    def noted(response: Response) -> Response:
        from kernel.web.security_headers import csp_nonce

        response.headers["X-Nonce"] = csp_nonce()
        return response

    client = app.test_client()
    first, second = client.get("/open"), client.get("/open")
    assert f"'nonce-{first.headers['X-Nonce']}'" in first.headers["Content-Security-Policy"]
    assert first.headers["X-Nonce"] != second.headers["X-Nonce"]
    assert "nonce" not in web().test_client().get("/open").headers["Content-Security-Policy"]


def test_files_asked_for_with_a_version_may_be_kept() -> None:
    with sample_app().test_client().get("/static/css/tokens.css?v=0.1.0") as answer:
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert web().test_client().get("/open").headers["Cache-Control"] == "no-store"


def test_a_request_number_from_outside_is_believed_only_behind_a_front() -> None:
    given = {"X-Request-Id": "front-1234567"}
    assert web().test_client().get("/open", headers=given).headers["X-Request-Id"] != "front-1234567"
    behind = web(trusted_proxies=1).test_client()
    assert behind.get("/open", headers=given).headers["X-Request-Id"] == "front-1234567"
    assert behind.get("/open", headers={"X-Request-Id": "x\ty; DROP"}).headers["X-Request-Id"] != "x\ty; DROP"


def test_no_session_cookie_of_flask_exists() -> None:
    app = web()
    assert app.secret_key is None
    assert "Set-Cookie" not in app.test_client().get("/open").headers
