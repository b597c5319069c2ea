"""How personal values are shown (脱敏): enough to recognise one's own, too little for anyone else.

Pure text functions, usable on values that arrive in clear from elsewhere. A unit account is shown in full
and has no mask.
"""

from __future__ import annotations

from enum import StrEnum

STAR = "*"


class MaskKind(StrEnum):
    """What kind of value it is, which decides what stays visible."""

    NAME = "name"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    BANK_CARD = "bank_card"
    ACCOUNT = "account"
    OPAQUE = "opaque"


def mask(kind: MaskKind, text: str) -> str:
    """The visible form: 张*, 3701**********1234, 138****5678, ****1234 (cards and accounts),
    ****** (anything else).
    """
    if not text:
        return ""
    if kind is MaskKind.NAME:
        return text[0] + STAR if len(text) > 1 else STAR
    if kind is MaskKind.ID_NUMBER:
        return _keep_ends(text, 4, 4)
    if kind is MaskKind.PHONE:
        return _keep_ends(text, 3, 4)
    if kind in (MaskKind.BANK_CARD, MaskKind.ACCOUNT):
        return STAR * 4 + text[-4:] if len(text) >= 8 else STAR * 4
    return STAR * 6


def _keep_ends(text: str, head: int, tail: int) -> str:
    """Short values (a passport, an old land line) show less: at least four characters always stay hidden."""
    hidden = len(text) - head - tail
    if hidden >= 4:
        return text[:head] + STAR * hidden + text[-tail:]
    return text[0] + STAR * (len(text) - 1) if len(text) >= 5 else STAR * len(text)
