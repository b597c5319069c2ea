"""Fields that the protocols share: fixed strings, phone numbers, times in China's time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from shared_channels.sms.carriers.errors import FieldError, FrameError

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")


def octets(value: str, size: int, field: str) -> bytes:
    """A fixed string padded with NUL. Raises FieldError when it does not fit or is not ASCII."""
    try:
        raw = value.encode("ascii")
    except UnicodeEncodeError:
        raise FieldError(field, "only ASCII is allowed") from None
    if len(raw) > size:
        raise FieldError(field, f"longer than {size} bytes")
    return raw.ljust(size, b"\0")


def text_of(raw: bytes) -> str:
    """A fixed string as read: up to the first NUL, foreign bytes shown as replacement characters."""
    return raw.split(b"\0", 1)[0].decode("ascii", "replace").strip()


def need(body: bytes, size: int, pdu: str) -> None:
    """Raises FrameError when a PDU is shorter than its fixed fields."""
    if len(body) < size:
        raise FrameError(f"{pdu} carries {len(body)} bytes, at least {size} are needed")


def plain_phone(phone: str) -> str:
    """A mainland number without its country prefix; anything else unchanged."""
    for prefix in ("+86", "0086", "86"):
        if phone.startswith(prefix) and len(phone) - len(prefix) == 11:
            return phone[len(prefix) :]
    return phone


def china_now() -> datetime:
    """Now, in China's time: what goes into time stamps of log-ins and sequence numbers."""
    return datetime.now(CHINA)


def month_to_second(at: datetime) -> int:
    """MMDDHHMMSS as a number; printed it has ten digits."""
    local = at.astimezone(CHINA)
    return (((local.month * 100 + local.day) * 100 + local.hour) * 100 + local.minute) * 100 + local.second


@lru_cache(maxsize=4096)
def minute_of(text: str) -> datetime | None:
    """YYMMDDhhmm (China's time) as aware UTC; None when it is not a time. Seconds, where sent, are read too."""
    if len(text) not in (10, 12) or not (text.isascii() and text.isdigit()):
        return None
    year, month, day, hour, minute, second = (int(text[at : at + 2] or 0) for at in range(0, 12, 2))
    try:
        return datetime(2000 + year, month, day, hour, minute, second, tzinfo=CHINA).astimezone(UTC)
    except ValueError:
        return None


def absolute_time(at: datetime | None) -> str:
    """The 16 characters ``YYMMDDhhmmss032+`` (eight hours east in quarters); empty for None."""
    if at is None:
        return ""
    return at.astimezone(CHINA).strftime("%y%m%d%H%M%S") + "032+"
