"""The blueprint of the centre's pages, and words that several of them use."""

from __future__ import annotations

from acceptance.assessments.policy import scoring, states
from acceptance.standards.policy import plain
from kernel.web.blueprints import Pages

pages = Pages("assessments", "acceptance.assessments", url_prefix="/console/assessments")

CHECK_ZH = {
    "value": ("已测得", "success"),
    "not_enough": ("数据不足", "warning"),
    "absent": ("尚未接入", "neutral"),
    "people": ("人员评定", "info"),
}
VETO_ZH = {
    "alarm": ("系统提示可能存在", "danger"),
    "clear": ("系统未发现", "success"),
    "unknown": ("数据不足", "warning"),
    "people": ("由人员核对", "info"),
}

WORDS = {
    "state_zh": states.STATE_ZH, "state_kind": states.STATE_KIND, "limits_note": states.LIMITS_NOTE_ZH, "check_zh": CHECK_ZH,
    "veto_zh": VETO_ZH, "plain": plain, "bands_note": scoring.BANDS_NOTE_ZH,
}  # fmt: skip
