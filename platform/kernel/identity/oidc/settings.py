"""Settings of the relying party. Nothing is called when they are made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

ALGORITHMS = ("RS256", "PS256", "ES256")


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """`issuer` is the exact `iss`, under Keycloak's layout (`…/realms/<realm>`).

    `direct_base` replaces the issuer's address for calls from server to server where the public one is not reachable
    from here. `state_key` (≥ 32 bytes) signs the log-in cookie.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    post_logout_redirect_uri: str
    state_key: bytes = field(repr=False)
    api_audience: str = "gjj-api"
    authorized_parties: frozenset[str] = frozenset()
    direct_base: str | None = None
    scope: str = "openid profile"
    leeway: timedelta = timedelta(seconds=5)
    login_lifetime: timedelta = timedelta(minutes=10)
    keys_lifetime: timedelta = timedelta(hours=1)
    keys_stale_lifetime: timedelta = timedelta(hours=4)
    keys_min_interval: timedelta = timedelta(seconds=10)
    logout_token_age: timedelta = timedelta(minutes=2)
    secure_cookies: bool = True

    def __post_init__(self) -> None:
        if len(self.state_key) < 32:
            raise ValueError("the key for log-in cookies needs at least 32 bytes")
        if not timedelta(0) <= self.leeway <= timedelta(seconds=5):
            raise ValueError("the leeway for clocks is at most five seconds")

    @property
    def parties(self) -> frozenset[str]:
        """Who may be `azp` of an access token presented to the API."""
        return self.authorized_parties or frozenset({self.client_id})

    def public(self, endpoint: str) -> str:
        """An address that browsers are sent to."""
        return f"{self.issuer}/protocol/openid-connect/{endpoint}"

    def direct(self, endpoint: str) -> str:
        """An address that this process calls."""
        return f"{self.direct_base or self.issuer}/protocol/openid-connect/{endpoint}"
