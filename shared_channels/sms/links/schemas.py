"""Configuration of a link check: plain values in, typed settings out, with words that say what to change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from shared_channels.sms.carriers.settings import WORDS, LinkSettings, ProtocolName, link_settings
from shared_channels.sms.carriers.text import MAX_PARTS
from shared_channels.sms.links.errors import LinkConfigError
from shared_channels.sms.segments.policy import segments

DEFAULT_TEXT = "【住房公积金】这是一条线路测试短信，请忽略。"
_NEEDED = ("protocol", "host", "port", "account", "phone")
_OF_CHECK = {"phone": str, "text": str, "wait_report_s": float, "wait_mo_s": float, "hold_s": float}
_TYPES: dict[str, type] = {each.name: _type for each in fields(LinkSettings) for _type in (str, bool, int, float)
                           if each.type in (_type.__name__, f"{_type.__name__} | None")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LinkCheck:
    """What is checked: a link, and the message that is sent over it. Times in seconds."""

    settings: LinkSettings
    phone: str
    text: str = DEFAULT_TEXT
    wait_report_s: float = 60.0
    wait_mo_s: float = 0.0
    hold_s: float = 0.0


def read_check(values: object, *, folder: Path | None = None) -> LinkCheck:
    """Raises LinkConfigError. ``folder``: where a relative ``secret_file`` is looked for."""
    if not isinstance(values, Mapping):
        raise LinkConfigError("配置文件应为“名称: 值”的形式，请对照说明填写")
    given = {str(name): value for name, value in values.items()}
    missing = [name for name in _NEEDED if given.get(name) in (None, "")]
    if missing:
        raise LinkConfigError(f"配置缺少 {'、'.join(missing)}，请补上")
    given["secret"] = _secret(given, folder)
    known = set(_TYPES) | set(_OF_CHECK) | set(WORDS) | {"protocol", "throttle_codes"}
    unknown = sorted(set(given) - known)
    if unknown:
        raise LinkConfigError(f"配置里有不认识的名称 {'、'.join(unknown)}，请对照说明更正")
    typed: dict[str, Any] = {name: _typed(name, value) for name, value in given.items()}
    of_check: dict[str, Any] = {name: typed.pop(name) for name in _OF_CHECK if name in typed}
    check = LinkCheck(_settings(typed), **of_check)
    _check_text(check)
    return check


def _secret(given: dict[str, Any], folder: Path | None) -> str:
    """From the file named by ``secret_file``, else as given."""
    named = given.pop("secret_file", None)
    if named is None:
        if not isinstance(given.get("secret"), str):
            raise LinkConfigError("请填写 secret（口令，加引号）或 secret_file（口令所在文件）")
        return str(given["secret"])
    try:
        return ((folder or Path()) / str(named)).read_text("utf-8").strip()
    except OSError:
        raise LinkConfigError("读不到 secret_file 指的口令文件，请核对路径和权限") from None


def _typed(name: str, value: object) -> object:
    wanted = _OF_CHECK.get(name) or _TYPES.get(name)
    if wanted is str and not isinstance(value, str):
        raise LinkConfigError(f"{name} 应为文字，请给它加上引号")
    if wanted is bool and not isinstance(value, bool):
        raise LinkConfigError(f"{name} 应为 true 或 false")
    if wanted in (int, float):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise LinkConfigError(f"{name} 应为数字")
        return int(value) if wanted is int else float(value)
    return value


def _settings(typed: dict[str, Any]) -> LinkSettings:
    protocol = str(typed.pop("protocol"))
    if protocol not in set(ProtocolName):
        raise LinkConfigError(f"protocol 应为 {'、'.join(ProtocolName)} 之一")
    for name, words in WORDS.items():
        if name in typed and typed[name] not in set(words):
            raise LinkConfigError(f"{name} 应为 {'、'.join(words)} 之一")
    codes = typed.get("throttle_codes")
    if codes is not None and not (isinstance(codes, list) and all(isinstance(code, int) for code in codes)):
        raise LinkConfigError("throttle_codes 应为数字的列表")
    if not 0 < typed["port"] < 65536:
        raise LinkConfigError("port 应在 1 到 65535 之间")
    if typed.get("window", 1) < 1:
        raise LinkConfigError("window 至少为 1")
    return link_settings(protocol, **typed)


def _check_text(check: LinkCheck) -> None:
    if not check.text:
        raise LinkConfigError("text 不能为空")
    if segments(check.text) > MAX_PARTS:
        raise LinkConfigError("text 过长，请缩短")
    if not check.phone.lstrip("+").isdigit():
        raise LinkConfigError("phone 应只含数字")
