"""Encodings, user data headers and the joining of long uplink messages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smpplib import gsm as other_gsm

from shared_channels.sms.carriers import gsm7, text, udh
from shared_channels.sms.carriers.errors import FieldError
from shared_channels.sms.carriers.ports import MoMessage, Part
from shared_channels.sms.carriers.text import Alphabet, Coding
from shared_channels.sms.segments.policy import segments

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@given(st.text(max_size=300))
def test_ucs2_makes_as_many_submits_as_are_billed(value: str) -> None:
    made = text.pieces(value, Coding.UCS2, Alphabet.ASCII)
    assert len(made) == segments(value)
    assert all(len(piece.content) <= 140 for piece in made)


@given(st.text(st.sampled_from("公积金abc1，。提取"), max_size=300))
def test_gbk_never_cuts_a_character(value: str) -> None:
    made = text.pieces(value, Coding.GBK, Alphabet.ASCII)
    assert "".join(piece.content.decode("gbk") for piece in made) == value
    assert all(len(piece.content) <= (140 if len(made) == 1 else 134) for piece in made)


def test_gbk_says_what_it_cannot_write() -> None:
    with pytest.raises(FieldError):
        text.pieces("😀", Coding.GBK, Alphabet.ASCII)


def test_a_text_of_more_than_255_segments_is_refused() -> None:
    with pytest.raises(FieldError):
        text.pieces("字" * (67 * 255 + 1), Coding.UCS2, Alphabet.ASCII)


@pytest.mark.parametrize(("length", "expected"), [(160, 1), (161, 2), (306, 2), (307, 3)])
def test_auto_writes_latin_in_one_byte(length: int, expected: int) -> None:
    for alphabet in Alphabet:
        made = text.pieces("a" * length, Coding.AUTO, alphabet)
        assert (len(made), made[0].message_format) == (expected, text.ASCII)


def test_auto_writes_chinese_in_ucs2() -> None:
    assert text.pieces("公积金", Coding.AUTO, Alphabet.GSM7)[0].message_format == text.UCS2


@pytest.mark.parametrize(
    ("form", "raw"),
    [(0, b"TD"), (8, "退订".encode("utf-16-be")), (15, "退订".encode("gbk"))],
)
def test_uplink_text_of_each_format(form: int, raw: bytes) -> None:
    assert text.read(raw, form, Alphabet.ASCII) == ("TD" if form == 0 else "退订")


@given(st.binary(max_size=200), st.integers(0, 255))
def test_any_uplink_bytes_become_a_text(raw: bytes, form: int) -> None:
    for alphabet in Alphabet:
        assert isinstance(text.read(raw, form, alphabet), str)


@given(st.text(st.sampled_from("@£$ abcXYZ{}[]~|\\^€019\nÄñ"), max_size=200))
def test_gsm7_turns_back_and_agrees_with_another_library(value: str) -> None:
    raw = gsm7.encode(value)
    assert gsm7.decode(raw) == value
    assert raw == other_gsm.gsm_encode(value)


def test_gsm7_never_cuts_an_escape() -> None:
    pieces = gsm7.split("a" * 152 + "€" + "b", 153)
    assert [len(piece) for piece in pieces] == [152, 3]


@pytest.mark.parametrize(
    ("raw", "part", "rest"),
    [
        ("050003a20201" "6162", Part(0xA2, 2, 1), "6162"),
        ("06080401a20302" "6162", Part(0x01A2, 3, 2), "6162"),
        ("0b0504158a00000003a20201" "6162", Part(0xA2, 2, 1), "6162"),  # behind the ports
        ("050003a20203" "6162", None, "6162"),  # third of two
        ("7f616263", None, "7f616263"),  # claims more than there is
        ("", None, ""),
    ],
)  # fmt: skip
def test_headers_are_read(raw: str, part: Part | None, rest: str) -> None:
    assert udh.read(bytes.fromhex(raw)) == (part, bytes.fromhex(rest))


@given(st.binary(max_size=160))
def test_any_header_is_read_without_an_error(raw: bytes) -> None:
    _, rest = udh.read(raw)
    assert raw.endswith(rest)


def uplink(content: bytes, part: Part | None, phone: str = "13800001234") -> MoMessage:
    return MoMessage(
        "1", phone, "12329", content.decode("utf-16-be", "replace"), "线路", NOW, part, 8, content
    )


def test_parts_in_any_order_are_joined_and_a_cut_emoji_heals() -> None:
    whole = "退订😀".encode("utf-16-be")
    joiner = udh.MoJoiner()
    assert joiner.add(uplink(whole[6:], Part(1, 2, 2))) is None
    assert joiner.add(uplink(whole[6:], Part(1, 2, 2))) is None
    joined = joiner.add(uplink(whole[:6], Part(1, 2, 1)))
    assert joined is not None
    assert (joined.text, joined.part) == ("退订😀", None)


def test_parts_of_two_phones_stay_apart() -> None:
    joiner = udh.MoJoiner()
    assert joiner.add(uplink(b"\0a", Part(1, 2, 1))) is None
    assert joiner.add(uplink(b"\0b", Part(1, 2, 2), "13800005678")) is None


def test_what_is_never_finished_is_given_up_beyond_the_limit() -> None:
    joiner = udh.MoJoiner(limit=2)
    for reference in range(3):
        joiner.add(uplink(b"\0a", Part(reference, 2, 1)))
    assert [each.text for each in joiner.abandoned()] == ["a"]
    assert joiner.abandoned() == []
