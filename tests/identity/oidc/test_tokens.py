"""The token grid (AUTH-5): one thing wrong, everything else right, refused every time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from kernel.identity.oidc.checks import half_hash
from kernel.identity.oidc.client import OidcClient
from kernel.identity.oidc.errors import TokenRefused
from kernel.identity.oidc.settings import OidcSettings
from kernel.identity.oidc.transport import in_process_transport
from tests.identity.issuer.test_protocol import signed_in
from tests.identity.issuer.world import World, make_world
from tests.identity.oidc import forge

OTHER = "http://127.0.0.1:18080/realms/other"
Forgery = Callable[[World], str]


def seconds(world: World, delta: float) -> float:
    return world.clock().timestamp() + delta


COMMON: dict[str, Callable[[World, str], str]] = {
    "alg none": forge.unsigned,
    "alg None": lambda world, kind: forge.unsigned(world, kind, "None"),
    "alg missing": lambda world, kind: forge.unsigned(world, kind, None),
    "alg a list": lambda world, kind: forge.right(world, kind, alg=["RS256"]),
    "HS256 under the public key": forge.with_public_key_as_secret,
    "RS384": lambda world, kind: forge.right(world, kind, alg="RS384"),
    "PS256 over another padding": lambda world, kind: forge.right(world, kind, alg="PS256"),
    "a foreign key": forge.by_foreign_key,
    "a foreign key in the header": lambda world, kind: forge.by_foreign_key(
        world, kind, jwk=forge.foreign_key().as_dict(private=False)
    ),
    "an address of keys in the header": lambda world, kind: forge.by_foreign_key(
        world, kind, jku="https://evil.example/jwks"
    ),
    "a curve key": forge.by_curve_key,
    "kid missing": lambda world, kind: forge.right(world, kind, kid=None),
    "kid empty": lambda world, kind: forge.right(world, kind, kid=""),
    "kid a number": lambda world, kind: forge.right(world, kind, kid=1),
    "kid unknown": lambda world, kind: forge.right(world, kind, kid="other"),
    "kid a path": lambda world, kind: forge.right(world, kind, kid="../../../dev/null"),
    "kid a statement": lambda world, kind: forge.right(world, kind, kid="x' or '1'='1"),
    "kid long": lambda world, kind: forge.right(world, kind, kid="first" + "x" * 300),
    "crit unknown": lambda world, kind: forge.right(world, kind, crit=["exp"], exp=1),
    "header typ at random": lambda world, kind: forge.right(world, kind, typ="dpop+jwt"),
    "body changed": lambda world, kind: _body_changed(forge.right(world, kind)),
    "signature cut": lambda world, kind: forge.right(world, kind)[:-8],
    "signature missing": lambda world, kind: forge.right(world, kind).rpartition(".")[0] + ".",
    "two parts": lambda world, kind: forge.right(world, kind).rpartition(".")[0],
    "five parts": lambda world, kind: "a.b.c.d.e",
    "empty": lambda world, kind: "",
    "dots": lambda world, kind: "..",
    "not ASCII": lambda world, kind: "令.牌.签",
    "huge": lambda world, kind: forge.changed(world, kind, padding="x" * 20_000),
    "deep header": lambda world, kind: f"{'W1tb' * 3000}.x.y",
    "body a list": lambda world, kind: forge.sign(world, ["x"], typ=forge.HEADER_TYPES[kind]),  # type: ignore[arg-type]
}


def _made(make: Callable[[World, str], str], kind: str, world: World) -> str:
    return make(world, kind)


def of_kind(kind: str) -> dict[str, Forgery]:
    """What is wrong in any kind of token, done to this kind."""
    return {name: partial(_made, make, kind) for name, make in COMMON.items()}


ACCESS: dict[str, Forgery] = of_kind("access") | {
    "aud missing": lambda world: forge.changed(world, aud=None),
    "aud empty": lambda world: forge.changed(world, aud=[]),
    "aud other": lambda world: forge.changed(world, aud=["other-api"]),
    "aud the client only": lambda world: forge.changed(world, aud="gjj-console"),
    "aud with a number": lambda world: forge.changed(world, aud=["gjj-api", 1]),
    "aud a number": lambda world: forge.changed(world, aud=1),
    "iss missing": lambda world: forge.changed(world, iss=None),
    "iss of another realm": lambda world: forge.changed(world, iss=OTHER),
    "iss with a slash": lambda world: forge.changed(world, iss=f"{world.settings.issuer}/"),
    "iss upper case": lambda world: forge.changed(world, iss=world.settings.issuer.upper()),
    "iss a list": lambda world: forge.changed(world, iss=[world.settings.issuer]),
    "azp missing": lambda world: forge.changed(world, azp=None),
    "azp other": lambda world: forge.changed(world, azp="gjj-other"),
    "typ missing": lambda world: forge.changed(world, typ=None),
    "typ Refresh": lambda world: forge.changed(world, typ="Refresh"),
    "typ Offline": lambda world: forge.changed(world, typ="Offline"),
    "typ ID": lambda world: forge.changed(world, typ="ID"),
    "an ID token": lambda world: forge.changed(world, "id"),
    "a logout token": lambda world: forge.changed(world, "logout"),
    "header typ logout": lambda world: forge.right(world, "access", typ="logout+jwt"),
    "exp missing": lambda world: forge.changed(world, exp=None),
    "exp text": lambda world: forge.changed(world, exp="9999999999"),
    "exp true": lambda world: forge.changed(world, exp=True),
    "exp not a number": lambda world: forge.changed(world, exp=float("nan")),
    "exp infinite": lambda world: forge.changed(world, exp=float("inf")),
    "expired 6 s": lambda world: forge.changed(world, exp=seconds(world, -6)),
    "expired a day": lambda world: forge.changed(world, exp=seconds(world, -86_400)),
    "iat missing": lambda world: forge.changed(world, iat=None),
    "iat future": lambda world: forge.changed(world, iat=seconds(world, 60)),
    "nbf future": lambda world: forge.changed(world, nbf=seconds(world, 60)),
    "nbf text": lambda world: forge.changed(world, nbf="0"),
    "sub missing": lambda world: forge.changed(world, sub=None),
    "sub empty": lambda world: forge.changed(world, sub=""),
    "sub a number": lambda world: forge.changed(world, sub=7),
    "sub a list": lambda world: forge.changed(world, sub=["a"]),
    "sid a number": lambda world: forge.changed(world, sid=7),
}


class TestAccessTokens:
    def test_a_right_one_is_accepted(self, world: World) -> None:
        subject = world.client.verify_access(forge.changed(world))
        assert subject.subject == forge.right_claims(world)["sub"]

    @pytest.mark.parametrize("name", ACCESS)
    def test_one_with_something_wrong_is_refused(self, world: World, name: str) -> None:
        forged = ACCESS[name](world)
        with pytest.raises(TokenRefused):
            world.client.verify_access(forged)

    @pytest.mark.parametrize(("ago", "accepted"), [(-60, True), (0, True), (4, True), (5, False), (6, False)])
    def test_the_leeway_is_below_five_seconds(self, world: World, ago: int, accepted: bool) -> None:
        token = forge.changed(world, exp=seconds(world, -ago))
        if accepted:
            assert world.client.verify_access(token).sid
        else:
            with pytest.raises(TokenRefused):
                world.client.verify_access(token)

    def test_the_issuer_s_own_id_and_refresh_tokens_are_refused(self, world: World) -> None:
        login = signed_in(world)
        for token in (login.tokens.id_token, login.tokens.refresh_token):
            with pytest.raises(TokenRefused):
                world.client.verify_access(str(token))

    def test_a_token_of_each_other_realm_is_refused(self) -> None:
        here, there = make_world(), make_world(realm="other")
        token = signed_in(there).tokens.access_token
        there.client.verify_access(token)

        with pytest.raises(TokenRefused):
            here.client.verify_access(token)

    def test_a_reason_never_holds_the_token(self, world: World) -> None:
        for name, forged in ACCESS.items():
            token = forged(world)
            with pytest.raises(TokenRefused) as caught:
                world.client.verify_access(token)
            assert caught.value.reason in {
                "form",
                "alg",
                "kid",
                "signature_or_claims",
                "typ",
                "aud",
                "azp",
                "sub",
                "sid",
            }, name


ID: dict[str, Forgery] = of_kind("id") | {
    "aud missing": lambda world: forge.changed(world, "id", aud=None),
    "aud other": lambda world: forge.changed(world, "id", aud="gjj-other"),
    "aud of several without azp": lambda world: forge.changed(
        world, "id", aud=["gjj-console", "x"], azp=None
    ),
    "azp other": lambda world: forge.changed(world, "id", azp="gjj-other"),
    "nonce missing": lambda world: forge.changed(world, "id", nonce=None),
    "nonce other": lambda world: forge.changed(world, "id", nonce="m" * 43),
    "nonce a list": lambda world: forge.changed(world, "id", nonce=["n" * 43]),
    "typ Bearer": lambda world: forge.changed(world, "id", typ="Bearer"),
    "an access token": lambda world: forge.changed(world),
    "iss other": lambda world: forge.changed(world, "id", iss=OTHER),
    "exp missing": lambda world: forge.changed(world, "id", exp=None),
    "expired": lambda world: forge.changed(world, "id", exp=seconds(world, -6)),
    "at_hash other": lambda world: forge.changed(world, "id", at_hash="x" * 22),
    "sub missing": lambda world: forge.changed(world, "id", sub=None),
}


class TestIdTokens:
    def check(self, world: World, token: str) -> None:
        world.client._checks.identity(token, nonce="n" * 43, access_token="access")

    def test_a_right_one_is_accepted(self, world: World) -> None:
        self.check(world, forge.changed(world, "id"))
        self.check(world, forge.changed(world, "id", at_hash=half_hash("access")))

    @pytest.mark.parametrize("name", ID)
    def test_one_with_something_wrong_is_refused(self, world: World, name: str) -> None:
        forged = ID[name](world)
        with pytest.raises(TokenRefused):
            self.check(world, forged)


LOGOUT: dict[str, Forgery] = of_kind("logout") | {
    "aud missing": lambda world: forge.changed(world, "logout", aud=None),
    "aud other": lambda world: forge.changed(world, "logout", aud="gjj-other"),
    "iss other": lambda world: forge.changed(world, "logout", iss=OTHER),
    "events missing": lambda world: forge.changed(world, "logout", events=None),
    "events empty": lambda world: forge.changed(world, "logout", events={}),
    "events a list": lambda world: forge.changed(world, "logout", events=["x"]),
    "event not an object": lambda world: forge.changed(
        world, "logout", events={"http://schemas.openid.net/event/backchannel-logout": True}
    ),
    "nonce present": lambda world: forge.changed(world, "logout", nonce="n"),
    "jti missing": lambda world: forge.changed(world, "logout", jti=None),
    "jti a number": lambda world: forge.changed(world, "logout", jti=7),
    "iat missing": lambda world: forge.changed(world, "logout", iat=None),
    "iat three minutes old": lambda world: forge.changed(world, "logout", iat=seconds(world, -180)),
    "exp missing": lambda world: forge.changed(world, "logout", exp=None),
    "expired": lambda world: forge.changed(world, "logout", exp=seconds(world, -6)),
    "neither sub nor sid": lambda world: forge.changed(world, "logout", sub=None, sid=None),
    "header typ JWT": lambda world: forge.right(world, "logout", typ="JWT"),
    "an ID token": lambda world: forge.changed(world, "id"),
}


class TestLogoutTokens:
    def test_a_right_one_is_accepted_once(self, world: World) -> None:
        token = forge.changed(world, "logout")
        assert world.client.verify_logout(token).sid == forge.right_claims(world, "logout")["sid"]

        with pytest.raises(TokenRefused, match="replay"):
            world.client.verify_logout(token)

    def test_a_session_alone_or_a_person_alone_is_enough(self, world: World) -> None:
        assert world.client.verify_logout(forge.changed(world, "logout", sub=None, jti="a")).subject == ""
        assert world.client.verify_logout(forge.changed(world, "logout", sid=None, jti="b")).sid is None

    @pytest.mark.parametrize("name", LOGOUT)
    def test_one_with_something_wrong_is_refused(self, world: World, name: str) -> None:
        forged = LOGOUT[name](world)
        with pytest.raises(TokenRefused):
            world.client.verify_logout(forged)
        assert world.replays.seen == set()

    def test_without_a_memory_for_replays_none_is_accepted(self, world: World) -> None:
        client = OidcClient(world.client.settings, in_process_transport(world.app), clock=world.clock)
        with pytest.raises(TokenRefused, match="no_replay_cache"):
            client.verify_logout(forge.changed(world, "logout"))


class TestSettings:
    @pytest.mark.parametrize(
        "changes", [{"leeway_seconds": 6}, {"leeway_seconds": -1}, {"state_key": b"short"}]
    )
    def test_loose_settings_are_refused(self, changes: dict[str, object]) -> None:
        known = {
            "issuer": OTHER,
            "client_id": "a",
            "client_secret": "b",
            "redirect_uri": "c",
            "post_logout_redirect_uri": "d",
            "state_key": b"k" * 32,
        }
        leeway = changes.pop("leeway_seconds", 5) if "leeway_seconds" in changes else 5
        with pytest.raises(ValueError, match="seconds|bytes"):
            OidcSettings(**{**known, **changes}, leeway=timedelta(seconds=int(str(leeway))))  # type: ignore[arg-type]


def _body_changed(token: str) -> str:
    header, body, signature = token.split(".")
    return f"{header}.{body[:-4]}{'AAAA' if body[-4:] != 'AAAA' else 'BBBB'}.{signature}"
