"""Bodies of the channel interface about cases."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import validate

from shared_channels.accounts.ports import Means
from tenants.cases.models import Grade


class ProofIn(ma.Schema):
    """One attempt to prove the real person by one of the connected means."""

    means = ma.fields.String(
        required=True,
        validate=validate.OneOf([str(means) for means in Means]),
        metadata={"description": "核验方式"},
    )
    evidence = ma.fields.String(
        required=True,
        validate=validate.Length(min=1, max=4000),
        metadata={"description": "核验服务返回的凭据"},
    )


class ProofOut(ma.Schema):
    """Whether it was the person."""

    proven = ma.fields.Boolean(required=True)
    level = ma.fields.Integer(required=True)


class CaseStartIn(ma.Schema):
    """Begin an application."""

    item_code = ma.fields.String(required=True, validate=validate.Regexp(r"[A-Z][0-9A-Z]{1,11}\Z"))


class CaseSaveIn(ma.Schema):
    """Keep the form of a draft: data item → value, money in fen. `version` is the one that was read."""

    form = ma.fields.Dict(keys=ma.fields.String(validate=validate.Length(max=60)), required=True)
    version = ma.fields.Integer(required=True, strict=True, validate=validate.Range(min=0))


class CaseSubmitIn(ma.Schema):
    """Hand in the version that was shown."""

    version = ma.fields.Integer(required=True, strict=True, validate=validate.Range(min=0))


class RatingIn(ma.Schema):
    """How it was, in five grades."""

    grade = ma.fields.String(required=True, validate=validate.OneOf([str(grade) for grade in Grade]))
    words = ma.fields.String(load_default="", validate=validate.Length(max=500))


class CaseStepOut(ma.Schema):
    """One step of the way."""

    title_zh = ma.fields.String(required=True)
    state = ma.fields.String(required=True, metadata={"description": "done、current、todo"})


class CaseOut(ma.Schema):
    """A case as its applicant sees it."""

    id = ma.fields.UUID(required=True)
    number = ma.fields.String(required=True)
    item_code = ma.fields.String(required=True)
    item_name_zh = ma.fields.String(required=True)
    state = ma.fields.String(required=True)
    state_zh = ma.fields.String(required=True)
    now_zh = ma.fields.String(required=True)
    steps = ma.fields.List(ma.fields.Nested(CaseStepOut), required=True)
    due_on = ma.fields.Date(allow_none=True)
    left_zh = ma.fields.String(required=True)
    payout_state = ma.fields.String(required=True)
    started_at = ma.fields.DateTime(required=True)
    version = ma.fields.Integer(required=True)


class CaseDetailOut(CaseOut):
    """With the form and its schema."""

    form = ma.fields.Dict(required=True)
    schema = ma.fields.Dict(required=True, metadata={"description": "表单的 JSON Schema"})
    reason_zh = ma.fields.String(required=True)


class CaseListOut(ma.Schema):
    """The newest twenty; `next` asks for older ones."""

    cases = ma.fields.List(ma.fields.Nested(CaseOut), required=True)
