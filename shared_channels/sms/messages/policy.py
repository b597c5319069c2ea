"""Words of messages, and why somebody may look one up."""

from __future__ import annotations

from collections.abc import Mapping

from shared_channels.sms.messages.models import MessageState

STATE_ZH: Mapping[str, tuple[str, str]] = {
    MessageState.QUEUED: ("等待发送", "waiting"),
    MessageState.SENDING: ("发送中", "info"),
    MessageState.SENT: ("已提交运营商", "info"),
    MessageState.DELIVERED: ("已送达", "success"),
    MessageState.FAILED: ("未送达", "danger"),
    MessageState.UNKNOWN: ("结果未知", "warning"),
    MessageState.EXPIRED: ("过期未发", "neutral"),
    MessageState.REFUSED: ("被拒收", "danger"),
    MessageState.STOPPED: ("已停发", "neutral"),
}
"""Word and kind of badge."""

LOOK_UP_REASONS: Mapping[str, str] = {
    "not_received": "收信人反映没有收到",
    "complaint": "处理投诉",
    "reconcile": "核对账单",
    "case": "核对办件通知",
    "authority": "配合有权机关",
}
"""Why a number is looked up; the code stands in the log."""
