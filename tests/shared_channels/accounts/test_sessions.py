"""Log-ins: sliding idle, absolute end, ending elsewhere at once, on another process too."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.web import WebParts, create_app
from kernel.db import utc_now
from shared_channels.accounts import queries
from tests.database import TestDatabase
from tests.shared_channels.accounts.conftest import Centre
from tests.shared_channels.accounts.phone import Phone, phone_of
from tests.shared_channels.accounts.world import Codes
from tests.web_client import directory_of, web_settings_for_tests

HERE, GONE = "手机号验证", "您现在没有登录"


@pytest.fixture
def phone(database: TestDatabase, codes: Codes, city: Centre, patient: None) -> Phone:
    return phone_of(database, codes, city.code)


def later(monkeypatch: pytest.MonkeyPatch, **by: float) -> None:
    monkeypatch.setattr(queries, "utc_now", lambda: utc_now() + timedelta(**by))


def test_an_idle_log_in_ends_after_thirty_minutes(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    phone.register()
    later(monkeypatch, minutes=29)
    assert HERE in phone.get("mine").text
    later(monkeypatch, minutes=31)
    assert GONE in phone.get("mine").text


def test_a_used_log_in_ends_after_twelve_hours_all_the_same(
    database: TestDatabase, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    phone.register()
    with psycopg.connect(database.superuser_dsn) as connection:
        connection.execute("update account_session set seen_at = now() + interval '12 hours'")
    later(monkeypatch, hours=11, minutes=59)
    assert HERE in phone.get("mine").text
    later(monkeypatch, hours=12, minutes=1)
    assert GONE in phone.get("mine").text


def test_leaving_everywhere_else_works_at_the_next_request_of_another_process(
    database: TestDatabase, phone: Phone, codes: Codes
) -> None:
    phone.register()
    other_process = create_app(WebParts(web_settings_for_tests(), database.door(), directory_of(database)))
    other = Phone(other_process.test_client(), codes, phone.centre, phone.number)
    other.sign_in()
    assert HERE in other.get("mine").text
    page = phone.get("devices")
    assert page.text.count("最近使用") == 2
    assert page.text.count("本机") == 1
    after = phone.follow(phone.send(page, "sign-out-others"))
    assert "已退出其他1处登录" in after.text
    assert GONE in other.get("mine").text
    assert HERE in phone.get("mine").text


def test_one_device_is_signed_out_by_another(database: TestDatabase, phone: Phone, codes: Codes) -> None:
    phone.register()
    other = phone_of(database, codes, phone.centre, phone.number)
    other.sign_in()
    page = phone.get("devices")
    phone.send(page, "/sign-out", {})  # the first form that ends so is the other device's
    assert GONE in other.get("mine").text
    assert HERE in phone.get("mine").text


def test_nobody_ends_the_log_in_of_somebody_else(database: TestDatabase, phone: Phone, codes: Codes) -> None:
    phone.register()
    stranger = phone_of(database, codes, phone.centre)
    stranger.register()
    second = phone_of(database, codes, phone.centre, stranger.number)
    second.sign_in()
    page = stranger.get("devices")
    mine = stranger.browser.get_cookie("gjj_citizen")
    assert mine is not None
    with database.door().tenant_tx(database.scope(), read_only=True) as session:
        victim = queries.signed_in(session, phone.browser.get_cookie("gjj_citizen").value)
    assert victim is not None
    address = page.text.split('action="/m/')[1].split('"')[0]
    own_id = address.split("/devices/")[1].split("/")[0]
    answer = stranger.send(
        type("Page", (), {"text": page.text.replace(own_id, str(victim.session_id))})(), "/sign-out"
    )
    assert answer.status_code == 303
    assert HERE in phone.get("mine").text


def test_signing_out_ends_the_row_and_not_only_the_cookie(phone: Phone) -> None:
    page = phone.register()
    cookie = phone.browser.get_cookie("gjj_citizen")
    assert cookie is not None
    assert GONE in phone.follow(phone.send(page, "sign-out")).text
    phone.browser.set_cookie("gjj_citizen", cookie.value)
    assert GONE in phone.get("mine").text


def test_a_locked_account_is_out_at_once(database: TestDatabase, phone: Phone) -> None:
    import psycopg

    phone.register()
    with psycopg.connect(database.superuser_dsn) as connection:
        connection.execute("update account set state = 'locked'")
    assert GONE in phone.get("mine").text
    page = phone.follow(phone.send(phone.ask(), "sign-in/code", {"code": phone.codes.last}))
    assert phone.send(page, "register/consent", {"agree": "1"}).status_code == 409
    with psycopg.connect(database.superuser_dsn) as connection:
        connection.execute("update account set state = 'active'")
