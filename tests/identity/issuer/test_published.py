"""What the issuer publishes, how its keys change, what its tokens hold."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from kernel.identity.oidc.errors import LoginRefused
from tests.identity.issuer.test_protocol import AUTH, signed_in
from tests.identity.issuer.world import BASE, World, make_world, query_of


class TestDiscoveryAndKeys:
    def test_discovery_names_the_addresses_of_keycloak_s_layout(self, world: World) -> None:
        answer = (
            world.app.test_client()
            .get("/realms/gjj/.well-known/openid-configuration", base_url=BASE)
            .get_json()
        )
        base = f"{BASE}/realms/gjj/protocol/openid-connect"

        assert answer["issuer"] == f"{BASE}/realms/gjj"
        assert answer["token_endpoint"] == f"{base}/token"
        assert answer["jwks_uri"] == f"{base}/certs"
        assert answer["end_session_endpoint"] == f"{base}/logout"
        assert answer["code_challenge_methods_supported"] == ["S256"]
        assert answer["id_token_signing_alg_values_supported"] == ["RS256"]

    def test_the_published_keys_hold_no_private_part(self, world: World) -> None:
        answer = (
            world.app.test_client().get("/realms/gjj/protocol/openid-connect/certs", base_url=BASE).get_json()
        )

        assert [set(key) for key in answer["keys"]] == [{"kty", "n", "e", "kid", "use", "alg"}]

    def test_a_forged_host_header_changes_nothing(self, world: World) -> None:
        answer = world.app.test_client().get(
            "/realms/gjj/.well-known/openid-configuration", base_url="http://evil.example"
        )
        assert "evil" not in answer.get_data(as_text=True)

    def test_a_first_key_is_made_when_first_needed(self) -> None:
        world = make_world()
        world.store.keys = []
        assert world.store.keys == []
        signed_in(world)

        assert len(world.store.keys) == 1

    def test_no_token_is_written_to_the_log(self, world: World, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level("DEBUG")
        login = signed_in(world)

        assert not re.search(r"eyJ[A-Za-z0-9_-]{10}", caplog.text)
        assert str(login.tokens.refresh_token) not in caplog.text


class TestTokensOfTheIssuer:
    def test_the_access_token_holds_authentication_only(self, world: World) -> None:
        login = signed_in(world)
        keys = KeySet.import_key_set(world.issuer.keyring.public_jwks())  # type: ignore[arg-type]
        token = jwt.decode(login.tokens.access_token, keys)

        assert token.header["alg"] == "RS256"
        assert set(token.claims) == {
            "iss", "sub", "azp", "sid", "jti", "iat", "exp", "typ", "aud", "scope",
        }  # fmt: skip
        assert token.claims["typ"] == "Bearer"
        assert token.claims["azp"] == "gjj-console"
        assert token.claims["aud"] == ["gjj-api"]

    def test_the_client_refuses_a_log_in_with_another_nonce(self, world: World) -> None:
        world.person()
        start = world.client.start_login()
        changed = f"{AUTH}?{urlencode(query_of(start.url) | {'nonce': 'another'})}"
        back = world.browser().sign_in(url=changed)

        with pytest.raises(LoginRefused, match="id_token_nonce"):
            world.client.finish_login(back.returned, {start.cookie_name: start.cookie_value})
