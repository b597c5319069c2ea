"""What is refused about findings, in words."""

from __future__ import annotations

from kernel.errors import Conflict, NotFound


class FindingNotFound(NotFound):
    """None here."""

    code = "rectifications.absent"
    message_zh = "没有找到这条意见。"
    hint_zh = "请从列表重新打开。"


class NotOpen(Conflict):
    """It needs no answer now."""

    code = "rectifications.not_open"
    message_zh = "这条意见目前不需要答复。"
    hint_zh = "已提交的答复请等待复核结果。"


class Unanswered(Conflict):
    """All of them at once."""

    code = "rectifications.unanswered"
    message_zh = "还有整改意见没有答复。"
    hint_zh = "请逐条写明整改情况后再提交。"


class OwnAnswer(Conflict):
    """Four eyes."""

    code = "rectifications.own_answer"
    message_zh = "填写答复的人员不能自己提交。"
    hint_zh = "请由本机构另一位有提交权限的人员核对后提交。"


class OwnFinding(Conflict):
    """Another person rechecks."""

    code = "rectifications.own_finding"
    message_zh = "提出意见的人员不能复核自己提出的意见。"
    hint_zh = "请由另一位有权限的人员复核。"
