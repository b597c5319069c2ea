"""What is refused about self-assessments and packages, in words."""

from __future__ import annotations

from kernel.errors import Conflict, NotFound


class AssessmentNotFound(NotFound):
    """No such sheet here."""

    code = "assessments.absent"
    message_zh = "没有找到这份自评表。"
    hint_zh = "请从“自评与申请”页面重新打开。"


class ItemNotFound(NotFound):
    """The sheet's standard has no such item."""

    code = "assessments.item_absent"
    message_zh = "自评表中没有这一项。"
    hint_zh = "请从自评表重新打开。"


class AlreadyOpen(Conflict):
    """One at a time."""

    code = "assessments.already_open"
    message_zh = "本机构已有一份没有办结的自评。"
    hint_zh = "请在“自评与申请”页面继续办理。"


class ProvinceDoesNotAssess(Conflict):
    """The province is assessed by nobody here."""

    code = "assessments.province"
    message_zh = "自评由各中心填写，省级不填写自评表。"
    hint_zh = "收到的申请请在“验收申请”页面办理。"


class NotEditable(Conflict):
    """It was handed over."""

    code = "assessments.not_editable"
    message_zh = "自评表已随申请报出，不能再修改。"
    hint_zh = "省级退回补充时可以继续填写。"


class SavedMeanwhile(Conflict):
    """Somebody else saved this item since the page was opened."""

    code = "assessments.saved_meanwhile"
    message_zh = "这一项刚刚由他人保存过。"
    hint_zh = "您填写的内容还在，请核对对方保存的内容后再保存。"


class NotAdmitted(Conflict):
    """A condition of admission is not met."""

    code = "assessments.not_admitted"
    message_zh = "目前还不能申请验收。"
    hint_zh = "请在“受理条件”页面查看缺少什么、怎样补齐。"


class OwnFilling(Conflict):
    """Four eyes."""

    code = "assessments.own_filling"
    message_zh = "填写过自评表的人员不能自己提交申请。"
    hint_zh = "请由本机构另一位有提交权限的人员核对后提交。"


class PackageDamaged(Exception):
    """A package whose bytes, hash or sender are not what they say: it is never taken in."""
