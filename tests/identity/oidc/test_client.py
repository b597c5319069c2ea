"""The client's own part of a log-in, its key cache, and its manners when the issuer does not answer."""

from __future__ import annotations

import logging
import socket
from dataclasses import replace
from typing import Any

import pytest

from kernel.identity.oidc.client import OidcClient
from kernel.identity.oidc.errors import LoginRefused, ProviderUnreachable, RefreshRefused, TokenRefused
from kernel.identity.oidc.login_state import local_path
from kernel.identity.oidc.transport import HttpTransport, in_process_transport, network_transport
from tests.identity.issuer.test_protocol import signed_in
from tests.identity.issuer.world import World, make_world, query_of
from tests.identity.oidc import forge


class Counting:
    """A transport that counts, and can be cut."""

    def __init__(self, inner: HttpTransport) -> None:
        self.inner = inner
        self.calls: list[str] = []
        self.cut = False
        self.answer: tuple[int, dict[str, Any]] | None = None

    def get(self, url: str, *, bearer: str | None = None) -> tuple[int, dict[str, Any]]:
        return self._through(url) or self.inner.get(url, bearer=bearer)

    def post(self, url: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        return self._through(url) or self.inner.post(url, form)

    def _through(self, url: str) -> tuple[int, dict[str, Any]] | None:
        self.calls.append(url.rsplit("/", 1)[1])
        if self.cut:
            raise ProviderUnreachable("no_answer")
        return self.answer


@pytest.fixture
def counted(world: World) -> tuple[World, OidcClient, Counting]:
    transport = Counting(in_process_transport(world.app))
    client = OidcClient(world.client.settings, transport, clock=world.clock, replays=world.replays)
    world.client = client
    return world, client, transport


class TestStart:
    def test_state_nonce_and_verifier_are_new_each_time(self, world: World) -> None:
        starts = [query_of(world.client.start_login().url) for _ in range(20)]

        for name in ("state", "nonce", "code_challenge"):
            assert len({start[name] for start in starts}) == 20
        assert {start["code_challenge_method"] for start in starts} == {"S256"}

    def test_the_verifier_does_not_stand_in_the_address(self, world: World) -> None:
        assert "code_verifier" not in world.client.start_login().url

    def test_only_known_extras_are_passed_on(self, world: World) -> None:
        query = query_of(world.client.start_login(prompt="login", redirect_uri="https://evil.example").url)
        assert query["prompt"] == "login"
        assert "evil" not in query["redirect_uri"]

    @pytest.mark.parametrize(
        ("asked", "kept"),
        [
            ("/console/inbox?page=2", "/console/inbox?page=2"),
            (None, "/"),
            ("", "/"),
            ("console", "/"),
            ("https://evil.example", "/"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("/\t/evil.example", "/"),
            ("/x\r\nSet-Cookie: a=b", "/"),
            ("javascript:alert(1)", "/"),
            ("/" + "x" * 2000, "/"),
        ],
    )
    def test_nobody_is_sent_elsewhere_after_a_log_in(self, asked: str | None, kept: str) -> None:
        assert local_path(asked) == kept


class TestCallback:
    def back(self, world: World) -> tuple[dict[str, str], dict[str, str]]:
        world.person()
        start = world.client.start_login()
        return world.browser().sign_in(url=start.url).returned, {start.cookie_name: start.cookie_value}

    def test_without_the_cookie_it_is_refused(self, world: World) -> None:
        parameters, _ = self.back(world)
        with pytest.raises(LoginRefused, match="state"):
            world.client.finish_login(parameters, {})

    def test_with_the_cookie_of_another_log_in_it_is_refused(self, world: World) -> None:
        parameters, cookies = self.back(world)
        other = world.client.start_login()
        (name,) = cookies
        with pytest.raises(LoginRefused, match="state"):
            world.client.finish_login(parameters, {name: other.cookie_value})

    def test_a_changed_cookie_is_refused(self, world: World) -> None:
        parameters, cookies = self.back(world)
        ((name, value),) = cookies.items()
        for forged in (
            "",
            "x",
            value[:40] + ("A" if value[40] != "A" else "B") + value[41:],
            value + "x",
            "x" * 5000,
        ):
            with pytest.raises(LoginRefused, match="cookie"):
                world.client.finish_login(parameters, {name: forged})

    def test_a_callback_after_ten_minutes_is_refused(self, world: World) -> None:
        parameters, cookies = self.back(world)
        world.clock.forward(minutes=10)
        with pytest.raises(LoginRefused, match="late"):
            world.client.finish_login(parameters, cookies)

    def test_the_answer_of_another_issuer_is_refused(self, world: World) -> None:
        parameters, cookies = self.back(world)
        with pytest.raises(LoginRefused, match="iss"):
            world.client.finish_login(parameters | {"iss": "https://evil.example"}, cookies)

    @pytest.mark.parametrize("changes", [{"error": "access_denied"}, {"code": ""}, {"code": "x" * 3000}])
    def test_an_error_or_an_odd_code_is_refused(self, world: World, changes: dict[str, str]) -> None:
        parameters, cookies = self.back(world)
        with pytest.raises(LoginRefused, match="denied"):
            world.client.finish_login(parameters | changes, cookies)

    def test_a_callback_played_twice_is_refused(self, world: World) -> None:
        parameters, cookies = self.back(world)
        world.client.finish_login(parameters, cookies)
        with pytest.raises(LoginRefused, match="exchange"):
            world.client.finish_login(parameters, cookies)

    def test_a_code_of_one_log_in_does_not_finish_another(self, world: World) -> None:
        parameters, _ = self.back(world)
        victim = world.client.start_login()
        mixed = parameters | {"state": query_of(victim.url)["state"]}
        with pytest.raises(LoginRefused, match="exchange"):
            world.client.finish_login(mixed, {victim.cookie_name: victim.cookie_value})

    def test_two_log_ins_at_once_both_succeed(self, world: World) -> None:
        world.person()
        one, two = world.client.start_login("/a"), world.client.start_login("/b")
        browser = world.browser()
        first, second = browser.sign_in(url=one.url), browser.open(two.url)
        cookies = {start.cookie_name: start.cookie_value for start in (one, two)}

        assert world.client.finish_login(second.returned, cookies).return_to == "/b"
        assert world.client.finish_login(first.returned, cookies).return_to == "/a"

    def test_tokens_do_not_show_in_a_repr(self, world: World) -> None:
        login = signed_in(world)
        assert str(login.tokens.refresh_token) not in repr(login.tokens)
        assert login.tokens.access_token not in repr(login.tokens)

    def test_odd_answers_of_the_token_endpoint_are_refused(
        self, counted: tuple[World, OidcClient, Counting]
    ) -> None:
        world, client, transport = counted
        for answer in (
            {},
            {"access_token": 1, "token_type": "Bearer"},
            {"access_token": "a", "token_type": "mac"},
            {"access_token": "a", "token_type": "Bearer", "id_token": 1},
            {"access_token": "a", "token_type": "Bearer", "expires_in": "1"},
            {"access_token": "a", "token_type": "Bearer", "expires_in": True},
            {"access_token": "a", "token_type": "Bearer"},
            {"access_token": "a", "token_type": "Bearer", "id_token": "x"},
        ):
            parameters, cookies = self.back(world)
            transport.answer = (200, dict(answer))
            with pytest.raises(LoginRefused):
                client.finish_login(parameters, cookies)
            transport.answer = None


class TestRefresh:
    def test_tokens_of_another_person_are_refused(self, world: World) -> None:
        login = signed_in(world)
        with pytest.raises(RefreshRefused, match="subject"):
            world.client.refresh(str(login.tokens.refresh_token), subject="another")

    def test_an_issuer_out_of_reach_is_told_apart_from_a_refusal(
        self, counted: tuple[World, OidcClient, Counting]
    ) -> None:
        world, client, transport = counted
        login = signed_in(world)
        transport.cut = True
        with pytest.raises(ProviderUnreachable):
            client.refresh(str(login.tokens.refresh_token), subject=login.subject.subject)
        transport.cut, transport.answer = False, (503, {})
        with pytest.raises(ProviderUnreachable):
            client.refresh(str(login.tokens.refresh_token), subject=login.subject.subject)


class TestKeys:
    def test_nothing_is_called_before_the_first_token(
        self, counted: tuple[World, OidcClient, Counting]
    ) -> None:
        world, client, transport = counted
        client.start_login()
        client.logout_url("x")
        assert transport.calls == []

        client.verify_access(forge.changed(world))
        assert transport.calls == ["certs"]

    def test_a_hundred_tokens_need_one_fetch(self, counted: tuple[World, OidcClient, Counting]) -> None:
        world, client, transport = counted
        for _ in range(100):
            client.verify_access(forge.changed(world))
        assert transport.calls == ["certs"]

    def test_forged_key_ids_cost_at_most_one_fetch_per_interval(
        self, counted: tuple[World, OidcClient, Counting]
    ) -> None:
        world, client, transport = counted
        for second in range(20):
            for n in range(10):
                with pytest.raises(TokenRefused):
                    client.verify_access(forge.right(world, "access", kid=f"{second}-{n}"))
            world.clock.forward(seconds=1)

        assert transport.calls == ["certs"] * 2

    def test_known_keys_serve_while_the_issuer_is_out_of_reach_but_not_for_ever(
        self, counted: tuple[World, OidcClient, Counting]
    ) -> None:
        world, client, transport = counted
        client.verify_access(forge.changed(world))
        transport.cut = True
        world.clock.forward(hours=3)
        assert client.verify_access(forge.changed(world)).subject
        world.clock.forward(hours=1)
        with pytest.raises(ProviderUnreachable):
            client.verify_access(forge.changed(world))

    def test_without_any_key_nobody_is_let_in(self, counted: tuple[World, OidcClient, Counting]) -> None:
        world, client, transport = counted
        transport.cut = True
        with pytest.raises(ProviderUnreachable):
            client.verify_access(forge.changed(world))

    @pytest.mark.parametrize(
        "entry",
        [
            {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0", "use": "sig", "kid": "first"},
            {"kty": "RSA", "n": "AQAB", "e": "AQAB", "use": "enc", "kid": "first"},
            {"kty": "RSA", "use": "sig", "kid": "first"},
            {"kty": "RSA", "n": "AQAB", "e": "AQAB", "use": "sig"},
            "text",
        ],
    )
    def test_keys_that_are_not_public_signature_keys_are_left_out(
        self, counted: tuple[World, OidcClient, Counting], entry: Any
    ) -> None:
        world, client, transport = counted
        transport.answer = (200, {"keys": [entry]})
        with pytest.raises(TokenRefused, match="kid"):
            client.verify_access(forge.changed(world))


class TestTransport:
    def test_the_embedded_issuer_is_reached_without_a_socket(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*unused: object, **unused_too: object) -> None:
            raise AssertionError("a socket was opened")

        monkeypatch.setattr(socket, "create_connection", refuse)
        monkeypatch.setattr(socket.socket, "connect", refuse)
        login = signed_in(world)

        assert world.client.verify_access(login.tokens.access_token).subject == login.subject.subject

    def test_over_the_network_a_dead_issuer_is_out_of_reach(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            transport = network_transport()
            with pytest.raises(ProviderUnreachable, match="no_answer"):
                transport.get(f"http://127.0.0.1:{taken.getsockname()[1]}/certs")
            transport.close()

    @pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'"text"', b"{" * 10, b"x" * 300_000])
    def test_an_answer_that_is_no_short_json_object_counts_as_out_of_reach(self, body: bytes) -> None:
        def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
            start_response("200 OK", [("Content-Type", "application/json")])
            return [body]

        with pytest.raises(ProviderUnreachable):
            in_process_transport(app).get("http://127.0.0.1/certs")

    def test_redirects_are_not_followed(self) -> None:
        asked: list[str] = []

        def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
            asked.append(environ["PATH_INFO"])
            start_response("302 Found", [("Location", "http://127.0.0.1/elsewhere")])
            return [b"{}"]

        assert in_process_transport(app).get("http://127.0.0.1/certs")[0] == 302
        assert asked == ["/certs"]

    def test_calls_are_not_logged_with_their_addresses(
        self, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        login = signed_in(world)
        assert "s" * 40 not in caplog.text
        assert login.tokens.access_token not in caplog.text

    def test_another_direct_address_serves_calls_but_not_browsers(self) -> None:
        world = make_world()
        settings = replace(world.client.settings, direct_base="http://10.0.0.9/realms/gjj")
        assert settings.direct("token").startswith("http://10.0.0.9/")
        assert settings.public("auth").startswith(world.settings.issuer)
