"""Errors have one shape for programs and one for people; nothing of an unexpected one gets out."""

from __future__ import annotations

from collections.abc import Iterator

import marshmallow as ma
import pytest
import structlog
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from kernel.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    NotSignedIn,
    TooMany,
    Unavailable,
)
from kernel.permissions import Permission
from kernel.web.blueprints import Api
from kernel.web.factory import API, make_web
from kernel.web.field_messages import in_words
from tests.web.parts import settings, web


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotSignedIn, 401),
        (Forbidden, 403),
        (NotFound, 404),
        (Conflict, 409),
        (Invalid, 422),
        (TooMany, 429),
        (Unavailable, 503),
    ],
)
def test_each_kind_has_its_status_code_and_words(error: type[DomainError], status: int) -> None:
    made = error()
    assert made.status == status
    assert made.code
    assert made.message_zh.endswith("。")
    assert made.hint_zh.endswith("。")


def test_a_room_names_its_own_errors() -> None:
    class CaseClosed(Conflict):
        code = "cases.closed"
        message_zh = "本件已办结。"

    assert (CaseClosed().status, CaseClosed().code, CaseClosed().message_zh) == (
        409,
        "cases.closed",
        "本件已办结。",
    )
    assert DomainError(418, "x", "甲", "乙").status == 418


def test_the_interface_answers_with_problem_documents() -> None:
    answer = web().test_client().get("/api/v1/fail/conflict")
    assert answer.status_code == 409
    assert answer.content_type == "application/problem+json"
    assert answer.json == {
        "type": "urn:gjj:problem:cases.closed",
        "title": "本件已办结。",
        "status": 409,
        "detail": "请查看办理结果。",
        "instance": f"urn:gjj:request:{answer.headers['X-Request-Id']}",
        "code": "cases.closed",
    }
    assert "本件已办结" in answer.text


def test_bad_input_names_the_fields() -> None:
    answer = web().test_client().get("/api/v1/fail/invalid")
    assert answer.json["errors"] == [{"field": "name", "messages": ["请填写名称。"]}]  # type: ignore[index]


@pytest.mark.parametrize("path", ["/api/nothing", "/api/v1/things", "/api/v1/fail/large"])
def test_framework_errors_under_the_interface_are_problems_too(path: str) -> None:
    answer = web().test_client().get(path)
    assert answer.content_type == "application/problem+json"
    assert answer.json["status"] == answer.status_code  # type: ignore[index]


def test_headers_that_belong_to_an_error_stay() -> None:
    client = web().test_client()
    assert client.get("/api/v1/fail/many").headers["Retry-After"] == "30"
    assert "POST" in client.get("/api/v1/things").headers["Allow"]


@pytest.mark.parametrize("path", ["/fail/unknown", "/api/v1/fail/unknown"])
def test_an_unexpected_error_tells_only_its_number(path: str) -> None:
    with capture_logs() as lines:
        answer = web().test_client().get(path)
    assert answer.status_code == 500
    assert answer.headers["X-Request-Id"] in answer.text
    for secret in ("张三", "RuntimeError", "DETAIL", "Traceback"):
        assert secret not in answer.text
    (failure,) = [line for line in lines if line["event"] == "failure"]
    assert failure["kinds"] == ["RuntimeError"]
    assert failure["request_id"] == answer.headers["X-Request-Id"]
    assert "张三" not in str(lines)


def test_one_line_is_written_per_request_without_what_was_typed() -> None:
    with capture_logs() as lines:
        web().test_client().get("/fail/conflict?name=张三&phone=16000000000")
    (line,) = [line for line in lines if line["event"] == "request"]
    assert (line["route"], line["status"], line["method"]) == ("/fail/<kind>", 409, "GET")
    for typed in ("张三", "16000000000", "conflict"):
        assert typed not in str(lines)


def test_fragments_get_a_notice_with_the_same_status() -> None:
    answer = web().test_client().get("/fail/conflict", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert answer.headers["HX-Retarget"] == "#notices"
    assert "<html" not in answer.text
    assert "本件已办结" in answer.text


def test_a_database_out_of_reach_is_busy_not_broken() -> None:
    app = web()

    def lost() -> str:
        raise OperationalError("select secret", {}, Exception("DETAIL: 张三"))

    from kernel.web.blueprints import mark

    mark(lost, Permission.PUBLIC)
    app.add_url_rule("/lost", "lost", lost)
    answer = app.test_client().get("/lost")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "张三" not in answer.text
    assert "select" not in answer.text


class Thing(ma.Schema):
    name = ma.fields.String(required=True, validate=ma.validate.Length(max=3))
    count = ma.fields.Integer(validate=ma.validate.Range(min=1, max=9))


@pytest.fixture
def typed() -> Iterator[Api]:
    return Api("typed", __name__, url_prefix="/api/typed")


def test_schema_errors_are_in_chinese_and_say_where(typed: Api) -> None:
    @typed.post("/", permission=Permission.PUBLIC)
    @typed.arguments(Thing)
    @typed.response(201, Thing)
    def make(data: dict[str, object]) -> dict[str, object]:
        """Make."""
        return data

    app = make_web(settings())
    app.extensions[API].register_blueprint(typed)
    answer = app.test_client().post("/api/typed/", json={"name": "太长的名称", "count": 0})
    assert answer.status_code == 422
    assert answer.json["errors"] == [  # type: ignore[index]
        {"field": "json.name", "messages": ["最多 3 个字。"]},
        {"field": "json.count", "messages": ["须不小于 1 且不大于 9。"]},
    ]
    document = app.test_client().get("/api/openapi.json").json
    responses = document["components"]["responses"]  # type: ignore[index]
    assert {media for r in responses.values() for media in r["content"]} == {"application/problem+json"}


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("Missing data for required field.", "请填写这一项。"),
        ("Must be greater than 0.", "须大于 0。"),
        ("Must be one of: a, b.", "请从给出的选项中选择。"),
        ("自己写的提示。", "自己写的提示。"),
    ],
)
def test_library_messages_are_put_into_words(english: str, chinese: str) -> None:
    with web().test_request_context():
        assert in_words(english) == chinese


def test_every_message_of_the_schema_library_is_known() -> None:
    fields = [ma.fields.String, ma.fields.UUID, ma.fields.Integer, ma.fields.Decimal, ma.fields.Boolean, ma.fields.Date,
              ma.fields.DateTime, ma.fields.AwareDateTime, ma.fields.List, ma.fields.Email, ma.fields.Url]  # fmt: skip
    unlike = {"name": object()}
    with web().test_request_context():
        for kind in fields:
            field = kind(ma.fields.String()) if kind is ma.fields.List else kind()
            for value in (None, unlike):
                try:
                    field.deserialize(value)
                except ma.ValidationError as error:
                    for text in error.messages:
                        assert not in_words(str(text)).isascii(), text


def test_the_request_number_is_bound_to_other_log_lines() -> None:
    app = web()
    client = app.test_client()
    answer = client.get("/open")
    assert structlog.contextvars.get_contextvars()["request_id"] == answer.headers["X-Request-Id"]
