"""What is refused about indicators, in words."""

from __future__ import annotations

from kernel.errors import NotFound


class IndicatorNotFound(NotFound):
    """No indicator of this place has that code."""

    code = "indicators.absent"
    message_zh = "没有找到这个指标。"
    hint_zh = "请从指标列表重新打开。"
