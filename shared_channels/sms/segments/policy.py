"""Segment arithmetic: the number that is sent, billed and shown in a preview.

Carriers count UTF-16 code units: a Chinese or Latin character is 1, an emoji 2. Up to 70 units travel in one message;
a longer text is cut in pieces of 67, because six bytes of each piece name its place. The signature and its 【】 are part
of the text. An emoji is never cut in its middle, so a text with emoji may need one piece more than the plain quotient.
"""

from __future__ import annotations

SINGLE_UNITS = 70
PART_UNITS = 67


def code_units(text: str) -> int:
    """Length in UTF-16 code units, as carriers count it."""
    if not text or max(text) <= "\uffff":
        return len(text)
    return len(text) + sum(1 for character in text if character > "\uffff")


def split(text: str, *, single: int = SINGLE_UNITS, part: int = PART_UNITS) -> tuple[str, ...]:
    """The pieces in which a text travels; joined they are the text again. An empty text is one empty piece."""
    if code_units(text) <= single:
        return (text,)
    if max(text) <= "\uffff":
        return tuple(text[start : start + part] for start in range(0, len(text), part))
    pieces: list[str] = []
    start = used = 0
    for position, character in enumerate(text):
        width = 2 if character > "\uffff" else 1
        if used + width > part:
            pieces.append(text[start:position])
            start, used = position, 0
        used += width
    pieces.append(text[start:])
    return tuple(pieces)


def segments(text: str) -> int:
    """Billable pieces of a finished text, signature included: 1 up to 70 units, then one for every 67 begun."""
    units = code_units(text)
    if units <= SINGLE_UNITS:
        return 1
    if units == len(text):
        return -(-units // PART_UNITS)
    return len(split(text))
