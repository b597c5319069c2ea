"""A foreign page cannot make a browser act here."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.web.parts import settings, web

SESSION = settings().session_cookie


def client(session: str | None = "session-a") -> FlaskClient:
    made = web().test_client()
    if session:
        made.set_cookie(SESSION, session)
    return made


def test_a_form_with_its_token_goes_through() -> None:
    c = client()
    token = c.get("/token").text
    assert c.post("/console/change", data={"csrf_token": token, "name": "甲"}).text == "changed 甲"


def test_htmx_sends_it_in_a_header() -> None:
    c = client()
    assert c.post("/console/change", headers={"X-CSRF-Token": c.get("/token").text}).status_code == 200


@pytest.mark.parametrize("token", ["", "abc", "abc.def", ".", "a.b.c", "é.é"])
def test_without_a_genuine_token_nothing_happens(token: str) -> None:
    answer = client().post("/console/change", data={"csrf_token": token})
    assert answer.status_code == 403
    assert "页面已过期" in answer.text


def test_a_token_of_another_session_is_refused() -> None:
    token = client("session-b").get("/token").text
    assert client("session-a").post("/console/change", data={"csrf_token": token}).status_code == 403


def test_a_token_from_before_login_dies_with_login() -> None:
    c = client(None)
    token = c.get("/token").text
    assert c.post("/console/change", data={"csrf_token": token}).status_code == 200
    c.set_cookie(SESSION, "session-a")
    assert c.post("/console/change", data={"csrf_token": token}).status_code == 403


def test_a_token_without_any_cookie_is_refused() -> None:
    token = client(None).get("/token").text
    assert web().test_client().post("/console/change", data={"csrf_token": token}).status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_the_browser_calls_foreign_is_refused_even_with_a_token(site: str) -> None:
    c = client()
    headers = {"X-CSRF-Token": c.get("/token").text, "Sec-Fetch-Site": site}
    assert c.post("/console/change", headers=headers).status_code == 403


def test_the_interface_needs_none_when_there_is_nothing_to_ride_on() -> None:
    assert client(None).post("/api/v1/things").status_code == 201


def test_the_interface_with_a_session_cookie_needs_one() -> None:
    c = client()
    assert c.post("/api/v1/things").status_code == 403
    assert c.post("/api/v1/things", headers={"X-CSRF-Token": c.get("/token").text}).status_code == 201


@pytest.mark.parametrize("header", [{"Authorization": "Bearer x"}, {"X-Gjj-Signature": "x"}])
def test_headers_that_a_foreign_page_cannot_add_stand_for_it(header: dict[str, str]) -> None:
    assert client().post("/api/v1/things", headers=header).status_code == 201


def test_a_bearer_header_does_not_excuse_a_console_form() -> None:
    assert client().post("/console/change", headers={"Authorization": "Bearer x"}).status_code == 403
