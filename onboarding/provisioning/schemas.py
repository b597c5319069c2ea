"""Onboarding as forms and as JSON."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import validate


class ManifestIn(ma.Schema):
    """A manifest as text."""

    manifest = ma.fields.String(required=True, validate=validate.Length(min=1, max=512 * 1024))


class ApplicationIn(ManifestIn):
    """A manifest to be proposed: the centre's signature over its bytes, and the reason."""

    public_key = ma.fields.String(
        required=True, validate=validate.Regexp("^[0-9a-f]{64}$", error="应当是 64 位十六进制数字。")
    )
    signature = ma.fields.String(
        required=True, validate=validate.Regexp("^[0-9a-f]{128}$", error="应当是 128 位十六进制数字。")
    )
    reason = ma.fields.String(required=True, validate=validate.Length(min=2, max=500))


class PlanLineOut(ma.Schema):
    """One difference between manifest and what is there."""

    action = ma.fields.Function(
        lambda line: line.action.value, metadata={"enum": ["create", "alter", "keep", "remove"]}
    )
    place_zh = ma.fields.String()
    label_zh = ma.fields.String()
    before_zh = ma.fields.String()
    after_zh = ma.fields.String()


class PlanOut(ma.Schema):
    """A plan."""

    code = ma.fields.String()
    name_zh = ma.fields.String()
    changes = ma.fields.Integer()
    lines = ma.fields.List(ma.fields.Nested(PlanLineOut))


class ProposedOut(ma.Schema):
    """A change request that waits for the second person."""

    change_id = ma.fields.UUID()
    code = ma.fields.String()


class StepOut(ma.Schema):
    """One step of a run."""

    title_zh = ma.fields.String()
    place_code = ma.fields.String()
    place_zh = ma.fields.String()
    written = ma.fields.Integer(allow_none=True)
    done_at = ma.fields.AwareDateTime(allow_none=True)


class RunOut(ma.Schema):
    """An approved run with how far it is."""

    id = ma.fields.UUID()
    change_id = ma.fields.UUID()
    code = ma.fields.String()
    name_zh = ma.fields.String()
    kind = ma.fields.String()
    state = ma.fields.String()
    done = ma.fields.Integer()
    total = ma.fields.Integer()
    differences = ma.fields.Integer(allow_none=True)
    approved_at = ma.fields.AwareDateTime()
    finished_at = ma.fields.AwareDateTime(allow_none=True)
    steps = ma.fields.List(ma.fields.Nested(StepOut))
