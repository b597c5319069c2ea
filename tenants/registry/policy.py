"""Words for the registry's codes, and the rule that says whether a sub-centre is plugged in."""

from __future__ import annotations

from collections.abc import Mapping

from tenants.registry.models import BuildMode, PlugState

NOT_RECORDED_ZH = "本演示未收录"
DEPOSITORS = "depositors"

BUILD_MODE_ZH: Mapping[str, str] = {
    BuildMode.PROVINCIAL_SHARED: "接入省级平台",
    BuildMode.SELF_BUILT: "自建",
    BuildMode.IN_PROGRESS: "建设中",
}

PLUG_STATE_ZH: Mapping[str, str] = {
    PlugState.PLUGGED_IN: "已接入中心平台",
    PlugState.OWN_SYSTEM: "使用自有系统",
    PlugState.EXEMPT: "经同意暂不接入",
    PlugState.JOINING: "接入办理中",
}


def plug_state(*, independent: bool, build_mode: str, status: str, exempt_reason_zh: str) -> str | None:
    """How an independent sub-centre stands to its city's platform (notice section 3); None for other bodies.

    A self-built system stands first, then a reason for exemption; a sub-centre counts as plugged in only when it works.
    """
    if not independent:
        return None
    if build_mode == BuildMode.SELF_BUILT:
        return PlugState.OWN_SYSTEM
    if exempt_reason_zh:
        return PlugState.EXEMPT
    return PlugState.PLUGGED_IN if status in ("active", "read_only") else PlugState.JOINING
