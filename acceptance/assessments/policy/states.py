"""The states of an assessment and the arrows between them, for both sides. Whatever is not here does not happen."""

from __future__ import annotations

from collections.abc import Mapping

from acceptance.assessments.models import Stage as S

MOVES: Mapping[str, frozenset[str]] = {
    S.DRAFT: frozenset({S.APPLIED}),
    S.APPLIED: frozenset({S.DESK}),
    S.DESK: frozenset({S.RETURNED, S.PANEL}),
    S.RETURNED: frozenset({S.APPLIED}),
    S.PANEL: frozenset({S.DISCUSSION, S.OPINION}),
    S.DISCUSSION: frozenset({S.PANEL, S.OPINION}),
    S.OPINION: frozenset({S.RECTIFYING, S.SIGNING}),
    S.RECTIFYING: frozenset({S.RECHECKING}),
    S.RECHECKING: frozenset({S.RECTIFYING, S.SIGNING}),
    S.SIGNING: frozenset({S.CONCLUDED}),
    S.CONCLUDED: frozenset(),
}
EDITABLE = (S.DRAFT, S.RETURNED)
"""The sheet may be filled; otherwise what was handed over stands."""

PROVINCE_ENTRY = S.DESK
"""The province's row begins here: what happened before is the centre's."""

STATE_ZH: Mapping[str, str] = {
    S.DRAFT: "自评中",
    S.APPLIED: "已提交申请",
    S.DESK: "材料审核",
    S.RETURNED: "已退回补充",
    S.PANEL: "专家评阅",
    S.DISCUSSION: "专家合议",
    S.OPINION: "形成验收意见",
    S.RECTIFYING: "整改中",
    S.RECHECKING: "整改复核",
    S.SIGNING: "待签发结论",
    S.CONCLUDED: "已出结论",
}
STATE_KIND: Mapping[str, str] = {
    S.DRAFT: "neutral",
    S.APPLIED: "waiting",
    S.DESK: "info",
    S.RETURNED: "warning",
    S.PANEL: "info",
    S.DISCUSSION: "warning",
    S.OPINION: "info",
    S.RECTIFYING: "warning",
    S.RECHECKING: "info",
    S.SIGNING: "waiting",
    S.CONCLUDED: "success",
}
"""The badge of each state."""

LIMITS: Mapping[str, tuple[int, bool]] = {
    S.DESK: (10, True),
    S.RETURNED: (20, True),
    S.PANEL: (15, True),
    S.DISCUSSION: (5, True),
    S.OPINION: (10, True),
    S.RECTIFYING: (30, False),
    S.RECHECKING: (10, True),
    S.SIGNING: (10, True),
}
"""Days for each step, and whether they are working days. All of them are defaults of this platform, no official limits."""

LIMITS_NOTE_ZH = "各环节时限为本平台默认值，可由省级调整，不是官方规定。"


def may_move(start: str, end: str) -> bool:
    """Whether an assessment may go from one state to the other."""
    return end in MOVES[start]
