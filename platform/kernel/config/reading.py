"""From the file to `Settings`: every problem is named at once, in words for the person who wrote the file."""

from __future__ import annotations

import os
import tomllib
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from kernel.config.section import Section
from kernel.config.settings import (
    LOOPBACK,
    CarrierLine,
    DatabaseServer,
    IssuerChoice,
    KeyFiles,
    Province,
    SessionLimits,
    Settings,
    WebServer,
)
from kernel.web.settings import Environment

ENVIRONMENTS = tuple(Environment)
SSL_MODES = ("disable", "prefer", "require", "verify-ca", "verify-full")


class ConfigInvalid(Exception):
    """The file can't be used. `problems` are whole sentences."""

    def __init__(self, file: Path, problems: list[str]) -> None:
        super().__init__(f"设置文件“{file}”有 {len(problems)} 处需要改正")
        self.file = file
        self.problems = tuple(problems)


def read(file: Path) -> Settings:
    """The settings of that file. Raises ConfigInvalid with everything that is wrong with it."""
    file = Path(os.path.abspath(file))
    problems: list[str] = []
    top = Section(_parsed(file), "", problems, file.parent)
    settings = _settings(file, top)
    top.close()
    problems = problems or _contradictions(settings)
    if problems:
        raise ConfigInvalid(file, problems)
    return settings


def _parsed(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigInvalid(file, [f"没有找到设置文件“{file}”，请核对位置。"]) from None
    except PermissionError:
        raise ConfigInvalid(file, [f"没有权限读取设置文件“{file}”。"]) from None
    except UnicodeDecodeError:
        raise ConfigInvalid(file, ["设置文件应当用 UTF-8 编码保存。"]) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigInvalid(file, [f"设置文件的书写格式有误（{error}）。"]) from None


def _settings(file: Path, top: Section) -> Settings:
    base_url = top.text("base_url").rstrip("/")
    return Settings(
        file=file,
        environment=Environment(top.one_of("environment", ENVIRONMENTS)),
        base_url=base_url,
        province=_province(top.sub("province")),
        log_folder=top.path("log_folder", "log"),
        run_folder=top.path("run_folder", "run"),
        files_folder=top.path("files_folder", "files"),
        witness_folder=top.path("witness_folder", "witness"),
        web=_web(top.sub("web")),
        database=_database(top.sub("database")),
        valkey_url=_valkey(top.sub("valkey")),
        keys=_keys(top.sub("keys")),
        issuer=_issuer(top.sub("issuer"), base_url),
        sessions=_sessions(top.sub("sessions")),
        lines=tuple(_line(one) for one in top.subs("lines")),
        manifests=top.path("manifests") if top.has("manifests") else None,
    )


def _province(part: Section) -> Province:
    found = Province(part.text("code"), part.text("name"), part.text("short_name"))
    part.close()
    return found


def _web(part: Section) -> WebServer:
    found = WebServer(
        host=part.text("host", "127.0.0.1"),
        port=part.number("port", 1, 65535, 18080),
        workers=part.number("workers", 1, 64, 1),
        https=part.flag("https", False),
        trusted_proxies=part.number("trusted_proxies", 0, 5, 0),
        trusted_hosts=part.texts("trusted_hosts"),
    )
    part.close()
    return found


def _database(part: Section) -> DatabaseServer:
    found = DatabaseServer(
        host=part.text("host"),
        port=part.number("port", 1, 65535, 5432),
        name=part.text("name", "gjj"),
        passwords=part.path("passwords", "secrets/database"),
        sslmode=part.one_of("sslmode", SSL_MODES, "prefer"),
        ca_file=part.path("ca_file") if part.has("ca_file") else None,
    )
    part.close()
    return found


def _valkey(part: Section) -> Path:
    found = part.path("url_file", "secrets/valkey-url")
    part.close()
    return found


def _keys(part: Section) -> KeyFiles:
    folder = part.path("folder", "secrets")
    found = KeyFiles(
        context_id=part.text("context_id", "k1"),
        context=part.path("context", folder / "context.key"),
        web=part.path("web", folder / "web.key"),
        index=part.path("index", folder / "index.key"),
        bell=part.path("bell", folder / "bell.key"),
        issuer=part.path("issuer", folder / "issuer.key"),
        client_secret=part.path("client_secret", folder / "client-secret"),
        audit=part.path("audit", folder / "audit-signing.pem"),
        evidence=part.path("evidence", folder / "evidence-signing.pem"),
        keyring=part.path("keyring", folder / "keyring"),
    )
    part.close()
    return found


def _issuer(part: Section, base_url: str) -> IssuerChoice:
    embedded = part.one_of("kind", ("embedded", "external"), "embedded") == "embedded"
    realm = part.text("realm", "gjj")
    found = IssuerChoice(
        embedded=embedded,
        issuer=f"{base_url}/realms/{realm}" if embedded else part.text("issuer").rstrip("/"),
        realm=realm,
        client_id=part.text("client_id", "gjj-console"),
        audience=part.text("audience", "gjj-api"),
        direct_base=part.text("direct_base") if part.has("direct_base") else None,
        second_factor=part.flag("second_factor", True),
    )
    part.close()
    return found


def _sessions(part: Section) -> SessionLimits:
    found = SessionLimits(
        idle=timedelta(minutes=part.number("idle_minutes", 5, 120, 30)),
        absolute=timedelta(hours=part.number("absolute_hours", 1, 24, 12)),
    )
    part.close()
    return found


def _line(part: Section) -> CarrierLine:
    return CarrierLine(
        name=part.text("name"),
        protocol=part.one_of("protocol", ("cmpp20", "cmpp30", "smgp30", "sgip12", "smpp34")),
        host=part.text("host"),
        port=part.number("port", 1, 65535),
        account=part.text("account"),
        secret=part.path("secret_file"),
        options=part.rest(),
    )


def _contradictions(settings: Settings) -> list[str]:
    base, web = urlsplit(settings.base_url), settings.web
    production = settings.environment is Environment.PRODUCTION
    address = base.scheme in ("http", "https") and bool(base.hostname) and not (base.path or base.query)
    public_http = base.scheme == "http" and not is_loopback(base.hostname or "")
    open_link = settings.database.sslmode in ("disable", "prefer") and not is_loopback(settings.database.host)
    issuer = urlsplit(settings.issuer.issuer)
    rules = (
        (not address, "设置“base_url”应当是不带路径的网址，例如 https://gjj.example.gov.cn。"),
        (
            address and public_http,
            "对外提供服务时“base_url”必须以 https:// 开头；不加密的 http 只能用于本机。",
        ),
        (
            address and not public_http and web.https != (base.scheme == "https"),
            "设置“web.https”与“base_url”不一致：网址以 https:// 开头时应为 true，否则应为 false。",
        ),
        (not web.https and not is_loopback(web.host), "没有 https 时“web.host”只能是本机地址 127.0.0.1。"),
        (
            production and open_link,
            "生产环境连接其他机器上的数据库必须加密，请把“database.sslmode”设为 verify-full。",
        ),
        (
            production and not settings.issuer.second_factor,
            "生产环境必须使用双因素登录，请删去“issuer.second_factor = false”。",
        ),
        (
            issuer.scheme != "https" and not is_loopback(issuer.hostname or ""),
            "登录服务的地址必须以 https:// 开头。",
        ),
    )
    return [sentence for broken, sentence in rules if broken]


def is_loopback(host: str) -> bool:
    """Whether a host name means this machine only."""
    if host in LOOPBACK:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
