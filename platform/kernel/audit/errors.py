"""What can go wrong when the log is exported, in words."""

from __future__ import annotations

from kernel.errors import Conflict


class NotSealedYet(Conflict):
    """No checkpoint covers this tenant's log yet."""

    code = "audit.not_sealed"
    message_zh = "本机构的操作日志还没有签名的检查点，暂时不能导出。"
    hint_zh = (
        "新记录通常在一秒内完成签名，请稍候再试；仍不能导出的，请告知省级运维人员核对日志封存是否在运行。"
    )
