"""Unified social credit codes (统一社会信用代码, GB 32100)."""

from __future__ import annotations

import re

from stdnum.cn import uscc

from kernel.crypto.blind_index import normalise_code
from kernel.validation.identity_numbers import SYNTHETIC_AREA
from kernel.validation.refusal import InvalidNumber

# The first two may be letters (village collectives begin with N), which stdnum's own check refuses.
_SHAPE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}\Z", re.ASCII)
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def check_credit_code(text: str, *, allow_synthetic: bool = False) -> str:
    """The normalised 18 characters. Raises InvalidNumber: `shape`, `check_digit` or `synthetic`."""
    code = normalise_code(text)
    if not _SHAPE.match(code):
        raise InvalidNumber(
            "shape", "统一社会信用代码应为 18 位数字和大写字母（不含 I、O、S、V、Z），请核对。"
        )
    if code[-1] != uscc.calc_check_digit(code[:17]):
        raise InvalidNumber("check_digit", "统一社会信用代码的校验位不对，请逐位核对。")
    if is_synthetic_credit_code(code) and not allow_synthetic:
        raise InvalidNumber("synthetic", "这是演示用的统一社会信用代码，不能在正式环境使用。")
    return code


def is_synthetic_credit_code(text: str) -> bool:
    """True for an invented code: its area belongs to no place."""
    return normalise_code(text)[2:8] == SYNTHETIC_AREA


def synthetic_credit_code(order: int, kind: str = "91") -> str:
    """An invented code with valid check digits.
    `order` is 0–99,999,999; `kind` 91 enterprise, 12 public institution.
    """
    if not 0 <= order <= 99_999_999 or len(kind) != 2:
        raise ValueError("order is 0 to 99999999, kind two characters")
    organisation = f"{order:08}"
    stem = kind + SYNTHETIC_AREA + organisation + _organisation_check(organisation)
    return stem + uscc.calc_check_digit(stem)


def _organisation_check(organisation: str) -> str:
    """Check character of the organisation code inside (GB 11714)."""
    total = sum(_ALPHABET.index(c) * w for c, w in zip(organisation, _ORGANISATION_WEIGHTS, strict=True))
    return {10: "X", 11: "0"}.get(11 - total % 11) or str(11 - total % 11)
