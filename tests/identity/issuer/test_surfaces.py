"""Every page of the issuer: the password warning (AUTH-7), the frame, the headers, no script in the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kernel.db.ids import uuid7
from kernel.identity.issuer import app, invitations
from tests.identity.issuer.test_protocol import signed_in
from tests.identity.issuer.world import BASE, DEMO, GOOD_PASSWORD, NOTICE, Page, World, make_world

LOGOUT = "/realms/gjj/protocol/openid-connect/logout"


def every_page() -> dict[str, Page]:
    """One of each page that the issuer can show, by its name."""
    world = make_world(demo_accounts=(DEMO,))
    world.person()
    pages: dict[str, Page] = {}
    browser = world.browser()
    url = world.client.start_login().url
    pages["login"] = browser.open(url)
    pages["login wrong"] = browser.password(password="Wrong-one")
    pages["login empty"] = browser.password(password="")
    pages["second factor"] = second = browser.password()
    pages["second factor wrong"] = browser.submit(second, "/second-factor", code="000000")
    pages["recovery"] = recovery = browser.submit(second, "/recovery")
    pages["recovery wrong"] = browser.submit(recovery, "/recovery", code="AAAAA")
    world.person("due", password_change_due=True, totp_secret=None)
    pages["new password"] = new = browser.password("due")
    pages["new password poor"] = browser.submit(new, "/new-password", password="x", repeated="x")
    world.person("fresh", totp_secret=None)
    pages["enrol"] = enrol = browser.password("fresh")
    pages["enrol wrong"] = browser.submit(enrol, "/enrol", code="000000")
    pages["recovery codes"] = browser.submit(enrol, "/enrol", code=world.code(enrol.secret()))
    pages["ask logout"] = ask = browser.open(LOGOUT)
    pages["logged out"] = browser.submit(ask, "/logout")
    pages["logout refused"] = browser.open(f"{LOGOUT}?post_logout_redirect_uri=https://evil.example")
    pages["flow over"] = browser.post("/realms/gjj/login-actions/authenticate")
    pages["bad link"] = browser.open("/realms/gjj/protocol/openid-connect/auth")
    pages["not found"] = browser.open("/realms/gjj/nothing")
    pages["other realm"] = browser.open(url.replace("/gjj/", "/other/").removeprefix(BASE))
    pages["too large"] = browser.post("/realms/gjj/login-actions/authenticate", flow="x" * 70_000)
    pages |= _invitation_pages(world)
    for _ in range(5):
        pages["paused"] = world.browser().password("zhang.lan", "Wrong-one")
    pages["paused"] = world.browser().password("zhang.lan", GOOD_PASSWORD)
    return pages


def _invitation_pages(world: World) -> dict[str, Page]:
    browser, person = world.browser(), world.person("invited", password_hash=None, totp_secret=None)
    url = invitations.invite(world.issuer, person.id, officer_id=uuid7())
    pages = {"invitation": browser.open(url)}
    form = pages["invitation"].forms[0].action
    pages["invitation poor"] = browser.submit(pages["invitation"], form, password="x", repeated="x", code="1")
    url = invitations.reset(world.issuer, person.id, maker_id=uuid7(), checker_id=uuid7())
    pages["reset"] = browser.open(url)
    pages["invitation closed"] = browser.open("/realms/gjj/invitations/unknown")
    return pages


PAGES = every_page()


@pytest.mark.parametrize("name", PAGES)
class TestEveryPage:
    def test_it_shows_the_password_warning(self, name: str) -> None:
        assert NOTICE in PAGES[name].text

    def test_it_is_in_chinese_with_one_heading_that_is_its_title(self, name: str) -> None:
        page = PAGES[name]
        assert '<html lang="zh-CN">' in page.text
        assert page.text.count("<h1") == 1
        assert page.title == page.heading != ""

    def test_it_has_no_script_style_or_handler_in_the_page(self, name: str) -> None:
        text = PAGES[name].text
        assert re.findall(r"<script(?![^>]*\ssrc=)", text) == []
        assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", text) == []

    def test_it_asks_no_other_host(self, name: str) -> None:
        loaded = re.findall(r'(?:src|<link[^>]*href)="([^"]+)"', PAGES[name].text)
        assert [url for url in loaded if not url.startswith(("/", "data:image/"))] == []

    def test_every_visible_field_has_a_label(self, name: str) -> None:
        text = PAGES[name].text
        labelled = set(re.findall(r'<label[^>]*for="([^"]+)"', text))
        fields = [tag for tag in re.findall(r"<input[^>]*>", text) if "hidden" not in tag]
        assert {match.group(1) for tag in fields if (match := re.search(r'\sid="([^"]+)"', tag))} == labelled
        assert len(fields) == len(labelled)

    def test_identifiers_are_unique(self, name: str) -> None:
        identifiers = re.findall(r'\sid="([^"]+)"', PAGES[name].text)
        assert len(identifiers) == len(set(identifiers))

    def test_what_is_described_by_exists(self, name: str) -> None:
        text = PAGES[name].text
        named = {word for value in re.findall(r'aria-describedby="([^"]+)"', text) for word in value.split()}
        assert named <= set(re.findall(r'\sid="([^"]+)"', text))

    def test_its_headers_forbid_caching_framing_and_foreign_scripts(self, name: str) -> None:
        headers = PAGES[name].response.headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "script-src 'self';" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]

    def test_no_english_word_stands_in_its_text(self, name: str) -> None:
        body = re.sub(
            r"<code.*?</code>|<span class=\"issuer-.*?</span>", "", PAGES[name].text.split("<body")[1]
        )
        words = re.findall(r"[A-Za-z]{2,}", re.sub(r"<[^>]*>", " ", f"<{body}"))
        assert [word for word in words if word not in {"zhang", "lan", "invited", "due", "fresh"}] == []


class TestGrid:
    def test_the_grid_holds_every_template(self) -> None:
        folder = Path(app.__file__).parents[1] / "templates" / "identity"
        headings = {PAGES[name].heading for name in PAGES}
        for template in folder.glob("*.html"):
            title = re.search(r"{% block title %}(.*?){% endblock %}", template.read_text())
            spoken = re.findall(r"_\('(.*?)'\)", title.group(1)) if title else []
            assert set(spoken) <= headings, template.name


class TestCookies:
    def test_cookies_are_hidden_from_scripts_and_other_sites(self, world: World) -> None:
        world.person()
        browser = world.browser()
        browser.sign_in()
        cookies = [value for page in browser.seen for value in page.response.headers.getlist("Set-Cookie")]

        assert {value.partition("=")[0] for value in cookies} == {"gjj-flow", "gjj-sso"}
        assert all("HttpOnly" in value and "SameSite=Lax" in value for value in cookies)

    def test_over_https_they_are_bound_to_the_host(self) -> None:
        world = make_world(base_url="https://login.example.cn")
        page = world.app.test_client().get(
            "/realms/gjj/protocol/openid-connect/logout", base_url="https://login.example.cn"
        )
        start = world.app.test_client().get(
            world.client.start_login().url.removeprefix("https://login.example.cn"),
            base_url="https://login.example.cn",
        )

        assert page.status_code == 200
        assert start.headers["Set-Cookie"].startswith("__Host-gjj-flow=")
        assert "Secure" in start.headers["Set-Cookie"]

    def test_over_plain_http_only_loopback_is_served(self) -> None:
        for address in (
            "http://10.1.2.3",
            "http://login.example.cn",
            "ftp://127.0.0.1",
            "http://127.0.0.1/path",
        ):
            with pytest.raises(ValueError, match="loopback"):
                make_world(base_url=address)


class TestLogout:
    def test_the_client_s_link_ends_the_session_and_returns_to_the_registered_address(
        self, world: World
    ) -> None:
        world.person()
        browser = world.browser()
        start = world.client.start_login()
        back = browser.sign_in(url=start.url)
        login = world.client.finish_login(back.returned, {start.cookie_name: start.cookie_value})

        page = browser.open(world.client.logout_url(login.tokens.id_token, state="abc"))

        assert page.location == f"{BASE}/goodbye?state=abc"
        assert browser.open(world.client.start_login().url).heading == "登录"

    @pytest.mark.parametrize(
        "address",
        ["https://evil.example", f"{BASE}/goodbye/", f"{BASE}/goodbye?x", f"{BASE}/login/callback", "//x"],
    )
    def test_another_address_is_refused_and_nothing_is_ended(self, world: World, address: str) -> None:
        login = signed_in(world)
        url = f"{LOGOUT}?id_token_hint={login.tokens.id_token}&client_id=gjj-console&post_logout_redirect_uri={address}"
        page = world.browser().open(url)

        assert (page.status, page.location) == (400, "")
        assert world.store.ended_sessions == set()

    def test_without_a_hint_the_person_is_asked_first(self, world: World) -> None:
        world.person()
        browser = world.browser()
        browser.sign_in()
        ask = browser.open(f"{LOGOUT}?client_id=gjj-console&post_logout_redirect_uri={BASE}/goodbye")
        assert ask.heading == "确认退出"
        assert world.store.ended_sessions == set()

        assert browser.submit(ask, "/logout").location == f"{BASE}/goodbye"
        assert world.store.ended_sessions == set(world.store.sessions)

    def test_another_site_can_not_log_a_person_out(self, world: World) -> None:
        world.person()
        browser = world.browser()
        browser.sign_in()

        assert browser.post(LOGOUT).heading == "确认退出"
        assert world.store.ended_sessions == set()

    def test_an_access_token_is_no_hint(self, world: World) -> None:
        login = signed_in(world)

        assert world.browser().open(f"{LOGOUT}?id_token_hint={login.tokens.access_token}").status == 400

    def test_an_expired_hint_still_ends_its_session(self, world: World) -> None:
        login = signed_in(world)
        world.clock.forward(minutes=20)
        world.browser().open(world.client.logout_url(login.tokens.id_token))

        assert world.store.ended_sessions == set(world.store.sessions)
