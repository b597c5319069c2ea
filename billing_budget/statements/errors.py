"""What may stand in the way of a statement."""

from __future__ import annotations

from kernel.errors import Conflict, NotFound


class MonthNotFound(NotFound):
    """No such month here, or nothing was sent in it."""

    code = "statements.month_not_found"
    message_zh = "没有找到这个月的账单。"
    hint_zh = "请返回账单列表，从列表中选择月份。"


class MonthRunning(Conflict):
    """A month that still runs can't be issued."""

    code = "statements.month_running"
    message_zh = "本月尚未结束，账单不能出具。"
    hint_zh = "账单在次月 1 日自动出具；现在可以查看截至目前的用量。"


class AlreadyIssued(Conflict):
    """One statement a month."""

    code = "statements.already_issued"
    message_zh = "这个月的账单已经出具。"
    hint_zh = "请刷新页面查看；需要更正的，请联系省级财务岗。"


class Unpriced(Conflict):
    """Some segments have no tariff."""

    code = "statements.unpriced"
    message_zh = "有短信没有对应的资费，账单暂不能出具。"
    hint_zh = "请联系省级财务岗维护资费，维护后可重新出具。"


class PackageDamaged(ValueError):
    """A statement that was handed up differs from its own hash or does not add up: a defect or an attack, never a person's mistake."""
