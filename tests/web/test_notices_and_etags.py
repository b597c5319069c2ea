"""A sentence survives one redirect and cannot be written by others; unchanged fragments are not drawn again."""

from __future__ import annotations

from base64 import b64encode
from uuid import UUID

from flask import Flask, Response, redirect

from kernel.permissions import Permission
from kernel.web.blueprints import Pages
from kernel.web.etag import conditional, etag
from kernel.web.notices import take_notices, tell
from tests.web.parts import web


def app() -> Flask:
    made = web()
    pages = Pages("notes", __name__)
    made.extensions["drawn"] = 0

    @pages.get("/tell", permission=Permission.PUBLIC)
    def told() -> Response:
        tell("已提交审批。")
        return redirect("/show")  # type: ignore[return-value]

    @pages.get("/show", permission=Permission.PUBLIC)
    def show() -> str:
        return "|".join(f"{n.kind}:{n.text}" for n in take_notices())

    @pages.get("/live", permission=Permission.PUBLIC)
    def live() -> Response:
        def draw() -> str:
            made.extensions["drawn"] += 1
            return "7"

        return conditional(etag(UUID(int=1), 7), draw)

    made.register_blueprint(pages)
    return made


def test_it_is_shown_once_after_the_redirect() -> None:
    client = app().test_client()
    assert client.get("/tell", follow_redirects=True).text == "success:已提交审批。"
    assert client.get("/show").text == ""


def test_a_forged_one_is_not_shown() -> None:
    whole = b64encode(b"0" * 16 + b'[{"kind":"danger","text":"x"}]').decode()
    for value in (whole, "x", "", "W3sia2luZCI6ImRhbmdlciIsInRleHQiOiJ4In1d", "é"):
        client = app().test_client()
        client.set_cookie("gjj_notice", value)
        assert client.get("/show").text == ""


def test_a_fragment_the_browser_has_is_not_drawn_again() -> None:
    made = app()
    client = made.test_client()
    first = client.get("/live")
    again = client.get("/live", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.text) == (200, 304, "")
    assert made.extensions["drawn"] == 1
    assert first.headers["Cache-Control"] == "private, no-cache"


def test_equal_content_of_two_tenants_has_different_tags() -> None:
    with web().test_request_context():
        assert etag(UUID(int=1), "x") != etag(UUID(int=2), "x")
        assert etag(UUID(int=1), "x") == etag(UUID(int=1), "x")
