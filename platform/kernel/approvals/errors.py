"""What can go wrong with a change request, in words for the person in front of it."""

from __future__ import annotations

from kernel.errors import Conflict, Forbidden, Invalid, NotFound


class ChangeNotFound(NotFound):
    """Absent, or of another tenant: the same answer."""

    code = "changes.absent"
    message_zh = "没有找到这项变更申请。"
    hint_zh = "请从待办列表重新打开。"


class AlreadyProposed(Conflict):
    """Another request for the same object is still open."""

    code = "changes.open"
    message_zh = "该对象已有一项变更正在等待审批。"
    hint_zh = "请先撤回或等待审批完成，再提交新的变更。"


class NothingChanges(Conflict):
    """The proposal equals what is in force."""

    code = "changes.empty"
    message_zh = "提交的内容与现行内容相同，没有需要审批的变化。"
    hint_zh = "请修改后再提交。"


class AlreadyDecided(Conflict):
    """Somebody else was quicker, or it expired or was withdrawn."""

    code = "changes.decided"
    message_zh = "这项变更已经处理过，或者已过期、已撤回。"
    hint_zh = "请刷新页面查看处理结果。"


class ChangedSinceSeen(Conflict):
    """The content is not what the checker looked at."""

    code = "changes.differs"
    message_zh = "变更内容与您看到的不一致，没有执行。"
    hint_zh = "请刷新页面，重新核对后再审批。"


class OwnChange(Forbidden):
    """Maker and checker are one person."""

    code = "changes.own"
    message_zh = "您是这项变更的提交人，不能自己审批。"
    hint_zh = "请由其他有审核权限的人员处理。"


class NotYours(Forbidden):
    """Only the maker may withdraw."""

    code = "changes.not_yours"
    message_zh = "只有提交人可以撤回这项变更。"
    hint_zh = "如不同意该变更，请选择退回。"


class PayloadBroken(Invalid):
    """What came back from the page is not what the page sent."""

    code = "changes.payload"
    message_zh = "页面内容不完整，这次提交没有生效。"
    hint_zh = "请返回重新填写。"
