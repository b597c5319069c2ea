"""Words of kinds, origins and steps. `STEP_ZH` follows the name of who did it."""

from __future__ import annotations

from collections.abc import Mapping

from tenants.cases.policy.words import CHANNEL_ZH, GRADE_ZH, POOR_GRADES
from tenants.work_orders.models import Origin, WorkOrderKind

__all__ = [
    "GRADE_ZH",
    "KIND_ZH",
    "OFFERED_KINDS",
    "ORIGIN_ZH",
    "POOR_GRADES",
    "SOURCE_ZH",
    "STEP_KIND",
    "STEP_ZH",
]

KIND_ZH: Mapping[str, str] = {
    WorkOrderKind.INQUIRY: "咨询",
    WorkOrderKind.SUGGESTION: "建议",
    WorkOrderKind.COMPLAINT: "服务投诉",
    WorkOrderKind.ARREARS: "单位欠缴举报",
    WorkOrderKind.PETITION: "信访",
    WorkOrderKind.HOME_HELP: "上门帮办",
}
SOURCE_ZH: Mapping[str, str] = {**CHANNEL_ZH, "city_hotline": "12345热线", "letter": "来信来访"}
"""Where a work order came from: our channels, and what reaches a centre from elsewhere."""
OFFERED_KINDS = tuple(kind for kind in WorkOrderKind if kind is not WorkOrderKind.PETITION)
"""What people may open by themselves; petitions are registered by staff."""
ORIGIN_ZH: Mapping[str, str] = {
    Origin.CITIZEN: "本人提交",
    Origin.CALLER: "座席登记",
    Origin.RATING: "差评转入",
}
STEP_ZH: Mapping[str, str] = {
    "opened": "提交",
    "registered": "登记",
    "from_rating": "由办件差评生成",
    "taken": "受理",
    "taken_over": "接手办理",
    "handed_over": "转交办理",
    "answered": "答复",
    "commented": "内部备注",
    "merged": "合并到另一件工单",
    "merged_here": "并入一件工单",
    "closed": "办结",
    "closed_by_itself": "答复满7日，自动办结",
    "reopened": "申请重新处理",
    "rated": "评价答复",
}
STEP_KIND: Mapping[str, str] = {
    "answered": "success",
    "reopened": "warning",
    "from_rating": "warning",
    "handed_over": "info",
    "closed": "success",
}
