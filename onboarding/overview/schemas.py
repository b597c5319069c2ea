"""The overview's answer as JSON."""

from __future__ import annotations

import marshmallow as ma


class BodyOut(ma.Schema):
    """One body below the province."""

    code = ma.fields.String()
    city_code = ma.fields.String()
    kind = ma.fields.String()
    name_zh = ma.fields.String()
    build_mode = ma.fields.String()
    status = ma.fields.String()
    plug_state = ma.fields.String(allow_none=True)
    plug_reason_zh = ma.fields.String()
    fictional = ma.fields.Boolean()
    consolidates_into = ma.fields.String(allow_none=True)
    steps_done = ma.fields.Integer()
    steps_total = ma.fields.Integer()
    joined_at = ma.fields.AwareDateTime(allow_none=True)


class BodiesOut(ma.Schema):
    """All of them."""

    bodies = ma.fields.List(ma.fields.Nested(BodyOut))
