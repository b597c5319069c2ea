"""Sentences about steps, channels and grades. `STEP_ZH` follows the name of who did it."""

from __future__ import annotations

from collections.abc import Mapping

from tenants.cases.models import Grade
from tenants.catalogue.policy.words import CHANNELS

CHANNEL_ZH: Mapping[str, str] = {**CHANNELS, "h5": "手机页面"}

STEP_ZH: Mapping[str, str] = {
    "started": "开始填写",
    "submitted": "提交申请",
    "supplemented": "提交补正内容",
    "check_started": "开始自动核验",
    "check_waiting": "核心系统暂时不能应答，恢复后自动继续核验，不需要重新提交",
    "checked": "自动核验完成，转审核人员",
    "not_connected": "未接入核心系统，由审核人员人工核对",
    "approved_automatically": "自动核验全部通过，按规则自动办理",
    "taken": "开始审核",
    "taken_over": "接手审核",
    "supplement_asked": "请申请人补正",
    "approved": "审核通过",
    "refused": "审核未通过",
    "payout_asked": "已向核心系统发出划款指令",
    "payout_waiting": "核心系统暂时不能应答，恢复后自动继续划款",
    "payout_retried": "重新发起划款",
    "paid": "款项已划出",
    "payout_failed": "划款未成功，由经办人员处理",
    "closed": "办结",
    "withdrawn": "撤回申请",
    "expired": "超过期限未提交，本件失效",
}
STEP_KIND: Mapping[str, str] = {
    "submitted": "info",
    "supplement_asked": "warning",
    "approved": "success",
    "approved_automatically": "success",
    "paid": "success",
    "refused": "danger",
    "payout_failed": "danger",
    "check_waiting": "warning",
    "payout_waiting": "warning",
}
GRADE_ZH: Mapping[str, str] = {
    Grade.VERY_SATISFIED: "非常满意",
    Grade.SATISFIED: "满意",
    Grade.BASICALLY: "基本满意",
    Grade.UNSATISFIED: "不满意",
    Grade.VERY_UNSATISFIED: "非常不满意",
}
POOR_GRADES = (Grade.UNSATISFIED, Grade.VERY_UNSATISFIED)
"""差评 (decision D33)."""

OUTCOME_ZH = {"passed": ("相符", "success"), "failed": ("不相符", "danger"), "unknown": ("未核对", "warning")}
PAYOUT_ZH = {
    "": ("无须划款", "neutral"),
    "waiting": ("等待划款", "waiting"),
    "accepted": ("核心系统已受理", "waiting"),
    "paid": ("已划出", "success"),
    "failed": ("未成功", "danger"),
}
