"""How values look: Beijing time, yuan from fen without floats, words for time left."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from kernel.web import formats
from tests.web.parts import web

AT = datetime(2026, 11, 23, 16, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (lambda: formats.moment(AT), "2026-11-24 00:05"),
        (lambda: formats.moment_exact(AT), "2026-11-24 00:05:09"),
        (lambda: formats.day(AT), "2026-11-24"),
        (lambda: formats.day(date(2026, 1, 2)), "2026-01-02"),
        (lambda: formats.clock(AT), "00:05"),
        (lambda: formats.money(123456), "1,234.56 元"),
        (lambda: formats.money(-5), "-0.05 元"),
        (lambda: formats.money(0), "0.00 元"),
        (lambda: formats.amount(900_719_925_474_099_301), "9,007,199,254,740,993.01"),
        (lambda: formats.number(1234567), "1,234,567"),
        (lambda: formats.percent(0.8754), "87.5%"),
        (lambda: formats.share(7, 8), "87.5%（7/8）"),
        (lambda: formats.share(0, 0), "—"),
        (lambda: formats.working_days_left(2), "剩 2 个工作日"),
        (lambda: formats.working_days_left(0), "今天到期"),
        (lambda: formats.working_days_left(-3), "已超 3 个工作日"),
        (lambda: formats.days_left(-1), "已超 1 天"),
        (lambda: formats.duration(45), "45 秒"),
        (lambda: formats.duration(200), "3 分 20 秒"),
        (lambda: formats.duration(7500), "2 小时 5 分"),
        (lambda: formats.duration(356_400), "4 天 3 小时"),
        (lambda: formats.mask("16012345678", "phone"), "160****5678"),
        (lambda: formats.mask("张三", "name"), "张*"),
        (lambda: formats.mask(""), "—"),
        (lambda: formats.file_size(1_480_000), "1.4 MB"),
        (lambda: formats.ago(AT, AT + timedelta(minutes=5)), "5 分钟前"),
        (lambda: formats.ago(AT, AT + timedelta(days=2)), "2026-11-24 00:05"),
    ],
)
def test_values_are_shown_so(shown: Any, text: str) -> None:
    with web().test_request_context():
        assert shown() == text


@pytest.mark.parametrize("show", [formats.moment, formats.day, formats.money, formats.number, formats.percent, formats.ago,
                                  formats.working_days_left, formats.duration, formats.file_size])  # fmt: skip
def test_what_is_not_recorded_is_a_dash(show: Any) -> None:
    assert show(None) == "—"


def test_a_moment_without_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="time zone"):
        formats.moment(datetime(2026, 1, 1))  # noqa: DTZ001 — the mistake is the point


def test_english_is_only_for_who_asked() -> None:
    client = web().test_client()
    assert 'lang="zh-CN"' in client.get("/nothing", headers={"Accept-Language": "en"}).text
    assert 'lang="en"' in client.get("/nothing?ui_lang=en").text
    assert 'lang="en"' in client.get("/nothing").text
    assert 'lang="zh-CN"' in client.get("/nothing?ui_lang=zh").text
