"""What is refused about verdicts, in words."""

from __future__ import annotations

from kernel.errors import NotFound


class VerdictNotFound(NotFound):
    """None here."""

    code = "verdicts.absent"
    message_zh = "没有找到这份验收意见书。"
    hint_zh = "请从“验收结论”页面重新打开。"
