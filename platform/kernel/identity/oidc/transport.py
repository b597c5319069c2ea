"""How the client reaches the issuer: in this process without a socket, or over the network with short patience."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import httpx

from kernel.identity.oidc.errors import ProviderUnreachable

MAX_ANSWER_BYTES = 262144
_TIMEOUT = httpx.Timeout(3.0, connect=1.0)


class Transport(Protocol):
    """Two calls, both to the one identity service. A status and a JSON object come back, or ProviderUnreachable."""

    def get(self, url: str, *, bearer: str | None = None) -> tuple[int, dict[str, Any]]: ...

    def post(self, url: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]: ...


class HttpTransport:
    """Over httpx; no redirects, no proxies from the environment, answers of limited size."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def get(self, url: str, *, bearer: str | None = None) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        return self._call("GET", url, headers=headers)

    def post(self, url: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        return self._call("POST", url, data=form)

    def close(self) -> None:
        self._client.close()

    def _call(self, method: str, url: str, **options: Any) -> tuple[int, dict[str, Any]]:
        try:
            with self._client.stream(method, url, **options) as response:
                body = b""
                for part in response.iter_bytes():
                    body += part
                    if len(body) > MAX_ANSWER_BYTES:
                        raise ProviderUnreachable("answer_too_long")
                return response.status_code, self._object(httpx.Response(200, content=body))
        except httpx.HTTPError:
            raise ProviderUnreachable("no_answer") from None

    def _object(self, response: httpx.Response) -> dict[str, Any]:
        try:
            value = response.json()
        except ValueError:
            raise ProviderUnreachable("answer_unreadable") from None
        if not isinstance(value, dict):
            raise ProviderUnreachable("answer_unreadable")
        return value


def network_transport() -> HttpTransport:
    """For Keycloak: 1 s to connect, 3 s to read. Nothing is called yet."""
    return HttpTransport(httpx.Client(timeout=_TIMEOUT, follow_redirects=False, trust_env=False))


def in_process_transport(wsgi_app: Callable[..., Any]) -> HttpTransport:
    """For the embedded issuer: its application is called directly, no socket is opened."""
    transport = httpx.WSGITransport(app=wsgi_app)
    return HttpTransport(httpx.Client(transport=transport, follow_redirects=False, trust_env=False))
