"""Registered once on the phone page, then in from every channel; nobody's key serves another program, centre or channel."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import select

from shared_channels.channel_api.models import ChannelLink
from tenants.core_system.adapters.demo_people import DEMO_PEOPLE
from tests.database import TestDatabase
from tests.shared_channels.accounts.conftest import Centre, city, codes, patient, town
from tests.shared_channels.accounts.phone import Phone, phone_of
from tests.shared_channels.accounts.world import Codes, plain, wrong
from tests.shared_channels.channel_api.program import Program, registered

__all__ = ["city", "codes", "patient", "town"]


@pytest.fixture
def owner(database: TestDatabase, codes: Codes, city: Centre, patient: None) -> Phone:
    """Somebody who registered on the phone page."""
    found = phone_of(database, codes, city.code)
    found.register()
    return found


def ask(program: Program, owner: Phone, user: str = "") -> str:
    answer = program.post("codes", {"phone": plain(owner.number), "user": user})
    assert answer.status_code == 202
    assert "不要把用户名、密码和验证码告诉任何人" in answer.get_json()["notice_zh"]
    return str(answer.get_json()["challenge"])


def link(program: Program, owner: Phone, user: str) -> str:
    answer = program.post(
        "links", {"challenge": ask(program, owner, user), "code": owner.codes.last, "user": user}
    )
    assert answer.status_code == 201, answer.text
    return str(answer.get_json()["citizen_key"])


@pytest.mark.parametrize("channel", ["wechat", "gov_app", "hall", "app"])
def test_a_code_links_once_and_then_the_channels_own_log_in_is_enough(
    database: TestDatabase, owner: Phone, city: Centre, channel: str
) -> None:
    program, user = registered(database, channel, city.code), f"openid-{channel}-{plain(owner.number)}"
    assert program.post("sessions", {"user": user}).get_json()["code"] == "channel.link_needed"
    link(program, owner, user)
    sent = len(owner.codes.sent)
    answer = program.post("sessions", {"user": user})
    assert answer.status_code == 201
    assert answer.get_json()["bound"] is False
    assert len(owner.codes.sent) == sent, "no further code"
    with psycopg.connect(database.superuser_dsn) as connection:
        (accounts,) = connection.execute("select count(*) from account").fetchone() or (0,)
        (users,) = connection.execute(
            "select count(*) from channel_link where channel = %s", (channel,)
        ).fetchone() or (0,)
        text = str(connection.execute("select * from channel_link").fetchall())
    assert users >= 1
    assert accounts >= 1
    assert user not in text


def test_at_a_kiosk_the_number_is_proven_each_time(
    database: TestDatabase, owner: Phone, city: Centre
) -> None:
    kiosk = registered(database, "kiosk", city.code)
    assert kiosk.post("sessions", {}).status_code == 422
    for _ in range(2):
        challenge = ask(kiosk, owner)
        assert (
            kiosk.post(
                "sessions", {"challenge": challenge, "code": plain(wrong(owner.codes.last))}
            ).status_code
            == 422
        )
        answer = kiosk.post("sessions", {"challenge": challenge, "code": owner.codes.last})
        assert answer.status_code == 201
        assert answer.get_json()["expires_in"] == 600
        assert kiosk.post("sessions", {"challenge": challenge, "code": owner.codes.last}).status_code == 422
    refused = kiosk.post("links", {"challenge": challenge, "code": "123456", "user": "someone"})
    assert refused.status_code == 422
    with database.door().tenant_tx(database.scope(), read_only=True) as session:
        assert session.scalars(select(ChannelLink).where(ChannelLink.channel == "kiosk")).all() == []


def test_the_bound_person_is_the_same_citizen_in_the_channel(
    database: TestDatabase, owner: Phone, city: Centre
) -> None:
    who = DEMO_PEOPLE[0]
    typed = {"name": who.name, "identity_number": who.identity_number, "card": ""}
    program = registered(database, "wechat", city.code)
    program.citizen = link(program, owner, "openid-bound")
    assert program.send("GET", "person").get_json()["code"] == "accounts.not_bound"
    owner.send(owner.get("bind"), "/bind", typed)
    seen = program.send("GET", "person").get_json()
    assert seen == {
        "name": who.name[0] + "*", "phone": str(owner.number), "level": 2, "channel": "wechat",
    }  # fmt: skip


def test_a_persons_key_serves_its_program_and_centre_only(
    database: TestDatabase, owner: Phone, city: Centre, town: Centre
) -> None:
    mine, other = registered(database, "wechat", city.code), registered(database, "wechat", city.code)
    mine.citizen = other.citizen = link(mine, owner, "openid-key")
    assert mine.send("GET", "person").status_code == 403, "known, but not bound"
    assert other.send("GET", "person").get_json()["code"] == "channel.citizen"
    mine.centre = town.code
    assert mine.send("GET", "person").get_json()["code"] == "channel.citizen"
    mine.centre = city.code
    owner.browser.set_cookie("gjj_citizen", mine.citizen)
    assert "您现在没有登录" in owner.get("mine").text
    mine.citizen = ""
    assert mine.send("GET", "person").status_code == 401


def test_the_phone_pages_cookie_is_no_key_of_a_channel(
    database: TestDatabase, owner: Phone, city: Centre
) -> None:
    program = registered(database, "wechat", city.code)
    program.citizen = owner.browser.get_cookie("gjj_citizen").value
    assert program.send("GET", "person").get_json()["code"] == "channel.citizen"


def test_a_challenge_of_another_program_or_user_is_refused(
    database: TestDatabase, owner: Phone, city: Centre
) -> None:
    mine, other = registered(database, "wechat", city.code), registered(database, "wechat", city.code)
    challenge = ask(mine, owner, "openid-a")
    for program, user in ((other, "openid-a"), (mine, "openid-b")):
        answer = program.post("links", {"challenge": challenge, "code": owner.codes.last, "user": user})
        assert answer.status_code == 422
    answer = mine.post("links", {"challenge": challenge, "code": owner.codes.last, "user": "openid-a"})
    assert answer.status_code == 201


def test_a_number_without_an_account_is_told_so_only_after_its_code(
    database: TestDatabase, codes: Codes, city: Centre, patient: None
) -> None:
    stranger = phone_of(database, codes, city.code)
    program = registered(database, "gov_app", city.code)
    challenge = ask(program, stranger, "openid-new")
    body = {"challenge": challenge, "user": "openid-new"}
    assert program.post("links", body | {"code": plain(wrong(codes.last))}).status_code == 422
    answer = program.post("links", body | {"code": codes.last})
    assert answer.get_json()["code"] == "channel.registration_needed"


def test_leaving_everywhere_on_the_phone_ends_the_channel_too(
    database: TestDatabase, owner: Phone, city: Centre
) -> None:
    program = registered(database, "wechat", city.code)
    program.citizen = link(program, owner, "openid-leave")
    assert program.send("GET", "person").status_code == 403
    page = owner.get("devices")
    assert "官方微信" in page.text
    owner.send(page, "sign-out-others")
    assert program.send("GET", "person").get_json()["code"] == "channel.citizen"


def test_a_person_leaves_through_the_program(database: TestDatabase, owner: Phone, city: Centre) -> None:
    program = registered(database, "wechat", city.code)
    program.citizen = link(program, owner, "openid-end")
    assert program.send("DELETE", "sessions/current").status_code == 204
    assert program.send("GET", "person").status_code == 401
