"""What can go wrong with the catalogue, in words for the person in front of it."""

from __future__ import annotations

from kernel.errors import Conflict, NotFound


class ItemNotFound(NotFound):
    """No such item in force here; absent and removed look the same."""

    code = "catalogue.absent"
    message_zh = "没有找到这个服务事项。"
    hint_zh = "它可能已经停办或改了编号。请从事项清单重新查找，或者拨打12329咨询。"


class DraftNotFound(NotFound):
    """There is nothing to submit or to discard."""

    code = "catalogue.no_draft"
    message_zh = "这个事项没有待提交的草稿。"
    hint_zh = "请先编辑并保存，再提交审批。"


class ItemExists(Conflict):
    """An item with that code is in force already."""

    code = "catalogue.exists"
    message_zh = "这个事项编号已在使用。"
    hint_zh = "请换一个编号；需要修改已有事项的，请打开该事项编辑。"


class NotLocal(Conflict):
    """There is nothing local to give up."""

    code = "catalogue.not_local"
    message_zh = "这个事项没有本地调整，已经沿用上级内容。"
    hint_zh = "无需恢复。"


class NothingAbove(Conflict):
    """The item exists here only, so there is nothing to inherit."""

    code = "catalogue.nothing_above"
    message_zh = "这个事项由本机构自行设立，没有可以沿用的上级内容。"
    hint_zh = "不再办理的，请提出移除申请。"


class OnlyCityAdds(Conflict):
    """A sub-centre may adjust what the city offers, not add to it."""

    code = "catalogue.only_city_adds"
    message_zh = "分中心只能在中心公布的事项范围内调整。"
    hint_zh = "需要新增事项的，请联系中心办理。"


class MovedMeanwhile(Conflict):
    """The revision in force is not the one that was edited."""

    code = "catalogue.moved"
    message_zh = "该事项的现行版本已经变化，本次变更没有执行。"
    hint_zh = "请退回，由编制人在最新版本上重新修改后提交。"


class AwaitingApproval(Conflict):
    """The draft was submitted; it can't be changed before it is decided."""

    code = "catalogue.awaiting"
    message_zh = "该事项的修改正在等待审批，暂时不能编辑。"
    hint_zh = "需要修改的，请先在待办中撤回该申请。"
