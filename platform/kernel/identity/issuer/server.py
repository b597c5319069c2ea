"""Authlib's authorization server on our store: code grant with PKCE S256, rotation of refresh tokens, userinfo, logout."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from hmac import compare_digest
from typing import Any
from urllib.parse import urlsplit

from authlib.integrations.flask_oauth2 import (
    AuthorizationServer as FlaskAuthorizationServer,
)
from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oauth2.rfc6749.requests import OAuth2Payload
from authlib.oauth2.rfc9207.parameter import IssuerParameter
from flask import request as flask_request

from kernel.identity.issuer.core import Issuer
from kernel.identity.issuer.records import Person, SsoSession
from kernel.identity.issuer.settings import IssuerClient

# Its grants write whole tokens at debug level.
logging.getLogger("authlib").setLevel(logging.INFO)


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """The resource owner handed to Authlib: the person and the session that vouches for them."""

    person: Person
    session: SsoSession


class ClientView:
    """A client as Authlib asks about it: exact addresses, secret in the form or header, two grants."""

    def __init__(self, client: IssuerClient) -> None:
        self.record = client
        self.client_id = client.client_id
        self.client_metadata = {"post_logout_redirect_uris": list(client.post_logout_redirect_uris)}

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str | None) -> str:
        return " ".join(word for word in (scope or "").split() if word in self.record.scopes)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.record.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        return compare_digest(self.record.client_secret.encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in ("client_secret_basic", "client_secret_post")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in ("authorization_code", "refresh_token")


class RequestPayload(OAuth2Payload):  # type: ignore[misc]
    """Parameters of a request, from the one place where they belong (never query and form mixed)."""

    def __init__(self, values: dict[str, list[str]]) -> None:
        self._values = values

    @cached_property
    def data(self) -> dict[str, str]:
        return {name: values[0] for name, values in self._values.items() if values}

    @cached_property
    def datalist(self) -> defaultdict[str, list[str]]:
        return defaultdict(list, self._values)


class IssuerRequest(OAuth2Request):  # type: ignore[misc]
    """A request under the issuer's own address: transport security follows the settings, not a Host header."""

    def __init__(
        self, issuer: Issuer, method: str, path: str, values: dict[str, list[str]], headers: Any
    ) -> None:
        super().__init__(method, f"{issuer.settings.base_url}{path}", headers=headers)
        self.issuer = issuer
        self.payload = RequestPayload(values)

    @property
    def args(self) -> dict[str, str]:
        return self.payload.data if self.method == "GET" else {}

    @property
    def form(self) -> dict[str, str]:
        return self.payload.data if self.method == "POST" else {}


class IssuerServer(FlaskAuthorizationServer):  # type: ignore[misc]
    """The server with our issuer at hand for its grants and endpoints."""

    def __init__(self, issuer: Issuer) -> None:
        super().__init__(query_client=self._find_client, save_token=lambda token, request: None)
        self.issuer = issuer
        self._clients = {name: ClientView(client) for name, client in issuer.settings.by_client_id().items()}
        self.scopes_supported = None
        self.register_extension(_OwnName(issuer.settings.issuer))

    def _find_client(self, client_id: str) -> ClientView | None:
        return self._clients.get(client_id)

    def create_oauth2_request(self, request: Any) -> IssuerRequest:
        """The current request, or one that is handed in (the stored authorization request of a log-in)."""
        if isinstance(request, IssuerRequest):
            return request
        values = flask_request.form if flask_request.method == "POST" else flask_request.args
        return IssuerRequest(
            self.issuer,
            flask_request.method,
            flask_request.path,
            values.to_dict(flat=False),
            flask_request.headers,
        )

    def authorization_request(self, query: dict[str, str]) -> IssuerRequest:
        """The authorization request that a log-in began with."""
        path = urlsplit(self.issuer.settings.issuer).path + "/protocol/openid-connect/auth"
        return IssuerRequest(self.issuer, "GET", path, {name: [value] for name, value in query.items()}, {})

    @property
    def access_seconds(self) -> int:
        return self.issuer.settings.access_lifetime // timedelta(seconds=1)


class _OwnName(IssuerParameter):  # type: ignore[misc]
    """`iss` in every authorization response (RFC 9207): a client with two providers cannot be confused."""

    def __init__(self, name: str) -> None:
        self._name = name

    def get_issuer(self) -> str:
        return self._name
