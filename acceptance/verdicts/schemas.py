"""Forms of the sign-off."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields, validate


class SignForm(ma.Schema):
    """Proposing the conclusion."""

    statement_zh = fields.String(
        load_default="",
        validate=validate.Length(max=1000),
        metadata={"label": "结论说明", "kind": "textarea", "rows": 3, "help": "载入验收意见书，可以不填。"},
    )
    reason = fields.String(
        required=True,
        validate=validate.Length(min=2, max=500),
        metadata={"label": "提请理由", "kind": "textarea", "rows": 2},
    )
