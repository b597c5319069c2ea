"""A schema as a form: typed values become what JSON would bring, and what was typed is never lost."""

from __future__ import annotations

from datetime import date, datetime

import marshmallow as ma
import pytest
from werkzeug.datastructures import MultiDict

from kernel.web.forms import Form
from tests.web.parts import web


class TransferIn(ma.Schema):
    name = ma.fields.String(required=True, validate=ma.validate.Length(max=5), metadata={"label": "名称"})
    limit_fen = ma.fields.Integer(required=True, metadata={"label": "金额"})
    starts_at = ma.fields.AwareDateTime(metadata={"label": "开始时间"})
    ends_on = ma.fields.Date(allow_none=True, metadata={"label": "结束日期"})
    channels = ma.fields.List(
        ma.fields.String(validate=ma.validate.OneOf(["a", "b"], labels=["甲", "乙"])),
        metadata={"label": "渠道"},
    )
    kind = ma.fields.String(validate=ma.validate.OneOf(["x"], labels=["丙"]), metadata={"label": "类别"})
    deferred = ma.fields.Boolean(metadata={"label": "容缺"})
    id = ma.fields.UUID(dump_only=True)


@pytest.fixture(autouse=True)
def _request() -> object:
    with web().test_request_context():
        yield


TYPED = {
    "name": " 租房 ",
    "limit_fen": "1,234.56",
    "starts_at": "2026-11-23 14:05",
    "kind": "x",
    "deferred": "1",
}


def test_typed_values_become_what_the_service_takes() -> None:
    form = Form(TransferIn())
    data = form.load(MultiDict([*TYPED.items(), ("channels", "a"), ("channels", "b"), ("csrf_token", "x")]))
    assert data is not None
    assert data["limit_fen"] == 123456
    assert data["starts_at"].isoformat() == "2026-11-23T14:05:00+08:00"
    assert data["channels"] == ["a", "b"]
    assert data["deferred"] is True
    assert data["ends_on"] is None
    assert data["name"] == "租房"
    assert form.error_count == 0


def test_kinds_follow_from_the_schema() -> None:
    kinds = {f.name: f.kind for f in Form(TransferIn()).fields.values()}
    assert kinds == {"name": "text", "limit_fen": "money", "starts_at": "moment", "ends_on": "date", "channels": "checks",
                     "kind": "select", "deferred": "checkbox"}  # fmt: skip
    assert Form(TransferIn())["kind"].choices == [("x", "丙")]
    assert Form(TransferIn())["name"].max_length == 5


def test_stored_values_are_shown_as_one_types_them() -> None:
    at = datetime.fromisoformat("2026-11-23T06:05+00:00")
    form = Form(
        TransferIn(), {"limit_fen": 5, "starts_at": at, "ends_on": date(2026, 12, 1), "channels": ["b"]}
    )
    assert form["limit_fen"].value == "0.05"
    assert form["starts_at"].value == "2026-11-23 14:05"
    assert form["ends_on"].value == "2026-12-01"
    assert form["channels"].value == ["b"]


@pytest.mark.parametrize("money", ["一万", "1.234", "nan", "inf", "1e30", "--1"])
def test_money_that_is_none_is_refused_and_kept(money: str) -> None:
    form = Form(TransferIn())
    assert form.load(MultiDict(TYPED | {"limit_fen": money})) is None
    assert len(form["limit_fen"].errors) == 1
    assert form["limit_fen"].value == money
    assert form["name"].value == " 租房 "


def test_missing_and_wrong_fields_are_counted_once_each() -> None:
    form = Form(TransferIn())
    assert form.load(MultiDict({"channels": "c", "kind": "y"})) is None
    assert [f.name for f in form.errors] == ["name", "limit_fen", "channels", "kind"]
    assert form["name"].errors == ["请填写这一项。"]
    assert form["kind"].errors == ["请从给出的选项中选择。"]


def test_errors_of_the_service_find_their_field_or_the_top() -> None:
    form = Form(TransferIn())
    form.add_errors({"name": ["名称已经使用。"], "quota": ["额度不足。"]})
    assert form["name"].errors == ["名称已经使用。"]
    assert form.general_errors == ["额度不足。"]
    assert form.error_count == 2
