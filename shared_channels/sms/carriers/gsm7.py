"""GSM 03.38 default alphabet, one byte a character (unpacked), as SMPP gateways take it with data_coding 0."""

from __future__ import annotations

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPE = 0x1B
_EXTENDED = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
_TO_BYTES = {character: bytes((code,)) for code, character in enumerate(_BASIC) if code != _ESCAPE}
_TO_BYTES.update({character: bytes((_ESCAPE, code)) for code, character in _EXTENDED.items()})


def is_gsm7(text: str) -> bool:
    """True when every character has a place in the alphabet or its extension table."""
    return all(character in _TO_BYTES for character in text)


def encode(text: str) -> bytes:
    """Raises UnicodeEncodeError for a character outside the alphabet."""
    try:
        return b"".join(_TO_BYTES[character] for character in text)
    except KeyError as missing:
        position = text.index(missing.args[0])
        raise UnicodeEncodeError("gsm7", text, position, position + 1, "not in GSM 03.38") from None


def decode(raw: bytes) -> str:
    """Foreign bytes become replacement characters; an escape without a known follower becomes a space, as the
    specification asks."""
    out: list[str] = []
    escaped = False
    for code in raw:
        if escaped:
            out.append(_EXTENDED.get(code, " "))
            escaped = False
        elif code == _ESCAPE:
            escaped = True
        else:
            out.append(_BASIC[code] if code < 128 else "\ufffd")
    return "".join(out)


def split(text: str, part: int) -> list[bytes]:
    """Encoded pieces of at most ``part`` bytes; an escape pair is never cut."""
    pieces, piece = [], b""
    for character in text:
        code = _TO_BYTES[character]
        if len(piece) + len(code) > part:
            pieces.append(piece)
            piece = b""
        piece += code
    return [*pieces, piece]
