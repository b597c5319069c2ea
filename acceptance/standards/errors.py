"""What is refused about standards, in words."""

from __future__ import annotations

from kernel.errors import Conflict, NotFound


class StandardNotFound(NotFound):
    """There is no such version in the line, or none in force yet."""

    code = "standards.absent"
    message_zh = "没有找到这个版本的评估标准。"
    hint_zh = "请从评估标准列表重新打开；列表为空的，请与省级联系。"


class CheckNotFound(NotFound):
    """The version has no such check point."""

    code = "standards.check_absent"
    message_zh = "该版本中没有这个检查点。"
    hint_zh = "请从评估标准页面重新打开。"


class ProvinceOnly(Conflict):
    """The standard is the province's (decision D6)."""

    code = "standards.province_only"
    message_zh = "评估标准由省级统一制定，本机构只能查看。"
    hint_zh = "有修改建议的，请与省级监管岗联系。"


class NoDraft(NotFound):
    """Nothing is being written."""

    code = "standards.no_draft"
    message_zh = "目前没有正在拟定的新版本。"
    hint_zh = "请在评估标准页面选择一个检查点进行调整。"


class BaseMoved(Conflict):
    """Another version was published since the draft was begun."""

    code = "standards.base_moved"
    message_zh = "拟定期间已发布了更新的版本。"
    hint_zh = "请放弃当前草稿，以最新版本为基础重新拟定。"
