"""Words and colours of lines, lanes and outcomes."""

from __future__ import annotations

from datetime import datetime

SILENT_S = 15.0
"""A line that has said nothing for so long is not watched over by anybody."""

STATE_ZH = {
    "up": ("正常", "success"),
    "idle": ("空闲", "success"),
    "suspect": ("应答迟缓", "warning"),
    "connecting": ("正在连接", "warning"),
    "down": ("中断", "danger"),
    "stopped": ("已停用", "neutral"),
    "silent": ("网关没有运行", "danger"),
}
PROTOCOL_ZH = {
    "cmpp20": "CMPP 2.0", "cmpp30": "CMPP 3.0", "smgp30": "SMGP 3.0", "sgip12": "SGIP 1.2", "smpp34": "SMPP 3.4",
}  # fmt: skip
LANE_ZH = {0: "验证码", 1: "通知与查询回复", 2: "政策宣传"}
OUTCOME_ZH = {
    "delivered": ("已送达", "success"), "failed": ("未送达", "danger"), "refused": ("被拒收", "danger"), "expired": ("过期未发", "warning"),
    "unknown": ("结果未知", "warning"),
}  # fmt: skip


def state_of(state: str, beat_at: datetime, now: datetime) -> str:
    """What to show: the line's own word, unless its gateway fell silent."""
    if state != "stopped" and (now - beat_at).total_seconds() > SILENT_S:
        return "silent"
    return state if state in STATE_ZH else "down"
