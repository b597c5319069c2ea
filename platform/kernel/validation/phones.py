"""Mobile numbers of the mainland."""

from __future__ import annotations

import re

from kernel.crypto.blind_index import normalise_phone
from kernel.validation.refusal import InvalidNumber

SYNTHETIC_PREFIX = "160"
"""A range that is not allotted to any carrier: invented persons only."""

_SHAPE = re.compile(r"1[3-9]\d{9}\Z", re.ASCII)


def check_mobile(text: str, *, allow_synthetic: bool = False) -> str:
    """The normalised 11 digits, without +86. Raises InvalidNumber: `shape` or `synthetic`."""
    number = normalise_phone(text)
    if not _SHAPE.match(number):
        raise InvalidNumber("shape", "手机号码应为 11 位数字，请核对。")
    if is_synthetic_mobile(number) and not allow_synthetic:
        raise InvalidNumber("synthetic", "这是演示用的手机号码，不能在正式环境使用。")
    return number


def is_synthetic_mobile(text: str) -> bool:
    """True for a number of the range that is not allotted."""
    return normalise_phone(text).startswith(SYNTHETIC_PREFIX)


def synthetic_mobile(order: int) -> str:
    """An invented number 160…; `order` is 0–99,999,999."""
    if not 0 <= order <= 99_999_999:
        raise ValueError("order is 0 to 99999999")
    return f"{SYNTHETIC_PREFIX}{order:08}"
