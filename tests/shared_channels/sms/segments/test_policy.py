"""Billable segments."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smpplib import consts, gsm

from shared_channels.sms.segments.policy import code_units, segments, split

_BMP = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=("Cs",)), max_size=400)


@pytest.mark.parametrize(
    ("length", "expected"),
    [(0, 1), (1, 1), (69, 1), (70, 1), (71, 2), (134, 2), (135, 3), (160, 3), (201, 3), (202, 4), (500, 8)],
)
def test_characters_make_segments(length: int, expected: int) -> None:
    assert segments("字" * length) == expected


def test_a_latin_character_counts_as_a_chinese_one() -> None:
    assert segments("a" * 71) == segments("字" * 71) == 2


def test_the_signature_counts() -> None:
    body = "字" * 65
    assert segments(body) == 1
    assert segments("【公积金】" + body) == 1
    assert segments("【公积金！】" + body) == 2


def test_an_emoji_counts_two() -> None:
    assert code_units("😀") == 2
    assert segments("😀" * 35) == 1
    assert segments("😀" * 35 + "字") == 2


def test_an_emoji_is_not_cut() -> None:
    text = "字" * 66 + "😀" + "字" * 10
    assert [code_units(piece) for piece in split(text)] == [66, 12]


def test_an_emoji_on_each_border_can_cost_a_segment() -> None:
    text = "😀" * 67
    assert code_units(text) == 134
    assert segments(text) == 3


@given(_BMP)
def test_without_emoji_it_is_the_quotient(text: str) -> None:
    assert segments(text) == (1 if len(text) <= 70 else -(-len(text) // 67))


@given(st.text(max_size=400))
def test_the_pieces_are_the_text(text: str) -> None:
    pieces = split(text)
    assert "".join(pieces) == text
    assert len(pieces) == segments(text)
    assert all(code_units(piece) <= (70 if len(pieces) == 1 else 67) for piece in pieces)


@given(_BMP.filter(lambda text: len(text) > 0))
def test_another_library_cuts_alike(text: str) -> None:
    theirs, _, _ = gsm.make_parts(text, consts.SMPP_ENCODING_ISO10646)
    assert len(theirs) == segments(text)
