"""The issuer of this installation and the client that talks to it: embedded in the web process, or outside (Keycloak)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app.demo.people import offered
from app.installation.installation import Installation
from kernel.config import secret_values
from kernel.db.roles import Login
from kernel.identity.console import ISSUER, OIDC
from kernel.identity.issuer.app import create_issuer, create_issuer_app
from kernel.identity.issuer.argon2_passwords import Argon2Passwords
from kernel.identity.issuer.core import Issuer
from kernel.identity.issuer.settings import DemoAccount, IssuerClient, IssuerSettings
from kernel.identity.issuer.sql_store.place import Place
from kernel.identity.issuer.sql_store.store import SqlIssuerStore
from kernel.identity.oidc.client import OidcClient
from kernel.identity.oidc.settings import OidcSettings
from kernel.identity.oidc.transport import in_process_transport, network_transport
from kernel.identity.replays import Replays

MOUNT = "/realms/"
WsgiApp = Callable[..., Iterable[bytes]]


@dataclass(frozen=True)
class SignIn:
    """What the web face needs to let people in; `issuer_app` is there when the issuer is embedded."""

    client: OidcClient
    issuer: Issuer | None = None
    issuer_app: Flask | None = None


def sign_in_of(installation: Installation) -> SignIn:
    """Made without a query: keys and rows are read at the first log-in."""
    choice = installation.settings.issuer
    base = installation.settings.base_url.rstrip("/")
    settings = OidcSettings(
        issuer=choice.issuer,
        client_id=choice.client_id,
        client_secret=secret_values.text(installation.settings.keys.client_secret),
        redirect_uri=f"{base}/oidc/callback",
        post_logout_redirect_uri=f"{base}/sign-in",
        state_key=installation.web_settings().key("oidc"),
        api_audience=choice.audience,
        direct_base=choice.direct_base,
        secure_cookies=installation.settings.web.https,
    )
    replays = Replays(store_of(installation))
    if not choice.embedded:
        return SignIn(OidcClient(settings, network_transport(), replays=replays))
    issuer = issuer_of(installation, offered(installation.settings))
    app = create_issuer_app(issuer)
    return SignIn(OidcClient(settings, in_process_transport(app), replays=replays), issuer, app)


def let_in(app: Flask, sign_in: SignIn, proxies: int) -> None:
    """Give the web face its log-in. The issuer counts guesses by address, so it believes the same fronts as the pages do."""
    app.extensions[OIDC] = sign_in.client
    if sign_in.issuer_app is None:
        return
    app.extensions[ISSUER] = sign_in.issuer
    inner: WsgiApp = sign_in.issuer_app
    if proxies:
        inner = ProxyFix(inner, x_for=proxies, x_proto=proxies, x_host=proxies)
    app.wsgi_app = beside(app.wsgi_app, inner)  # type: ignore[method-assign]


def issuer_of(installation: Installation, demo_accounts: tuple[DemoAccount, ...] = ()) -> Issuer:
    """The embedded issuer: its rows lie in the province tenant."""
    choice = installation.settings.issuer
    base = installation.settings.base_url.rstrip("/")
    client = IssuerClient(
        client_id=choice.client_id,
        client_secret=secret_values.text(installation.settings.keys.client_secret),
        name_zh="管理后台",
        redirect_uris=frozenset({f"{base}/oidc/callback"}),
        post_logout_redirect_uris=frozenset({f"{base}/sign-in"}),
        audience=choice.audience,
    )
    settings = IssuerSettings(
        base_url=base,
        realm=choice.realm,
        secret_key=secret_values.key(installation.settings.keys.issuer),
        clients=(client,),
        province_zh=installation.settings.province.name_zh,
        totp_required=choice.second_factor,
        demo_accounts=demo_accounts,
    )
    return create_issuer(settings, store_of(installation), Argon2Passwords())


def store_of(installation: Installation) -> SqlIssuerStore:
    """Accounts, sessions and keys of the embedded issuer."""
    database = installation.database(Login.WEB)
    place = Place(database, lambda: installation.province_id(Login.WEB), lambda: installation.keyring)
    return SqlIssuerStore(place)


def beside(main: WsgiApp, issuer_app: WsgiApp) -> WsgiApp:
    """One WSGI application: the issuer's addresses go to the issuer, unstripped."""

    def dispatch(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        return (issuer_app if path.startswith(MOUNT) else main)(environ, start_response)

    return dispatch
