"""What an installation can be told. Frozen; holds places of secrets, never the secrets themselves (those are `secret_values`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from kernel.db.roles import Login
from kernel.web.settings import Environment

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Province:
    """The first tenant, above all others."""

    code: str
    name_zh: str
    short_name_zh: str


@dataclass(frozen=True)
class WebServer:
    """Where pages are served. `https`: people reach us by https, through a front that ends TLS."""

    host: str = "127.0.0.1"
    port: int = 18080
    workers: int = 1
    https: bool = False
    trusted_proxies: int = 0
    trusted_hosts: tuple[str, ...] = ()


@dataclass(frozen=True)
class DatabaseServer:
    """Where PostgreSQL listens. Each log-in role has a password of its own: a file named after it in `passwords`."""

    host: str
    port: int
    name: str
    passwords: Path
    sslmode: str = "prefer"
    ca_file: Path | None = None


@dataclass(frozen=True)
class KeyFiles:
    """Places of the keys, each a file of mode 0600."""

    context_id: str
    context: Path
    web: Path
    index: Path
    bell: Path
    issuer: Path
    client_secret: Path
    audit: Path
    evidence: Path
    keyring: Path


@dataclass(frozen=True)
class IssuerChoice:
    """Who authenticates people: the embedded issuer of this installation, or an OIDC issuer outside (Keycloak)."""

    embedded: bool
    issuer: str
    realm: str = "gjj"
    client_id: str = "gjj-console"
    audience: str = "gjj-api"
    direct_base: str | None = None
    second_factor: bool = True


@dataclass(frozen=True)
class SessionLimits:
    """How long a console session lives (decision D9)."""

    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=12)


@dataclass(frozen=True)
class CarrierLine:
    """One line to a carrier's gateway, as the gateway process opens it. `options` are those of the link's own settings."""

    name: str
    protocol: str
    host: str
    port: int
    account: str
    secret: Path
    options: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Settings:
    """Everything from the file, checked."""

    file: Path
    environment: Environment
    base_url: str
    province: Province
    log_folder: Path
    run_folder: Path
    files_folder: Path
    witness_folder: Path
    web: WebServer
    database: DatabaseServer
    valkey_url: Path
    keys: KeyFiles
    issuer: IssuerChoice
    sessions: SessionLimits
    lines: tuple[CarrierLine, ...] = ()
    manifests: Path | None = None

    @property
    def secret_files(self) -> dict[str, Path]:
        """Every file that must exist with mode 0600, by its name in messages."""
        keys = self.keys
        files = {
            "租户上下文密钥": keys.context, "网页签名密钥": keys.web, "索引密钥": keys.index, "消息密钥": keys.bell,
            "登录客户端口令": keys.client_secret, "日志签名密钥": keys.audit, "卷宗签名密钥": keys.evidence,
            "消息服务地址": self.valkey_url,
        }  # fmt: skip
        if self.issuer.embedded:
            files["登录服务密钥"] = keys.issuer
        files |= {f"数据库账户 {login} 的口令": self.database.passwords / login for login in RUNTIME_LOGINS}
        files |= {f"线路“{line.name}”的口令": line.secret for line in self.lines}
        return files


RUNTIME_LOGINS = (Login.WEB, Login.WORKER, Login.RELAY, Login.GATEWAY, Login.SEALER)
