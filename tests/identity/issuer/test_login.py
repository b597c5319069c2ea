"""A whole log-in over the test client, and who is kept out of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from kernel.identity.issuer.login import Answer, check_password, check_time_code
from tests.identity.issuer.world import (
    CALLBACK,
    DEMO,
    GOOD_PASSWORD,
    NEXT_PASSWORD,
    World,
    make_world,
)


class TestWholeLogin:
    def test_password_and_time_code_lead_back_to_the_client_with_tokens(self, world: World) -> None:
        person = world.person()
        start = world.client.start_login("/console/inbox")
        back = world.browser().sign_in(url=start.url)

        assert back.status == 302
        assert back.location.startswith(f"{CALLBACK}?")
        assert back.returned["iss"] == world.settings.issuer
        login = world.client.finish_login(back.returned, {start.cookie_name: start.cookie_value})

        assert login.subject.subject == str(person.id)
        assert login.subject.claims["amr"] == ["pwd", "otp"]
        assert login.subject.claims["acr"] == "2"
        assert login.return_to == "/console/inbox"
        access = world.client.verify_access(login.tokens.access_token)
        assert access.sid == login.subject.sid
        assert access.expires == int(world.clock().timestamp()) + 300

    def test_the_log_in_record_says_that_the_warning_was_shown(self, world: World) -> None:
        world.person()
        world.browser().sign_in()

        assert [session.notice_shown for session in world.store.sessions.values()] == [True]

    def test_a_second_client_request_is_answered_without_a_page(self, world: World) -> None:
        world.person()
        browser = world.browser()
        browser.sign_in()

        again = browser.open(world.client.start_login().url)

        assert (again.status, "code" in again.returned) == (302, True)

    def test_prompt_login_asks_again(self, world: World) -> None:
        world.person()
        browser = world.browser()
        browser.sign_in()

        assert browser.open(world.client.start_login(prompt="login").url).heading == "登录"

    def test_prompt_none_without_a_session_returns_an_error_to_the_client(self, world: World) -> None:
        page = world.browser().open(world.client.start_login(prompt="none").url)

        assert page.returned["error"] == "login_required"
        assert page.returned["iss"] == world.settings.issuer

    def test_max_age_asks_again_when_the_log_in_is_older(self, world: World) -> None:
        world.person()
        browser = world.browser()
        browser.sign_in()
        world.clock.forward(minutes=10)

        assert browser.open(world.client.start_login(max_age="3600").url).status == 302
        assert browser.open(world.client.start_login(max_age="60").url).heading == "登录"
        refused = browser.open(world.client.start_login(max_age="60", prompt="none").url)
        assert refused.returned["error"] == "login_required"

    def test_the_session_ends_after_the_idle_time(self, world: World) -> None:
        world.person()
        browser = world.browser()
        browser.sign_in()
        world.clock.forward(minutes=31)

        assert browser.open(world.client.start_login().url).heading == "登录"

    def test_use_keeps_the_session_alive_up_to_its_absolute_end(self, world: World) -> None:
        world.person()
        browser = world.browser()
        browser.sign_in()
        answers = []
        for _ in range(30):
            world.clock.forward(minutes=25)
            answers.append(browser.open(world.client.start_login().url).status)

        assert answers == [302] * 28 + [200] * 2

    def test_a_disabled_person_gets_the_answer_of_a_wrong_password(self, world: World) -> None:
        world.person(enabled=False)
        known = world.browser().password()
        unknown = world.browser().password("nobody")

        assert (known.status, known.alert) == (unknown.status, unknown.alert)


class TestFlow:
    def test_a_form_of_another_browser_is_refused(self, world: World) -> None:
        world.person()
        form = world.browser().open(world.client.start_login().url).form("/authenticate")
        other = world.browser()
        other.open(world.client.start_login().url)

        page = other.post(form.action, **form.fields | {"username": "zhang.lan", "password": GOOD_PASSWORD})

        assert (page.status, page.heading) == (400, "请重新登录")

    def test_a_form_without_the_browser_cookie_is_refused(self, world: World) -> None:
        world.person()
        form = world.browser().open(world.client.start_login().url).form("/authenticate")

        page = world.browser().post(
            form.action, **form.fields | {"username": "zhang.lan", "password": GOOD_PASSWORD}
        )

        assert page.heading == "请重新登录"

    def test_a_form_that_comes_too_late_is_refused(self, world: World) -> None:
        world.person()
        browser = world.browser()
        start = browser.open(world.client.start_login().url)
        world.clock.forward(minutes=11)

        page = browser.submit(start, "/authenticate", username="zhang.lan", password=GOOD_PASSWORD)
        assert page.heading == "请重新登录"

    def test_the_second_page_can_not_be_reached_with_the_first_page_s_form(self, world: World) -> None:
        world.person()
        browser = world.browser()
        start = browser.open(world.client.start_login().url)
        flow = start.form("/authenticate").fields["flow"]

        for path in ("second-factor", "recovery", "new-password", "enrol"):
            page = browser.post(f"/realms/gjj/login-actions/{path}", flow=flow, code=world.code())
            assert page.heading == "请重新登录", path
        assert world.store.sessions == {}

    def test_a_changed_flow_is_refused(self, world: World) -> None:
        world.person()
        browser = world.browser()
        second = browser.password()
        flow = second.form("/second-factor").fields["flow"]
        forged = ("A" if flow[0] != "A" else "B") + flow[1:]

        page = browser.post("/realms/gjj/login-actions/second-factor", flow=forged, code=world.code())
        assert page.heading == "请重新登录"

    def test_a_password_proved_before_a_reset_does_not_count_after_it(self, world: World) -> None:
        person = world.person()
        browser = world.browser()
        second = browser.password()
        world.store.set_password(person.id, "x", epoch=0, at=world.clock())

        page = browser.submit(second, "/second-factor", code=world.code())
        assert page.heading == "请重新登录"

    def test_a_form_for_one_purpose_does_not_serve_another(self, world: World) -> None:
        world.person()
        browser = world.browser()
        browser.sign_in()
        logout = "/realms/gjj/protocol/openid-connect/logout"
        leave = browser.open(logout).form("/logout").fields["flow"]
        enter = (
            browser.open(world.client.start_login(prompt="login").url).form("/authenticate").fields["flow"]
        )

        assert browser.post(logout, flow=enter).heading == "确认退出"
        page = browser.post(
            "/realms/gjj/login-actions/authenticate", flow=leave, username="zhang.lan", password=GOOD_PASSWORD
        )
        assert page.heading == "请重新登录"


class TestGuesses:
    def test_five_wrong_passwords_pause_the_name_for_fifteen_minutes(self, world: World) -> None:
        world.person()
        browser = world.browser()
        wrong = [browser.password(password=f"Wrong-{n}").status for n in range(5)]
        right = browser.password()
        world.clock.forward(minutes=14, seconds=59)
        still = browser.password()
        world.clock.forward(seconds=1)
        after = browser.password()

        assert wrong == [400] * 5
        assert (right.status, still.status) == (429, 429)
        assert "15 分钟" in right.alert
        assert after.heading == "输入动态验证码"

    def test_64_parallel_guesses_evaluate_at_most_five(self, world: World) -> None:
        world.person()
        with ThreadPoolExecutor(16) as pool:
            guesses = pool.map(
                lambda n: check_password(world.issuer, "zhang.lan", f"Wrong-{n}", f"10.0.{n}.1").answer,
                range(64),
            )
            answers = list(guesses)

        assert world.passwords.evaluated == 5
        assert answers.count(Answer.WRONG) == 5
        assert answers.count(Answer.PAUSED) == 59

    def test_64_parallel_time_codes_evaluate_at_most_five(self, world: World) -> None:
        person = world.person()
        with ThreadPoolExecutor(16) as pool:
            answers = list(
                pool.map(lambda n: check_time_code(world.issuer, person, f"{n:06}").answer, range(64))
            )

        assert answers.count(Answer.PAUSED) >= 59

    def test_an_unknown_name_is_answered_like_a_known_one_at_every_count(self, world: World) -> None:
        world.person()
        known = [world.browser().password(password="Wrong-one") for _ in range(7)]
        evaluated = world.passwords.evaluated
        unknown = [world.browser().password("nobody.here", "Wrong-one") for _ in range(7)]

        assert [(page.status, page.alert) for page in known] == [
            (page.status, page.alert) for page in unknown
        ]
        assert world.passwords.evaluated == 2 * evaluated

    def test_other_spellings_of_a_name_share_its_counter(self, world: World) -> None:
        world.person()
        for spelling in ("zhang.lan", "ZHANG.LAN", " zhang.lan ", "ｚhang.lan", "Zhang.Lan"):
            world.browser().password(spelling, "Wrong-one")

        assert world.browser().password().status == 429

    def test_one_address_block_can_not_try_many_names(self, world: World) -> None:
        answers = [
            check_password(world.issuer, f"name{n}", "Wrong-one", f"10.1.2.{n % 250}").answer
            for n in range(120)
        ]

        assert answers.count(Answer.WRONG) == 100
        assert check_password(world.issuer, "name", "Wrong-one", "10.1.3.1").answer is Answer.WRONG

    def test_a_good_log_in_does_not_use_up_the_address_block(self, world: World) -> None:
        world.person()
        answers = {
            check_password(world.issuer, "zhang.lan", GOOD_PASSWORD, "10.1.2.3").answer for _ in range(150)
        }

        assert answers == {Answer.RIGHT}

    def test_a_right_password_does_not_reset_the_count_of_time_codes(self, world: World) -> None:
        world.person()
        for _ in range(5):
            browser = world.browser()
            browser.submit(browser.password(), "/second-factor", code="000000")

        browser = world.browser()
        page = browser.submit(browser.password(), "/second-factor", code=world.code())
        assert page.status == 429

    def test_a_very_long_password_is_wrong_and_costs_the_same(self, world: World) -> None:
        world.person()
        page = world.browser().password(password="x" * 20_000)

        assert page.status == 400
        assert world.passwords.evaluated == 1

    def test_a_form_beyond_64_kilobytes_is_refused(self, world: World) -> None:
        assert world.browser().post("/realms/gjj/login-actions/authenticate", flow="x" * 70_000).status == 413


class TestForcedChange:
    def test_a_person_with_change_due_sets_a_password_before_entering(self, world: World) -> None:
        world.person(password_change_due=True)
        browser = world.browser()
        page = browser.submit(browser.password(), "/second-factor", code=world.code())

        assert page.heading == "设置新密码"
        assert world.store.sessions == {}
        back = browser.submit(page, "/new-password", password=NEXT_PASSWORD, repeated=NEXT_PASSWORD)
        assert "code" in back.returned
        assert world.browser().password(password=GOOD_PASSWORD).status == 400

    @pytest.mark.parametrize(
        ("password", "repeated", "says"),
        [
            ("Ab1-x", "Ab1-x", "太短"),
            ("alllowercaseletters", "alllowercaseletters", "三类"),
            ("Zhang.Lan-2026", "Zhang.Lan-2026", "用户名"),
            ("Password-2026", "Password-2026", "容易被猜中"),
            (NEXT_PASSWORD, "Other-Lin-2027", "不一致"),
            (GOOD_PASSWORD, GOOD_PASSWORD, "与原密码相同"),
            ("Aa1-" * 40, "Aa1-" * 40, "太长"),
        ],
    )
    def test_a_poor_password_is_refused_in_words(
        self, world: World, password: str, repeated: str, says: str
    ) -> None:
        world.person(password_change_due=True, totp_secret=None, username="zhang.lan")
        browser = world.browser()
        page = browser.submit(browser.password(), "/new-password", password=password, repeated=repeated)

        assert page.status == 400
        assert says in page.alert

    def test_a_change_of_password_ends_the_other_sessions(self, world: World) -> None:
        person = world.person()
        elsewhere = world.browser()
        elsewhere.sign_in()
        world.store.set_password(person.id, "x", epoch=0, at=world.clock())

        assert elsewhere.open(world.client.start_login().url).heading == "登录"


class TestDemo:
    def test_the_page_offers_the_demo_accounts_and_never_their_password(self) -> None:
        world = make_world(demo_accounts=(DEMO,))
        browser = world.browser()
        start = browser.open(world.client.start_login().url)

        assert all(word in start.text for word in (DEMO.name, DEMO.role_zh, DEMO.centre_zh))
        assert "login_hint=li.demo" in start.text
        assert GOOD_PASSWORD not in start.text

    def test_choosing_one_fills_in_the_name(self) -> None:
        world = make_world(demo_accounts=(DEMO,))
        page = world.browser().open(world.client.start_login(login_hint=DEMO.username).url)

        assert page.form("/authenticate").fields["username"] == "li.demo"

    def test_a_demo_account_enters_without_a_second_factor(self) -> None:
        world = make_world(demo_accounts=(DEMO,))
        world.person(DEMO.username, totp_secret=None)

        assert "code" in world.browser().sign_in(DEMO.username).returned

    def test_a_demo_account_that_enrolled_is_asked_for_it(self) -> None:
        world = make_world(demo_accounts=(DEMO,))
        world.person(DEMO.username)

        assert world.browser().password(DEMO.username).heading == "输入动态验证码"

    def test_everybody_else_must_enrol(self) -> None:
        world = make_world(demo_accounts=(DEMO,))
        world.person(totp_secret=None)

        assert world.browser().password().heading == "绑定身份验证器"

    def test_without_demo_accounts_nothing_is_offered(self, world: World) -> None:
        assert "演示" not in world.browser().open(world.client.start_login().url).text
