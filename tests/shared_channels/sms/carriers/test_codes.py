"""Result codes and state words."""

from __future__ import annotations

import pytest

from shared_channels.sms.carriers.codes import cmpp, reports, sgip, smgp, smpp
from shared_channels.sms.carriers.codes.words import Table, look_up
from shared_channels.sms.carriers.ports import Category, ReportState

TABLES = {
    "cmpp connect": cmpp.CONNECT, "cmpp submit": cmpp.SUBMIT, "sgip": sgip.RESULT, "smgp": smgp.STATUS,
    "smpp": smpp.STATUS,
}  # fmt: skip


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_only_zero_is_success_and_every_code_has_words(table: Table) -> None:
    assert [code for code, word in table.items() if word.category is None] == [0]
    assert all(word.words and "。" not in word.words and "!" not in word.words for word in table.values())


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (cmpp.SUBMIT, cmpp.THROTTLE),
        (sgip.RESULT, sgip.THROTTLE),
        (smgp.STATUS, smgp.THROTTLE),
        (smpp.STATUS, smpp.THROTTLE),
    ],
)
def test_every_throttle_code_is_of_that_category(table: Table, codes: frozenset[int]) -> None:
    assert {code for code, word in table.items() if word.category is Category.THROTTLED} == codes


def test_an_unknown_code_is_told() -> None:
    assert look_up(cmpp.SUBMIT, 137).words == "运营商返回未登记的代码 137"


@pytest.mark.parametrize(
    ("code", "state", "final"),
    [
        ("DELIVRD", ReportState.DELIVERED, True),
        ("UNDELIV", ReportState.FAILED, True),
        ("ACCEPTD", ReportState.ACCEPTED, False),
        ("UNKNOWN", ReportState.UNKNOWN, False),
        ("", ReportState.UNKNOWN, False),
        ("MK:0012", ReportState.FAILED, True),
        ("MI:0055", ReportState.FAILED, True),
        ("whatever", ReportState.FAILED, True),
    ],
)
def test_state_words(code: str, state: ReportState, final: bool) -> None:
    fate = reports.fate(code)
    assert (fate.state, fate.state.is_final) == (state, final)


def test_only_delivrd_is_delivered() -> None:
    delivered = {code for code, fate in reports.STATES.items() if fate.state is ReportState.DELIVERED}
    assert delivered == {"DELIVRD"}


def test_a_ported_number_points_to_another_route() -> None:
    assert reports.fate("NE:0106").category is Category.ROUTE
    assert look_up(cmpp.SUBMIT, 9).category is Category.ROUTE


def test_an_sgip_failure_without_a_code_is_still_a_failure() -> None:
    assert reports.sgip_fate(2, 0).state is ReportState.FAILED
    assert reports.sgip_fate(0, 0).state is ReportState.DELIVERED
    assert reports.sgip_fate(1, 0).state is ReportState.ENROUTE
