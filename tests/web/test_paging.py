"""A cursor is opaque, cannot be forged, and is good for one person on one list only."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, insert, select
from sqlalchemy.orm import Session

from kernel.web.keyset import Key, after, take
from kernel.web.paging import CursorRefused, Cursors, Reader, here, page_request, sorted_by
from tests.web.parts import web

TENANT, OTHER, PERSON = UUID(int=1), UUID(int=2), UUID(int=3)
READER = Reader(TENANT, PERSON, "items.list", "-at")
POSITION = ("张三", datetime(2026, 11, 23, tzinfo=UTC), date(2026, 1, 2), 7, Decimal("1.50"), UUID(int=9))
BOX = Cursors(b"k" * 32)


def test_a_cursor_brings_the_position_back() -> None:
    assert BOX.open(BOX.seal(POSITION, READER), READER) == POSITION


def test_a_cursor_cannot_be_read() -> None:
    assert "张三" not in BOX.seal(POSITION, READER)
    assert BOX.seal(POSITION, READER) != BOX.seal(POSITION, READER)


@pytest.mark.parametrize(
    "reader",
    [
        Reader(OTHER, PERSON, "items.list", "-at"),
        Reader(TENANT, OTHER, "items.list", "-at"),
        Reader(TENANT, PERSON, "cases.list", "-at"),
        Reader(TENANT, PERSON, "items.list", "at"),
        Reader(None, None, "items.list", "-at"),
    ],
    ids=["tenant", "person", "route", "order", "nobody"],
)
def test_a_cursor_of_somebody_else_is_refused(reader: Reader) -> None:
    with pytest.raises(CursorRefused):
        BOX.open(BOX.seal(POSITION, READER), reader)


def test_a_cursor_of_another_installation_is_refused() -> None:
    with pytest.raises(CursorRefused):
        Cursors(b"x" * 32).open(BOX.seal(POSITION, READER), READER)


def test_every_changed_byte_is_refused() -> None:
    good = BOX.seal((7,), READER)
    for at in range(len(good)):
        wrong = good[:at] + ("A" if good[at] != "A" else "B") + good[at + 1 :]
        if wrong[:-1] == good[:-1]:
            continue  # the last character has bits that are not part of the message
        with pytest.raises(CursorRefused):
            BOX.open(wrong, READER)


@pytest.mark.parametrize("wrong", ["", "a", "....", "é", "A" * 400, "eyJpZCI6MX0"])
def test_rubbish_is_refused_the_same_way(wrong: str) -> None:
    with pytest.raises(CursorRefused):
        BOX.open(wrong, READER)


def test_a_position_of_an_unknown_kind_is_a_mistake() -> None:
    with pytest.raises(TypeError):
        BOX.seal((True,), READER)


@pytest.mark.parametrize(("asked", "size"), [("50", 50), ("100", 100), ("7", 20), ("1000000", 20), ("x", 20)])
def test_pages_have_three_sizes(asked: str, size: int) -> None:
    with web().test_request_context(f"/open?size={asked}"):
        assert page_request(TENANT, PERSON).size == size


def test_changing_a_filter_makes_the_cursor_worn_out() -> None:
    app = web()
    with app.test_request_context("/open?state=1"):
        cursor = page_request(TENANT, PERSON).cursor((7,))
    with app.test_request_context(f"/open?state=1&cursor={cursor}&size=50"):
        assert page_request(TENANT, PERSON).position == (7,)
    with app.test_request_context(f"/open?state=2&cursor={cursor}"), pytest.raises(CursorRefused):
        page_request(TENANT, PERSON)


def test_links_keep_filters_and_start_again() -> None:
    with web().test_request_context("/open?state=1&cursor=x&sort=name"):
        assert here(sort="-name") == "/open?state=1&sort=-name"
        assert here(state=None, sort=None) == "/open"
        assert here(q="甲&乙") == "/open?state=1&sort=name&q=%E7%94%B2%26%E4%B9%99"


def test_only_named_columns_sort() -> None:
    with web().test_request_context("/open?sort=-name"):
        assert sorted_by({"name", "at"}, "-at") == ("name", True)
    with web().test_request_context("/open?sort=password"):
        assert sorted_by({"name", "at"}, "-at") == ("at", True)


ROWS = Table("thing", MetaData(), Column("id", Integer, primary_key=True), Column("name", String))


@pytest.mark.parametrize("descending", [True, False])
def test_pages_show_each_row_once_in_order(descending: bool) -> None:
    engine = create_engine("sqlite://")
    try:
        ROWS.create(engine)
        with Session(engine) as session:
            session.execute(insert(ROWS), [{"id": n, "name": "abc"[n % 3]} for n in range(50)])
            keys = [Key(ROWS.c.name, "name", descending), Key(ROWS.c.id, "id")]
            seen: list[tuple[str, int]] = []
            position = None
            for _ in range(9):
                found = take(session, select(ROWS), keys, size=7, position=position)
                seen += [(row.name, row.id) for row in found.rows]
                position = found.next_position
                if position is None:
                    break
            wanted = sorted(
                ((("abc"[n % 3]), n) for n in range(50)),
                key=lambda r: ((-ord(r[0]) if descending else ord(r[0])), r[1]),
            )
            assert seen == wanted
    finally:
        engine.dispose()


def test_a_position_must_fit_the_order() -> None:
    with pytest.raises(ValueError, match="one value for each key"):
        after([Key(ROWS.c.id, "id")], (1, 2))
