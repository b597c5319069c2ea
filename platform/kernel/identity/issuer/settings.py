"""Settings of the issuer: its address, its clients, its limits. Checked when made; nothing is read or called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from types import MappingProxyType
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `attempts` evaluations; then nothing is evaluated until `pause` has passed since the last one."""

    attempts: int
    pause: timedelta


@dataclass(frozen=True, slots=True)
class IssuerClient:
    """A relying party. Addresses are compared character by character; `audience` goes into access tokens."""

    client_id: str
    client_secret: str = field(repr=False)
    name_zh: str
    redirect_uris: frozenset[str]
    post_logout_redirect_uris: frozenset[str] = frozenset()
    audience: str = "gjj-api"
    scopes: frozenset[str] = frozenset({"openid", "profile"})


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A fictional person offered on the demo's log-in page. Its password is printed by the command, never shown here."""

    username: str
    name: str
    role_zh: str
    centre_zh: str


@dataclass(frozen=True, slots=True)
class IssuerSettings:
    """`base_url` is the public address without a path; `secret_key` (≥ 32 bytes) signs flows and keys digests."""

    base_url: str
    realm: str
    secret_key: bytes = field(repr=False)
    clients: tuple[IssuerClient, ...]
    product_zh: str = "省级住房公积金综合服务平台"
    province_zh: str = ""
    home_url: str = "/"
    stylesheets: tuple[str, ...] = ("/static/vendor/tabler/tabler.min.css",)
    demo_accounts: tuple[DemoAccount, ...] = ()
    totp_required: bool = True
    totp_label: str = "住房公积金服务平台"
    account_limit: Limit = Limit(5, timedelta(minutes=15))
    second_factor_limit: Limit = Limit(5, timedelta(minutes=15))
    address_limit: Limit = Limit(100, timedelta(minutes=15))
    password_min_length: int = 10
    flow_lifetime: timedelta = timedelta(minutes=10)
    code_lifetime: timedelta = timedelta(seconds=60)
    access_lifetime: timedelta = timedelta(minutes=5)
    session_idle: timedelta = timedelta(minutes=30)
    session_lifetime: timedelta = timedelta(hours=12)
    invitation_lifetime: timedelta = timedelta(hours=72)
    reset_lifetime: timedelta = timedelta(hours=4)
    key_lead: timedelta = timedelta(seconds=60)
    key_min_age: timedelta = timedelta(minutes=10)
    security_headers: bool = True

    def __post_init__(self) -> None:
        if len(self.secret_key) < 32:
            raise ValueError("the issuer's secret key needs at least 32 bytes")
        if not safe_origin(self.base_url):
            raise ValueError("the issuer is served over https, or over plain http on a loopback address only")
        if len({client.client_id for client in self.clients}) != len(self.clients):
            raise ValueError("two clients of the issuer have one name")

    @property
    def issuer(self) -> str:
        """The exact `iss` of every token."""
        return f"{self.base_url}/realms/{self.realm}"

    @property
    def secure(self) -> bool:
        """Whether cookies may carry `Secure` and the `__Host-` prefix."""
        return self.base_url.startswith("https://")

    @property
    def demo_usernames(self) -> frozenset[str]:
        return frozenset(account.username for account in self.demo_accounts)

    def by_client_id(self) -> Mapping[str, IssuerClient]:
        return MappingProxyType({client.client_id: client for client in self.clients})


def safe_origin(url: str) -> bool:
    """True for an https origin, or an http origin on a loopback address; no path, query or user part."""
    parts = urlsplit(url)
    if parts.path or parts.query or parts.fragment or "@" in parts.netloc or not parts.hostname:
        return False
    if parts.scheme == "https":
        return True
    if parts.scheme != "http":
        return False
    if parts.hostname == "localhost":
        return True
    try:
        return ip_address(parts.hostname).is_loopback
    except ValueError:
        return False
