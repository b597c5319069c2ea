"""Two blueprints (the desk's and the experts'), and words that their pages use."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from acceptance.assessments.models import Stage
from acceptance.assessments.policy import scoring as bands
from acceptance.assessments.policy import states
from acceptance.reviews import policy
from acceptance.reviews.models import ReviewApplication
from acceptance.standards.policy import plain
from kernel.calendar import clock
from kernel.calendar.working_days import working_days
from kernel.db import TenantSession
from kernel.web.blueprints import Pages

pages = Pages("reviews", "acceptance.reviews", url_prefix="/console/reviews")
scoring = Pages("scoring", "acceptance.reviews", url_prefix="/console/my-reviews")

SEAT_ZH = {"seated": ("评分中", "info"), "closed": ("已封存", "success"), "recused": ("已回避", "neutral")}
TASK_ZH = {
    "score": ("待评分", "warning"), "sign": ("待签署意见", "warning"), "wait": ("等待他人", "waiting"), "done": ("已办结", "success"),
    "recused": ("已回避", "neutral"),
}  # fmt: skip
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
MODE_ZH = {"provincial_shared": "使用省级平台", "self_built": "自建", "in_progress": "建设中", "": "未登记"}
WORDS: dict[str, Any] = {
    "state_zh": states.STATE_ZH, "state_kind": states.STATE_KIND, "limits_note": states.LIMITS_NOTE_ZH, "plain": plain,
    "seat_zh": SEAT_ZH, "task_zh": TASK_ZH, "check_zh": CHECK_ZH, "veto_zh": VETO_ZH, "mode_zh": MODE_ZH,
    "bands_note": bands.BANDS_NOTE_ZH, "spread_note": policy.SPREAD_NOTE_ZH,
}  # fmt: skip


def left(session: TenantSession, row: ReviewApplication) -> int | None:
    """Working days until the present step's day."""
    return policy.days_left(row.due_on, clock.today(), working_days(session))


def tabs(row: ReviewApplication, here: str) -> list[tuple[str, str, bool, None]]:
    """The pages of one application."""
    found = [
        (_("申请材料"), "reviews.show"),
        (_("专家组"), "reviews.panel"),
        (_("验收意见"), "reviews.opinion"),
        (_("整改意见"), "findings.show"),
    ]
    if row.state in (Stage.SIGNING, Stage.CONCLUDED):
        found.append((_("验收结论"), "verdicts.sign"))
    return [(text, url_for(name, application_id=row.id), name == here, None) for text, name in found]
