"""Rules of starting and stopping, without a session. The numbers are ours (平台默认值，可修改) unless a clause is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from tenants.channels import errors
from tenants.channels.models import ChannelCode

CHANNEL_ZH: Mapping[str, str] = {
    ChannelCode.COUNTER: "服务大厅柜台",
    ChannelCode.PORTAL: "门户网站",
    ChannelCode.HALL: "网上业务大厅",
    ChannelCode.KIOSK: "自助终端",
    ChannelCode.HOTLINE: "12329服务热线",
    ChannelCode.SMS: "12329短信",
    ChannelCode.APP: "手机客户端",
    ChannelCode.WECHAT: "官方微信",
    ChannelCode.WEIBO: "官方微博",
    ChannelCode.GOV_APP: "政务服务客户端",
    ChannelCode.MINI_APP: "小程序",
}
SOURCE_ZH: Mapping[str, str] = {
    "provincial": "省级共享",
    "own": "本中心自建",
    "government": "政务平台",
    "bank": "受委托银行",
}

EMERGENCY = timedelta(minutes=30)
# Notice section 6: not to be taken away once built and widely used. The list is ours and errs on the side of the depositor.
WIDELY_USED = frozenset(
    {ChannelCode.HALL, ChannelCode.APP, ChannelCode.WECHAT, ChannelCode.KIOSK, ChannelCode.SMS}
)


@dataclass(frozen=True)
class Parameters:
    """What may be set on a channel: service hours, limits in fen, thresholds an hour. None: no limit."""

    open_from: time | None = None
    open_to: time | None = None
    working_days_only: bool = False
    single_min_fen: int | None = None
    single_max_fen: int | None = None
    day_max_fen: int | None = None
    visits_threshold: int | None = None
    business_threshold: int | None = None
    automatic: bool = False

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Parameters:
        """From a payload of JSON values."""
        known: dict[str, Any] = {name: values.get(name) for name in cls.__dataclass_fields__}
        for name in ("open_from", "open_to"):
            known[name] = time.fromisoformat(known[name]) if known[name] else None
        for name in ("working_days_only", "automatic"):
            known[name] = bool(known[name])
        return cls(**known)

    def stored(self) -> dict[str, Any]:
        """As JSON values."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return values | {
            n: values[n].isoformat("minutes") if values[n] else None for n in ("open_from", "open_to")
        }


LABELS: Mapping[str, str] = {
    "hours": "服务时间",
    "single_min_fen": "单笔下限",
    "single_max_fen": "单笔上限",
    "day_max_fen": "单日限额",
    "visits_threshold": "每小时访问量阈值",
    "business_threshold": "每小时业务量阈值",
    "automatic": "超过阈值时",
}


def words(parameters: Parameters) -> dict[str, str]:
    """Each parameter as a person reads it."""
    money = {
        name: "不限" if (fen := getattr(parameters, name)) is None else f"{fen / 100:,.2f} 元"
        for name in ("single_min_fen", "single_max_fen", "day_max_fen")
    }
    counts = {
        name: "不限" if (n := getattr(parameters, name)) is None else f"{n:,} 次"
        for name in ("visits_threshold", "business_threshold")
    }
    return {
        "hours": hours_zh(parameters),
        **money,
        **counts,
        "automatic": "自动引导至其他渠道" if parameters.automatic else "提醒人工处置",
    }


def hours_zh(parameters: Parameters) -> str:
    """Service hours in words."""
    days = "工作日" if parameters.working_days_only else "每天"
    if parameters.open_from is None or parameters.open_to is None:
        return f"{days}全天"
    return f"{days} {parameters.open_from:%H:%M}—{parameters.open_to:%H:%M}"


def check_parameters(parameters: Parameters) -> dict[str, list[str]]:
    """What is wrong, by field; empty when nothing is."""
    wrong: dict[str, list[str]] = {}
    if (parameters.open_from is None) != (parameters.open_to is None):
        wrong["open_to"] = ["开始和结束时间须同时填写，或者同时留空表示全天。"]
    elif (
        parameters.open_from is not None
        and parameters.open_to is not None
        and parameters.open_from >= parameters.open_to
    ):
        wrong["open_to"] = ["结束时间须晚于开始时间。"]
    low, high, day = parameters.single_min_fen, parameters.single_max_fen, parameters.day_max_fen
    if low is not None and high is not None and low > high:
        wrong["single_max_fen"] = ["单笔上限不能低于单笔下限。"]
    if high is not None and day is not None and day < high:
        wrong["day_max_fen"] = ["单日限额不能低于单笔上限。"]
    for name in ("single_min_fen", "single_max_fen", "day_max_fen", "visits_threshold", "business_threshold"):
        value = getattr(parameters, name)
        if value is not None and not 0 <= value <= 10**12:
            wrong[name] = ["请填写不小于 0 的数。"]
    return wrong


def check_stop(channel: str, until: datetime | None, consent_zh: str) -> None:
    """Raises HotlineStays or WidelyUsed (notice section 6). `consent_zh` names the province's written consent."""
    if channel == ChannelCode.HOTLINE and until is None:
        raise errors.HotlineStays
    if channel in WIDELY_USED and until is None and not consent_zh.strip():
        raise errors.WidelyUsed


def check_times(now: datetime, start: datetime | None, end: datetime | None) -> None:
    """Raises NotBefore. A start up to five minutes ago is taken as now: the form may have stood open."""
    begin = start or now
    if begin < now - timedelta(minutes=5) or (end is not None and end <= begin):
        raise errors.NotBefore


def within_hours(parameters: Parameters, local: datetime, working_day: bool) -> bool:
    """Whether a channel serves at that local time."""
    if parameters.working_days_only and not working_day:
        return False
    if parameters.open_from is None or parameters.open_to is None:
        return True
    return parameters.open_from <= local.time() < parameters.open_to
