"""Codes, PKCE, addresses, refresh tokens, userinfo, discovery: what the endpoints refuse and what they answer."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import replace
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc import jwt
from werkzeug.test import TestResponse

from kernel.identity.issuer.server import ClientView
from kernel.identity.oidc.client import Login
from kernel.identity.oidc.errors import RefreshRefused
from tests.identity.issuer.world import BASE, CALLBACK, World, query_of, token_call

AUTH = "/realms/gjj/protocol/openid-connect/auth"
USERINFO = "/realms/gjj/protocol/openid-connect/userinfo"
VERIFIER = "v" * 50


def signed_in(world: World) -> Login:
    """A completed log-in of a new person."""
    world.person()
    start = world.client.start_login()
    back = world.browser().sign_in(url=start.url)
    return world.client.finish_login(back.returned, {start.cookie_name: start.cookie_value})


def asked(world: World, **changes: str | None) -> str:
    """An authorization request with some parameters changed, or left out (None)."""
    query: dict[str, Any] = query_of(world.client.start_login().url) | changes
    return f"{AUTH}?{urlencode({name: value for name, value in query.items() if value is not None})}"


def code_of(world: World) -> str:
    """A fresh code, for VERIFIER."""
    world.person()
    challenge = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
    return world.browser().sign_in(url=asked(world, code_challenge=challenge)).returned["code"]


def exchange(world: World, code: str, changes: dict[str, str] | None = None) -> TestResponse:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    return token_call(world, **form | (changes or {}))


def user_info(world: World, token: str) -> TestResponse:
    return world.app.test_client().get(USERINFO, base_url=BASE, headers={"Authorization": f"Bearer {token}"})


def disable_everybody(world: World) -> None:
    for person in list(world.store.people.values()):
        world.store.add_person(replace(person, enabled=False))


class TestCode:
    def test_a_code_is_good_once(self, world: World) -> None:
        code = code_of(world)
        first, second = exchange(world, code), exchange(world, code)

        assert first.status_code == 200
        assert (second.status_code, second.get_json()["error"]) == (400, "invalid_grant")

    def test_a_replayed_code_ends_the_tokens_that_came_of_it(self, world: World) -> None:
        code = code_of(world)
        refresh = exchange(world, code).get_json()["refresh_token"]
        exchange(world, code)

        answer = token_call(world, grant_type="refresh_token", refresh_token=refresh)
        assert answer.get_json()["error"] == "invalid_grant"

    def test_a_code_is_good_for_sixty_seconds(self, world: World) -> None:
        code = code_of(world)
        world.clock.forward(seconds=60)

        assert exchange(world, code).get_json()["error"] == "invalid_grant"

    def test_a_code_is_used_up_by_a_wrong_verifier(self, world: World) -> None:
        code = code_of(world)

        assert exchange(world, code, {"code_verifier": "w" * 50}).get_json()["error"] == "invalid_grant"
        assert exchange(world, code).get_json()["error"] == "invalid_grant"

    @pytest.mark.parametrize(
        "changes",
        [
            {"code_verifier": ""},
            {"code_verifier": "short"},
            {"redirect_uri": f"{CALLBACK}/"},
            {"redirect_uri": ""},
            {"code": "unknown"},
            {"code": "编码"},
            {"client_secret": "wrong"},
            {"client_secret": ""},
            {"client_id": "gjj-other"},
            {"client_id": "gjj-other", "client_secret": "o" * 40},
            {"client_id": "不存在"},
            {"grant_type": "password"},
            {"grant_type": "client_credentials"},
            {"grant_type": "口令"},
        ],
    )
    def test_any_other_exchange_is_refused(self, world: World, changes: dict[str, str]) -> None:
        code = code_of(world)
        answer = exchange(world, code, changes)

        assert answer.status_code in (400, 401)
        assert "access_token" not in answer.get_json()

    def test_parameters_in_the_address_do_not_count(self, world: World) -> None:
        code = code_of(world)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
            "client_id": "gjj-console",
            "client_secret": "s" * 40,
        }
        url = f"/realms/gjj/protocol/openid-connect/token?{urlencode(form)}"

        assert world.app.test_client().post(url, base_url=BASE).status_code == 400

    def test_a_person_disabled_in_between_gets_no_token(self, world: World) -> None:
        code = code_of(world)
        disable_everybody(world)

        assert exchange(world, code).get_json()["error"] == "invalid_grant"

    def test_a_session_ended_in_between_gets_no_token(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        code, take = code_of(world), world.store.take_code

        def take_and_end(*asked: Any) -> Any:
            found = take(*asked)
            world.store.ended_sessions |= set(world.store.sessions)
            return found

        monkeypatch.setattr(world.store, "take_code", take_and_end)
        assert exchange(world, code).get_json()["error"] == "invalid_grant"

    def test_the_answer_is_not_cached(self, world: World) -> None:
        code = code_of(world)
        assert exchange(world, code).headers["Cache-Control"] == "no-store"


class TestAuthorizationRequest:
    @pytest.mark.parametrize(
        "changes",
        [
            {"code_challenge": None, "code_challenge_method": None},
            {"code_challenge": None},
            {"code_challenge_method": None},
            {"code_challenge_method": "plain"},
            {"code_challenge_method": "s256"},
            {"code_challenge": "short"},
            {"response_type": "token"},
            {"response_type": "code token"},
            {"response_type": "id_token"},
            {"response_type": None},
            {"scope": "profile"},
            {"scope": None},
        ],
    )
    def test_a_faulty_request_returns_an_error_to_the_client(
        self, world: World, changes: dict[str, Any]
    ) -> None:
        page = world.browser().open(asked(world, **changes))

        assert page.status == 302
        assert page.location.startswith(f"{CALLBACK}?error=")
        assert page.returned["iss"] == world.settings.issuer
        assert len(page.returned["state"]) > 40

    @pytest.mark.parametrize(
        "address",
        [
            None,
            "",
            f"{CALLBACK}/",
            f"{CALLBACK}?x=1",
            f"{CALLBACK}#x",
            f"{CALLBACK}/../x",
            CALLBACK.replace("127.0.0.1", "127.0.0.2"),
            CALLBACK.replace("http:", "HTTP:"),
            CALLBACK.replace("callback", "CALLBACK"),
            CALLBACK.replace("18080", "18081"),
            f"{BASE}@evil.example/login/callback",
            "https://evil.example/login/callback",
            f"{BASE}/other",
            "javascript:alert(1)",
            "//evil.example",
            f"{BASE}/登录",
        ],
    )
    def test_an_address_that_is_not_registered_is_never_redirected_to(
        self, world: World, address: str | None
    ) -> None:
        world.person()
        browser = world.browser()
        browser.sign_in()
        page = browser.open(asked(world, redirect_uri=address))

        assert (page.status, page.location) == (400, "")
        assert page.heading == "无法打开登录页面"

    def test_the_server_library_is_told_to_compare_addresses_exactly(self, world: World) -> None:
        view = ClientView(world.settings.clients[0])
        asked_for = (CALLBACK, f"{CALLBACK}/", f"{CALLBACK}?x", CALLBACK[:-1], "")

        assert [view.check_redirect_uri(address) for address in asked_for] == [True] + [False] * 4

    @pytest.mark.parametrize("client_id", [None, "", "unknown", "gjj-other", "客户端"])
    def test_another_client_is_never_redirected_to(self, world: World, client_id: str | None) -> None:
        assert world.browser().open(asked(world, client_id=client_id)).status == 400

    def test_a_parameter_given_twice_is_refused(self, world: World) -> None:
        page = world.browser().open(f"{asked(world)}&state=other")
        assert (page.status, page.location) == (400, "")

    def test_characters_that_no_error_may_carry_end_in_a_page(self, world: World) -> None:
        page = world.browser().open(asked(world, response_type='"\\代码'))
        assert page.status == 400

    def test_another_realm_does_not_exist(self, world: World) -> None:
        page = world.browser().open(asked(world).replace("/gjj/", "/master/"))
        assert (page.status, page.heading) == (404, "页面不存在")

    def test_a_scope_that_the_client_lacks_is_left_out(self, world: World) -> None:
        world.person()
        back = world.browser().sign_in(url=asked(world, scope="openid profile admin"))

        kept = next(iter(world.store.codes.values()))
        assert "code" in back.returned
        assert kept.scope == "openid profile"


class TestRefresh:
    def test_each_refresh_hands_out_the_next_token(self, world: World) -> None:
        login = signed_in(world)
        tokens = login.tokens
        for _ in range(3):
            world.clock.forward(minutes=5)
            tokens = world.client.refresh(str(tokens.refresh_token), subject=login.subject.subject)

        assert world.client.verify_access(tokens.access_token).sid == login.subject.sid

    def test_a_token_used_twice_ends_its_whole_family(self, world: World) -> None:
        login = signed_in(world)
        first = str(login.tokens.refresh_token)
        second = world.client.refresh(first, subject=login.subject.subject)
        third = world.client.refresh(str(second.refresh_token), subject=login.subject.subject)

        for token in (first, str(third.refresh_token)):
            with pytest.raises(RefreshRefused):
                world.client.refresh(token, subject=login.subject.subject)

    def test_another_client_can_not_use_it(self, world: World) -> None:
        login = signed_in(world)
        refresh = str(login.tokens.refresh_token)
        other = token_call(
            world,
            grant_type="refresh_token",
            refresh_token=refresh,
            client_id="gjj-other",
            client_secret="o" * 40,
        )

        assert other.get_json()["error"] == "invalid_grant"
        assert world.client.refresh(refresh, subject=login.subject.subject).access_token

    def test_it_dies_with_the_session(self, world: World) -> None:
        login = signed_in(world)
        for sid in world.store.sessions:
            world.store.end_session(sid, world.clock())

        with pytest.raises(RefreshRefused):
            world.client.refresh(str(login.tokens.refresh_token), subject=login.subject.subject)

    def test_it_dies_with_the_person(self, world: World) -> None:
        login = signed_in(world)
        disable_everybody(world)

        with pytest.raises(RefreshRefused):
            world.client.refresh(str(login.tokens.refresh_token), subject=login.subject.subject)

    def test_it_dies_after_the_idle_time(self, world: World) -> None:
        login = signed_in(world)
        world.clock.forward(minutes=31)

        with pytest.raises(RefreshRefused):
            world.client.refresh(str(login.tokens.refresh_token), subject=login.subject.subject)

    def test_the_new_id_token_keeps_the_time_of_the_log_in_and_has_no_nonce(self, world: World) -> None:
        login = signed_in(world)
        world.clock.forward(minutes=5)
        renewed = world.client.refresh(str(login.tokens.refresh_token), subject=login.subject.subject)
        claims = jwt.decode(str(renewed.id_token), world.issuer.keyring.verifiers()).claims

        assert claims["auth_time"] == login.subject.claims["auth_time"]
        assert "nonce" not in claims

    def test_an_access_token_is_no_refresh_token(self, world: World) -> None:
        login = signed_in(world)
        with pytest.raises(RefreshRefused):
            world.client.refresh(login.tokens.access_token, subject=login.subject.subject)


class TestUserInfo:
    def test_it_names_the_person(self, world: World) -> None:
        login = signed_in(world)
        answer = user_info(world, login.tokens.access_token).get_json()

        assert answer == {"sub": login.subject.subject, "preferred_username": "zhang.lan", "name": "张岚"}

    def test_only_a_live_access_token_opens_it(self, world: World) -> None:
        login = signed_in(world)
        tokens = (str(login.tokens.id_token), str(login.tokens.refresh_token), "x", "a.b.c", "")

        assert [user_info(world, token).status_code for token in tokens] == [401] * 5

    def test_it_closes_with_the_session_before_the_token_expires(self, world: World) -> None:
        login = signed_in(world)
        for sid in world.store.sessions:
            world.store.end_session(sid, world.clock())

        assert user_info(world, login.tokens.access_token).status_code == 401

    def test_it_closes_when_the_token_expires(self, world: World) -> None:
        login = signed_in(world)
        world.clock.forward(minutes=5)

        assert user_info(world, login.tokens.access_token).status_code == 401
