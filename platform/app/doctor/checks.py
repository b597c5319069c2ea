"""Every check of `gjj doctor`, and those that `gjj up` makes before it starts anything."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import redis

from app.doctor.database_checks import database
from app.doctor.finding import Finding, good, unverified, wrong
from app.installation.installation import Installation
from app.processes import heartbeat
from app.running import NAMES, answers
from kernel.config import secret_values
from kernel.config.reading import ConfigInvalid
from kernel.config.settings import Settings
from kernel.crypto.errors import KeyFileUnsafe, KeyMissing
from kernel.crypto.keyring import Keyring
from kernel.crypto.private_files import read_private

LEAST_FREE = 2_000_000_000


def before_start(installation: Installation) -> Iterator[Finding]:
    """What must be right before the processes are worth starting. Raises ConfigInvalid."""
    yield from secrets(installation.settings)
    yield from database(installation)
    yield broker(installation)


def everything(installation: Installation) -> Iterator[Finding]:
    """All checks. A settings file that can't be used ends them: nothing else can be known then."""
    try:
        settings = installation.settings
    except ConfigInvalid as error:
        yield from (wrong("设置文件", problem) for problem in error.problems)
        return
    yield good("设置文件", str(settings.file))
    yield from before_start(installation)
    yield disk(settings.file.parent)
    yield from processes(settings)
    yield issuer(settings)


def secrets(settings: Settings) -> Iterator[Finding]:
    """Each secret is there, readable by its owner only."""
    bad = []
    for name, place in settings.secret_files.items():
        try:
            read_private(place)
        except KeyFileUnsafe as error:
            bad.append(wrong(name, f"{error}（{place}）"))
    try:
        Keyring.load(settings.keys.keyring)
    except (KeyFileUnsafe, KeyMissing) as error:
        bad.append(wrong("加密密钥", str(error)))
    if bad:
        yield from bad
        yield wrong("密钥与口令", "缺少的可执行 gjj keys make 生成；曾经有过的请从备份恢复，不要重新生成。")
    else:
        yield good("密钥与口令")


def broker(installation: Installation) -> Finding:
    """Valkey answers and never throws work away."""
    what = "消息服务"
    try:
        url = secret_values.valkey_url(installation.settings)
        with redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2) as client:
            policy = client.config_get("maxmemory-policy").get("maxmemory-policy")
    except KeyFileUnsafe as error:
        return wrong(what, str(error))
    except (redis.AuthenticationError, redis.ResponseError):
        return wrong(what, "口令不对或权限不足，请核对消息服务地址文件。")
    except redis.RedisError:
        return wrong(what, "连接不上，请核对地址和它是否在运行。任务不会丢失，但会推迟办理。")
    except ValueError:
        return wrong(what, "地址的写法不对，应形如 redis://:口令@主机:端口/0。")
    if policy != "noeviction":
        return wrong(what, f"内存用满时会丢弃内容（{policy}），请把 maxmemory-policy 设为 noeviction。")
    return good(what)


def disk(folder: Path) -> Finding:
    """Room on the disk that holds logs and files."""
    free = shutil.disk_usage(folder).free
    words = f"剩余 {free / 1e9:.1f} GB"
    return good("磁盘", words) if free >= LEAST_FREE else wrong("磁盘", f"{words}，请清理出空间。")


def processes(settings: Settings) -> Iterator[Finding]:
    """Every process beats; the web process answers."""
    for name, name_zh in NAMES.items():
        if name == "web":
            continue
        beat = heartbeat.read(settings.run_folder, name)
        if beat is None or beat.gone:
            yield wrong(name_zh, "没有运行，请执行 gjj up，或查看服务管理器。")
        elif beat.state == "starting":
            yield wrong(name_zh, "正在启动，或在等待数据库；请稍后再检查一次。")
        elif beat.stale:
            yield wrong(name_zh, "已经没有响应，请查看它的日志。")
        elif beat.state == "waiting":
            yield wrong(name_zh, _waiting(name, beat.facts))
        else:
            yield good(name_zh)
    local = f"http://{settings.web.host}:{settings.web.port}"
    if not answers(f"{local}/healthz"):
        yield wrong(NAMES["web"], f"{local} 没有应答，请确认网页服务正在运行。")
    elif not answers(f"{local}/readyz"):
        yield wrong(NAMES["web"], "网页服务在运行，但连接不上数据库。")
    else:
        yield good(NAMES["web"])


def issuer(settings: Settings) -> Finding:
    """The issuer's discovery document is there."""
    base = settings.issuer.direct_base or settings.issuer.issuer
    if answers(f"{base}/.well-known/openid-configuration"):
        return good("登录服务")
    if settings.issuer.embedded:
        return unverified("登录服务", "随网页服务运行，网页服务应答后再检查。")
    return wrong("登录服务", f"{base} 没有应答，员工无法登录，请核对地址和它是否在运行。")


def _waiting(name: str, facts: dict[str, object]) -> str:
    lines = facts.get("lines")
    if name == "gateway" and isinstance(lines, dict):
        down = [line for line, fact in lines.items() if fact.get("state") not in ("up", "idle")]
        return f"线路“{'、'.join(down)}”没有接通，请核对运营商网关的地址、账号和口令。"
    return "在等待数据库或消息服务恢复。"
