"""Coming in over the phone pages, as a browser without JavaScript does it."""

from __future__ import annotations

import re

import psycopg
import pytest

from shared_channels.accounts.policy import NOTICE_VERSION
from tests.database import TestDatabase
from tests.shared_channels.accounts.conftest import Centre
from tests.shared_channels.accounts.phone import Phone, phone_of
from tests.shared_channels.accounts.world import Codes, plain, wrong

WARNING = "请不要把用户名、密码和验证码告诉任何人"


@pytest.fixture
def phone(database: TestDatabase, codes: Codes, city: Centre) -> Phone:
    return phone_of(database, codes, city.code)


def rows(database: TestDatabase, statement: str) -> list[tuple]:
    with psycopg.connect(database.superuser_dsn) as connection:
        return connection.execute(statement).fetchall()


def test_a_person_registers_and_is_signed_in(database: TestDatabase, phone: Phone, city: Centre) -> None:
    page = phone.register()
    assert page.status_code == 200
    assert "手机号验证" in page.text
    assert f"160****{plain(phone.number)[-4:]}" in page.text
    assert plain(phone.number) not in page.text
    sent = phone.codes.sent[-1]
    assert (sent.template, sent.payer) == ("code.register", city.id)
    consents = rows(
        database,
        f"select notice_version, channel from account_consent where centre_code = '{city.code}' order by agreed_at desc",
    )
    assert consents[0] == (NOTICE_VERSION, "h5")


def test_a_person_signs_in_again_by_a_code(
    database: TestDatabase, codes: Codes, city: Centre, patient: None
) -> None:
    first = phone_of(database, codes, city.code)
    first.register()
    second = phone_of(database, codes, city.code, first.number)
    assert "手机号验证" in second.sign_in().text
    assert codes.sent[-1].template == "code.login"


def test_asking_and_guessing_tell_nothing_about_a_number(
    database: TestDatabase, codes: Codes, city: Centre, patient: None
) -> None:
    known = phone_of(database, codes, city.code)
    known.register()
    for way in ("sign-in", "register"):
        answers = []
        for number in (known.number, phone_of(database, codes, city.code).number):
            stranger = phone_of(database, codes, city.code, number)
            page = stranger.ask(way)
            wronged = stranger.send(page, "sign-in/code", {"code": plain(wrong(codes.last))})
            answers.append(
                [_neutral(text, number) for text in (page.text, wronged.text)] + [wronged.status_code]
            )
        assert answers[0] == answers[1]
        assert answers[0][2] == 422


def _neutral(text: str, number: object) -> str:
    """A page without what differs from one load to the next."""
    text = text.replace(str(number), "***")
    return re.sub(r'(value|content|nonce)="[^"]*"|请求编号 [\w-]+', "", text)


def test_a_new_number_that_signs_in_comes_to_the_notice_and_not_further(phone: Phone) -> None:
    page = phone.follow(phone.send(phone.ask(), "sign-in/code", {"code": phone.codes.last}))
    assert "个人信息处理说明" in page.text
    assert phone.get("mine").text.count("您现在没有登录") == 1
    refused = phone.send(page, "register/consent")
    assert refused.status_code == 422
    assert "请阅读并勾选同意" in refused.text
    assert phone.follow(phone.send(refused, "register/consent", {"agree": "1"})).text.count("手机号验证") == 1


def test_a_code_of_another_browser_is_refused(
    database: TestDatabase, phone: Phone, codes: Codes, city: Centre
) -> None:
    phone.ask()
    stolen = codes.last
    thief = phone_of(database, codes, city.code)
    page = thief.ask()
    if codes.last != stolen:
        assert thief.send(page, "sign-in/code", {"code": stolen}).status_code == 422
    without = phone_of(database, codes, city.code)
    without.get("sign-in")
    answer = without.send(without.get("sign-in"), "sign-in", {"phone": "1"})
    assert answer.status_code == 422
    assert (
        phone.follow(phone.send(phone.get("sign-in/code"), "sign-in/code", {"code": stolen})).status_code
        == 200
    )


def test_five_wrong_codes_close_it_for_the_right_one_too(phone: Phone) -> None:
    page = phone.ask()
    for _ in range(5):
        page = phone.send(page, "sign-in/code", {"code": plain(wrong(phone.codes.last))})
        assert page.status_code == 422
    assert phone.send(page, "sign-in/code", {"code": phone.codes.last}).status_code == 422


def test_another_code_makes_the_former_one_useless(phone: Phone, patient: None) -> None:
    page = phone.ask()
    former = phone.codes.last
    page = phone.follow(phone.send(page, "sign-in/again"))
    assert "新的验证码已发送" in page.text
    if former != phone.codes.last:
        assert phone.send(page, "sign-in/code", {"code": former}).status_code == 422
    assert phone.send(page, "sign-in/code", {"code": phone.codes.last}).status_code == 303


def test_two_codes_within_a_minute_are_refused_in_plain_words(phone: Phone) -> None:
    phone.ask()
    answer = phone.send(phone.get("sign-in"), "sign-in", {"phone": plain(phone.number)})
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "60"
    assert "请过1分钟再获取" in answer.text
    assert len(phone.codes.sent) == 1


def test_ten_codes_a_day_to_one_number_whatever_browser_asks(
    database: TestDatabase, codes: Codes, city: Centre, patient: None
) -> None:
    number = phone_of(database, codes, city.code).number
    statuses = []
    for _ in range(12):
        browser = phone_of(database, codes, city.code, number)
        answer = browser.send(browser.get("sign-in"), "sign-in", {"phone": plain(number)})
        statuses.append(answer.status_code)
    assert statuses == [303] * 10 + [429] * 2
    assert len(codes.sent) == 10


def test_a_form_of_another_site_is_refused(phone: Phone) -> None:
    phone.get("sign-in")
    assert (
        phone.browser.post(f"/m/{phone.centre}/sign-in", data={"phone": plain(phone.number)}).status_code
        == 403
    )
    phone.register()
    for act in ("sign-out", "unbind", "devices/sign-out-others", "bind", "step-up/phone"):
        assert (
            phone.browser.post(f"/m/{phone.centre}/{act}", data={"csrf_token": "x.y"}).status_code == 403
        ), act
    assert "手机号验证" in phone.get("mine").text


def test_signing_in_gives_a_new_key_and_ends_the_former_log_in(phone: Phone, patient: None) -> None:
    phone.register()
    before = phone.browser.get_cookie("gjj_citizen")
    phone.sign_in()
    after = phone.browser.get_cookie("gjj_citizen")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    phone.browser.set_cookie("gjj_citizen", before.value)
    assert "您现在没有登录" in phone.get("mine").text


def test_the_cookie_is_for_this_site_and_no_script(phone: Phone) -> None:
    page = phone.follow(phone.send(phone.ask("register"), "sign-in/code", {"code": phone.codes.last}))
    answer = phone.send(page, "register/consent", {"agree": "1"})
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("gjj_citizen="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_page_that_needs_a_log_in_comes_back_after_it(phone: Phone) -> None:
    asked = phone.get("devices")
    assert asked.status_code == 303
    assert "/sign-in?next=" in asked.location
    page = phone.browser.get(asked.location)
    page = phone.follow(phone.send(page, "sign-in", {"phone": plain(phone.number)}))
    page = phone.follow(phone.send(page, "sign-in/code", {"code": phone.codes.last}))
    answer = phone.send(page, "register/consent", {"agree": "1"})
    assert answer.location == f"/m/{phone.centre}/devices"


@pytest.mark.parametrize(
    "foreign", ["https://evil.example/", "//evil.example", "/console/x", "/m/C95010\\@evil", "javascript:1"]
)
def test_nobody_is_led_elsewhere_after_the_log_in(phone: Phone, foreign: str) -> None:
    page = phone.get(f"sign-in?next={foreign}")
    page = phone.follow(phone.send(page, "sign-in", {"phone": plain(phone.number)}))
    page = phone.follow(phone.send(page, "sign-in/code", {"code": phone.codes.last}))
    answer = phone.send(page, "register/consent", {"agree": "1"})
    assert answer.location == f"/m/{phone.centre}/mine"


def test_the_warning_stands_on_every_page_on_which_somebody_comes_in(phone: Phone) -> None:
    pages = [phone.get("mine"), phone.get("sign-in"), phone.get("register"), phone.ask("register")]
    consent = phone.follow(phone.send(pages[-1], "sign-in/code", {"code": phone.codes.last}))
    pages.append(consent)
    pages.append(phone.follow(phone.send(consent, "register/consent", {"agree": "1"})))
    pages += [phone.get("devices"), phone.get("bind")]
    pages.append(phone.send(pages[-1], "bind/counter-code"))
    assert [page.status_code for page in pages] == [200] * len(pages)
    assert all(WARNING in page.text for page in pages)


def test_no_number_stands_in_an_address_a_log_line_or_the_audit_log(
    database: TestDatabase, phone: Phone, capsys: pytest.CaptureFixture[str]
) -> None:
    page = phone.ask("register")
    assert plain(phone.number) not in page.request.url
    phone.send(page, "sign-in/code", {"code": phone.codes.last})
    said = capsys.readouterr()
    assert plain(phone.number) not in said.out + said.err
    bodies = str(rows(database, "select convert_from(body, 'UTF8') from audit_event"))
    assert plain(phone.number) not in bodies
    for table in ("account", "account_challenge", "account_session", "account_limit", "account_consent"):
        assert plain(phone.number) not in str(rows(database, f"select * from {table}"))
