"""Resident identity numbers (GB 11643) and the residence permits of Hong Kong,
Macao and Taiwan residents (81/82/83).
"""

from __future__ import annotations

import re
from datetime import date

from stdnum import numdb
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from kernel.crypto.blind_index import normalise_code
from kernel.validation.refusal import InvalidNumber

SYNTHETIC_AREA = "379900"
"""Belongs to no place: invented persons only."""

_PERMIT_AREAS = ("810000", "820000", "830000")
_SHAPE = re.compile(r"[1-9]\d{16}[\dX]\Z", re.ASCII)
_EARLIEST = date(1900, 1, 1)


def check_identity_number(text: str, *, allow_synthetic: bool = False, today: date | None = None) -> str:
    """The normalised 18 characters. Raises InvalidNumber with one of these codes:

    `shape`, `check_digit`, `birth_date` (impossible, before 1900 or after `today`), `area` (not a place),
    `synthetic` (an invented
    number where only real ones may stand; `allow_synthetic` is for demo, rehearsal and tests).
    """
    number = normalise_code(text)
    if not _SHAPE.match(number):
        raise InvalidNumber("shape", "身份证件号码应为 18 位，最后一位可以是 X，请核对。")
    if number[-1] != ric.calc_check_digit(number):
        raise InvalidNumber("check_digit", "身份证件号码的校验位不对，请逐位核对。")
    _check_birth_date(number, today)
    area = number[:6]
    if area == SYNTHETIC_AREA:
        if not allow_synthetic:
            raise InvalidNumber("synthetic", "这是演示用的身份证件号码，不能在正式环境使用。")
    elif area not in _PERMIT_AREAS:
        _check_area(number)
    return number


def is_residence_permit(number: str) -> bool:
    """True for the permits of Hong Kong, Macao and Taiwan residents; `number` is normalised."""
    return number[:6] in _PERMIT_AREAS


def is_synthetic_identity_number(text: str) -> bool:
    """True for an invented number, whatever else is wrong with it."""
    return normalise_code(text).startswith(SYNTHETIC_AREA)


def synthetic_identity_number(born_on: date, order: int) -> str:
    """An invented number with a valid check digit. `order` is 0–999; odd for men, even for women."""
    if not 0 <= order <= 999:
        raise ValueError("order is 0 to 999")
    stem = f"{SYNTHETIC_AREA}{born_on:%Y%m%d}{order:03}"
    return stem + ric.calc_check_digit(stem + "0")


def _check_birth_date(number: str, today: date | None) -> None:
    try:
        born_on = ric.get_birth_date(number)
    except ValidationError:
        born_on = None
    if born_on is None or born_on < _EARLIEST or (today is not None and born_on > today):
        raise InvalidNumber("birth_date", "身份证件号码中的出生日期不对，请核对第 7 至 14 位。")


def _check_area(number: str) -> None:
    """Any code that was ever in use passes. stdnum's own check wants it in use in the year of birth and so
    refuses
    people whose number was issued later; for an unknown county of a known province it raises KeyError.
    """
    if not any("county" in properties for _, properties in numdb.get("cn/loc").info(number[:6])):
        raise InvalidNumber("area", "身份证件号码的前 6 位不是有效的地区代码，请核对。")
