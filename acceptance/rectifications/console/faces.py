"""Three blueprints and the words of findings."""

from __future__ import annotations

from typing import Any

from acceptance.assessments.policy import states
from acceptance.standards.policy import plain
from kernel.web.blueprints import Pages

pages = Pages("rectifications", "acceptance.rectifications", url_prefix="/console/rectifications")
findings = Pages("findings", "acceptance.rectifications", url_prefix="/console/findings")
experts = Pages("expert_findings", "acceptance.rectifications", url_prefix="/console/my-findings")

FINDING_ZH = {
    "draft": ("未印发", "neutral"), "noted": ("提请改进", "info"), "open": ("待整改", "warning"), "answered": ("待复核", "waiting"),
    "failed": ("复核未通过", "danger"), "passed": ("复核通过", "success"),
}  # fmt: skip
MODE_ZH = {"provincial_shared": "使用省级平台", "self_built": "自建", "in_progress": "建设中", "": "未登记"}
WORDS: dict[str, Any] = {
    "state_zh": states.STATE_ZH, "state_kind": states.STATE_KIND, "finding_zh": FINDING_ZH, "mode_zh": MODE_ZH, "plain": plain,
    "limits_note": states.LIMITS_NOTE_ZH,
}  # fmt: skip
