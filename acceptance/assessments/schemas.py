"""Forms of the sheet."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from acceptance.assessments.models import FileKind


class ItemForm(ma.Schema):
    """One item. `seen` is the number of the version that the page showed."""

    self_score = fields.Decimal(
        required=True, places=2, validate=validate.Range(min=0, max=100),
        metadata={"label": "自评分", "kind": "number", "unit": "分"},
    )  # fmt: skip
    note_zh = fields.String(
        load_default="",
        validate=validate.Length(max=2000),
        metadata={
            "label": "自评说明", "kind": "textarea", "rows": 5, "help": "写明依据、材料对应的检查点；请勿填写职工的个人信息。",
        },
    )  # fmt: skip
    seen = fields.Integer(required=True, metadata={"label": "版本", "kind": "hidden"})


class FileForm(ma.Schema):
    """What an attached file is."""

    title_zh = fields.String(
        required=True, validate=validate.Length(min=2, max=100), metadata={"label": "材料名称"}
    )
    kind = fields.String(
        load_default=FileKind.EVIDENCE.value,
        validate=validate.OneOf([kind.value for kind in FileKind]),
        metadata={
            "label": "材料种类",
            "kind": "select",
            "choices": [("evidence", "佐证材料"), ("evaluation_report", "等级测评报告")],
        },
    )
    issued_on = fields.Date(
        load_default=None, allow_none=True, metadata={"label": "出具日期", "kind": "date", "help": "等级测评报告必填。"}
    )  # fmt: skip

    @ma.validates_schema
    def _dated(self, data: dict[str, Any], **more: Any) -> None:
        if data.get("kind") == FileKind.EVALUATION_REPORT and data.get("issued_on") is None:
            raise ma.ValidationError({"issued_on": ["请填写等级测评报告的出具日期。"]})


class PlanNoteForm(ma.Schema):
    """Why the plan is not finished and what is going to happen."""

    plan_note_zh = fields.String(
        required=True,
        validate=validate.Length(min=5, max=500),
        metadata={"label": "未完成任务的原因和安排", "kind": "textarea", "rows": 3},
    )
