"""How values look on a page: one way for each kind, Chinese wording, Beijing time. All are Jinja filters.

A missing value is shown as an em dash, so that an empty cell always means "nothing is recorded", never "forgotten".
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from flask import Flask

from kernel.crypto.masks import MaskKind
from kernel.crypto.masks import mask as _mask
from kernel.web.locale import ZONE
from kernel.web.words import _

NONE = "—"


def moment(value: datetime | None) -> str:
    """`2026-11-23 14:05`, Beijing time. Raises ValueError for a time without zone: its meaning would be a guess."""
    return _local(value).strftime("%Y-%m-%d %H:%M") if value is not None else NONE


def moment_exact(value: datetime | None) -> str:
    """With seconds, for logs and evidence."""
    return _local(value).strftime("%Y-%m-%d %H:%M:%S") if value is not None else NONE


def clock(value: datetime | None) -> str:
    """`14:05`, for times of today."""
    return _local(value).strftime("%H:%M") if value is not None else NONE


def day(value: date | datetime | None) -> str:
    """`2026-11-23`; of a moment, the day it is in Beijing."""
    if value is None:
        return NONE
    return (_local(value) if isinstance(value, datetime) else value).strftime("%Y-%m-%d")


def iso(value: datetime | date) -> str:
    """For the `datetime` attribute of a `<time>`."""
    return _local(value).isoformat() if isinstance(value, datetime) else value.isoformat()


def _local(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a moment without time zone cannot be shown")
    return value.astimezone(ZONE)


def number(value: int | float | Decimal | None, places: int = 0) -> str:
    """`12,345`."""
    return NONE if value is None else f"{value:,.{places}f}"


def amount(fen: int | None) -> str:
    """`1,234.56` from fen, without the unit: for columns whose head names 元. Never goes through a float."""
    if fen is None:
        return NONE
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{rest:02d}"


def money(fen: int | None) -> str:
    """`1,234.56 元` from fen."""
    return NONE if fen is None else _("%(amount)s 元", amount=amount(fen))


def percent(value: float | Decimal | None, places: int = 1) -> str:
    """`87.5%` from a share of one."""
    return NONE if value is None else f"{value * 100:.{places}f}%"


def share(part: int, whole: int) -> str:
    """`87.5%（7/8）`; of nothing there is no share."""
    return (
        NONE
        if whole == 0
        else _(
            "%(percent)s（%(part)s/%(whole)s）",
            percent=percent(part / whole),
            part=number(part),
            whole=number(whole),
        )
    )


def working_days_left(days: int | None) -> str:
    """剩 2 个工作日, 今天到期, 已超 3 个工作日."""
    if days is None:
        return NONE
    if days == 0:
        return _("今天到期")
    if days < 0:
        return _("已超 %(days)s 个工作日", days=-days)
    return _("剩 %(days)s 个工作日", days=days)


def days_left(days: int | None) -> str:
    """The same in calendar days: for limits that run through holidays."""
    if days is None:
        return NONE
    if days == 0:
        return _("今天到期")
    return _("已超 %(days)s 天", days=-days) if days < 0 else _("剩 %(days)s 天", days=days)


def duration(seconds: float | None) -> str:
    """`45 秒`, `3 分 20 秒`, `2 小时 5 分`, `4 天 3 小时`: the two largest units."""
    if seconds is None:
        return NONE
    left = int(seconds)
    minutes, left_s = divmod(left, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return _("%(days)s 天 %(hours)s 小时", days=days, hours=hours)
    if hours:
        return _("%(hours)s 小时 %(minutes)s 分", hours=hours, minutes=minutes)
    if minutes:
        return _("%(minutes)s 分 %(seconds)s 秒", minutes=minutes, seconds=left_s)
    return _("%(seconds)s 秒", seconds=left_s)


def ago(value: datetime | None, now: datetime | None = None) -> str:
    """刚刚, 5 分钟前, 3 小时前; from yesterday on, the moment itself."""
    if value is None:
        return NONE
    seconds = ((now or datetime.now(UTC)) - value).total_seconds()
    if seconds < 60:
        return _("刚刚")
    if seconds < 3600:
        return _("%(minutes)s 分钟前", minutes=int(seconds // 60))
    if seconds < 24 * 3600:
        return _("%(hours)s 小时前", hours=int(seconds // 3600))
    return moment(value)


def mask(value: object, kind: str = "opaque") -> str:
    """What may be shown of a personal value that is in clear. Kinds: those of `kernel.crypto.masks.MaskKind`."""
    return _mask(MaskKind(kind), "" if value is None else str(value)) or NONE


def file_size(octets: int | None) -> str:
    """`512 KB`, `1.4 MB`."""
    if octets is None:
        return NONE
    if octets < 1024 * 1024:
        return f"{max(1, round(octets / 1024))} KB"
    return f"{octets / 1024 / 1024:.1f} MB"


FILTERS: dict[str, Any] = {
    "moment": moment,
    "moment_exact": moment_exact,
    "clock": clock,
    "day": day,
    "iso": iso,
    "number": number,
    "amount": amount,
    "money": money,
    "percent": percent,
    "share": share,
    "working_days_left": working_days_left,
    "days_left": days_left,
    "duration": duration,
    "ago": ago,
    "mask": mask,
    "file_size": file_size,
}


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(FILTERS)
