"""Text to the bytes of a submit, and back: message formats 0, 8 and 15 (CMPP, SMGP, SGIP) and GSM-7 (SMPP)."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from shared_channels.sms.carriers import gsm7, udh
from shared_channels.sms.carriers.errors import FieldError
from shared_channels.sms.segments.policy import split

ASCII, BINARY, UCS2, GBK = 0, 4, 8, 15
MAX_PARTS = 255


class Coding(StrEnum):
    """How outgoing text is written. UCS2 makes the number of submits equal to the billed segments; AUTO writes a text
    without Chinese in the one-byte alphabet."""

    UCS2 = "ucs2"
    GBK = "gbk"
    AUTO = "auto"


class Alphabet(StrEnum):
    """What format 0 means on a link: plain ASCII, or GSM 03.38 as SMPP has it."""

    ASCII = "ascii"
    GSM7 = "gsm7"


class Piece(NamedTuple):
    """Bytes of one segment without a header."""

    message_format: int
    content: bytes


def pieces(text: str, coding: Coding, alphabet: Alphabet) -> list[Piece]:
    """Encoded segments.
    Raises FieldError for a text of more than 255 segments or, in GBK, with characters that GBK lacks."""
    if coding is Coding.AUTO and (one_byte := _one_byte(text, alphabet)) is not None:
        made = one_byte
    elif coding is Coding.GBK:
        made = [Piece(GBK, raw) for raw in _gbk(text)]
    else:
        made = [Piece(UCS2, piece.encode("utf-16-be", "replace")) for piece in split(text)]
    if len(made) > MAX_PARTS:
        raise FieldError("Msg_Content", f"{len(made)} segments, at most {MAX_PARTS} are possible")
    return made


def _one_byte(text: str, alphabet: Alphabet) -> list[Piece] | None:
    if alphabet is Alphabet.GSM7:
        if not gsm7.is_gsm7(text):
            return None
        whole = gsm7.encode(text)
        parts = [whole] if len(whole) <= 160 else gsm7.split(text, 153)
        return [Piece(ASCII, part) for part in parts]
    if not text.isascii():
        return None
    if len(text) <= 160:
        return [Piece(ASCII, text.encode())]
    return [Piece(ASCII, text[at : at + 153].encode()) for at in range(0, len(text), 153)]


def _gbk(text: str) -> list[bytes]:
    try:
        whole = text.encode("gbk")
    except UnicodeEncodeError:
        raise FieldError("Msg_Content", "a character is not in GBK") from None
    if len(whole) <= 140:
        return [whole]
    parts, part = [], b""
    for character in text:
        code = character.encode("gbk")
        if len(part) + len(code) > 134:
            parts.append(part)
            part = b""
        part += code
    return [*parts, part]


def read(content: bytes, message_format: int, alphabet: Alphabet) -> str:
    """Text of an uplink message; bytes that do not fit the format become replacement characters, never an error."""
    if message_format == UCS2:
        return content.decode("utf-16-be", "replace")
    if message_format == GBK:
        return content.decode("gb18030", "replace")
    if message_format == ASCII and alphabet is Alphabet.GSM7:
        return gsm7.decode(content)
    if message_format in (ASCII, 1):
        return content.decode("ascii", "replace")
    return content.decode("latin-1")


def with_header(piece: Piece, reference: int, total: int, number: int) -> bytes:
    """Content of one segment of a long message with its six-byte header."""
    return udh.header(reference, total, number) + piece.content
