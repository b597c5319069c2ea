"""What an uplink message means. Only the unmistakable short forms count as opting out: a wrong guess silences somebody."""

from __future__ import annotations

from enum import StrEnum

_OPT_OUT = frozenset({"R", "T", "N", "TD", "QX", "退订", "拒收", "取消", "不要再发", "拒收短信", "退订短信"})
_STRIPPED = " 　\t\r\n。．.，,！!；;“”\"'"


class Meaning(StrEnum):
    """`words` is for a person to read."""

    WORDS = "words"
    OPT_OUT = "opt_out"


def meaning_of(text: str) -> Meaning:
    """Full-width letters count as the plain ones."""
    plain = text.translate({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}).strip(_STRIPPED).upper()
    return Meaning.OPT_OUT if plain in _OPT_OUT else Meaning.WORDS
