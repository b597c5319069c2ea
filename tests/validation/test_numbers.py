"""Numbers of persons, bodies and phones; invented ones pass only where they may (decision D36)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidComponent

from kernel.validation.credit_codes import check_credit_code, is_synthetic_credit_code, synthetic_credit_code
from kernel.validation.identity_numbers import (
    check_identity_number,
    is_residence_permit,
    is_synthetic_identity_number,
    synthetic_identity_number,
)
from kernel.validation.phones import check_mobile, is_synthetic_mobile, synthetic_mobile
from kernel.validation.refusal import InvalidNumber

BORN = date(1990, 1, 1)


def with_check(stem: str) -> str:
    """Seventeen characters and their check digit."""
    return stem + ric.calc_check_digit(stem + "0")


def refusal(check: Callable[[], str]) -> str:
    with pytest.raises(InvalidNumber) as found:
        check()
    assert found.value.message_zh.endswith("。")
    return found.value.code


def test_invented_persons_pass_only_where_they_may() -> None:
    for order in range(1000):
        number = synthetic_identity_number(BORN + timedelta(days=order * 11), order)
        assert check_identity_number(number, allow_synthetic=True) == number
        assert is_synthetic_identity_number(number)
        assert refusal(lambda number=number: check_identity_number(number)) == "synthetic"


def test_area_of_invented_persons_belongs_to_no_place() -> None:
    with pytest.raises((KeyError, InvalidComponent)):
        ric.get_birth_place(synthetic_identity_number(BORN, 1))


@pytest.mark.parametrize("area", ["810000", "820000", "830000"])
def test_residence_permits_pass(area: str) -> None:
    number = with_check(area + "19900101001")
    assert not ric.is_valid(number)
    assert check_identity_number(number) == number
    assert is_residence_permit(number)
    assert refusal(lambda: check_identity_number(with_check(area + "19901301001"))) == "birth_date"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "shape"),
        ("37990019900101001", "shape"),
        ("3799001990010100177", "shape"),
        ("X79900199001010017", "shape"),
        ("079900199001010017", "shape"),
        ("370100900101001", "shape"),
        (with_check("37990019901301001"), "birth_date"),
        (with_check("37990019900230001"), "birth_date"),
        (with_check("37990018990101001"), "birth_date"),
        (with_check("37990020990101001"), "birth_date"),
        (with_check("99000019900101001"), "area"),
        (with_check("37019919900101001"), "area"),
    ],
)
def test_wrong_identity_numbers_say_what_is_wrong(number: str, code: str) -> None:
    today = date(2026, 3, 2)
    assert refusal(lambda: check_identity_number(number, allow_synthetic=True, today=today)) == code


def test_number_of_a_real_place_passes_without_permission() -> None:
    number = with_check(
        "37110219000101000"
    )  # order 000 is given to nobody; the code is younger than the birth
    assert not ric.is_valid(number)
    assert check_identity_number(number) == number


def test_every_changed_digit_breaks_the_check_digit() -> None:
    number = synthetic_identity_number(BORN, 1)
    for place in range(17):
        for digit in "0123456789":
            changed = number[:place] + digit + number[place + 1 :]
            if digit != number[place] and not changed.startswith("0"):
                assert refusal(lambda changed=changed: check_identity_number(changed)) == "check_digit"


def test_spelling_is_normalised() -> None:
    number = next(n for n in (synthetic_identity_number(BORN, o) for o in range(99)) if n.endswith("X"))
    for spelling in (
        number.lower(),
        f" {number[:6]} {number[6:14]}-{number[14:]} ",
        number.replace("X", "ｘ"),
    ):
        assert check_identity_number(spelling, allow_synthetic=True) == number


def test_invented_bodies_pass_only_where_they_may() -> None:
    for order in range(500):
        code = synthetic_credit_code(order, "12" if order % 2 else "91")
        assert uscc.is_valid(code)
        assert check_credit_code(code, allow_synthetic=True) == code
        assert is_synthetic_credit_code(code)
        assert refusal(lambda code=code: check_credit_code(code)) == "synthetic"


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("91110000600037341L", ""),
        ("9111000060003734IL", "shape"),
        ("", "shape"),
        ("91110000600037341M", "check_digit"),
    ],
)
def test_credit_codes(code: str, wrong: str) -> None:
    if wrong:
        assert refusal(lambda: check_credit_code(code)) == wrong
    else:
        assert check_credit_code(code.lower()) == code


def test_village_collectives_begin_with_a_letter() -> None:
    stem = "N2370102MF1234567"
    code = stem + uscc.calc_check_digit(stem)
    assert not uscc.is_valid(code)
    assert check_credit_code(code) == code


def test_mobiles() -> None:
    assert check_mobile("+86 138-0000-0000") == "13800000000"
    assert check_mobile(synthetic_mobile(7), allow_synthetic=True) == "16000000007"
    assert is_synthetic_mobile("160 0000 0007")
    assert refusal(lambda: check_mobile(synthetic_mobile(7))) == "synthetic"
    for wrong in ("", "12800000000", "1380000000", "138000000000", "+1 13800000000", "١٣٨١٢٣٤٥٦٧٨"):
        assert refusal(lambda wrong=wrong: check_mobile(wrong)) == "shape"


def test_refusals_never_hold_the_number() -> None:
    number = synthetic_identity_number(BORN, 1)
    with pytest.raises(InvalidNumber) as found:
        check_identity_number(number)
    assert number not in repr(found.value) + found.value.message_zh
    assert found.value.__context__ is None


@pytest.mark.parametrize(
    "make",
    [
        lambda: synthetic_identity_number(BORN, 1000),
        lambda: synthetic_credit_code(-1),
        lambda: synthetic_mobile(10**8),
    ],
)
def test_invented_numbers_have_a_range(make: Callable[[], str]) -> None:
    with pytest.raises(ValueError, match="order"):
        make()
