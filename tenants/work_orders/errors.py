"""What people read when a step is not possible now, and what to do instead."""

from __future__ import annotations

from kernel.errors import Conflict, NotFound, TooMany


class WorkOrderNotFound(NotFound):
    """Absent, of another person, unit or centre: all look the same."""

    code = "work_orders.not_found"
    message_zh = "没有找到这件工单。"
    hint_zh = "请返回列表重新查找；已转交其他部门的，由接收部门办理。"


class WrongState(Conflict):
    """The step does not fit where the work order stands."""

    code = "work_orders.wrong_state"
    hint_zh = "请刷新页面，查看工单现在的状态。"

    def __init__(self, state_zh: str) -> None:
        super().__init__(message_zh=f"这件工单现在是“{state_zh}”，不能进行这一步。")


class ChangedMeanwhile(Conflict):
    """Somebody was first: the page showed an older state. Nothing was done twice."""

    code = "work_orders.changed"
    message_zh = "这件工单刚刚有了新进展，您这次的操作没有生效。"
    hint_zh = "请刷新页面，核对最新进展后再继续，已有答复的不需要重复答复。"


class NotTakenByYou(Conflict):
    """Only the seat who took it answers."""

    code = "work_orders.not_taken"
    message_zh = "您还没有受理这件工单，或已由他人接手。"
    hint_zh = "请先点“受理”，再填写答复。"


class SameUnit(Conflict):
    """It lies there already."""

    code = "work_orders.same_unit"
    message_zh = "这件工单已经在该部门。"
    hint_zh = "请选择其他部门。"


class CannotMerge(Conflict):
    """Two work orders become one only when the same person stands behind them and both are open."""

    code = "work_orders.cannot_merge"
    message_zh = "这两件工单不能合并。"
    hint_zh = "只有同一人反映、类别相同、都还没有答复的工单可以合并，请核对编号。"


class NotAnsweredYet(Conflict):
    """There is nothing to rate or to reopen yet."""

    code = "work_orders.not_answered"
    message_zh = "这件工单还没有答复，暂时不能评价。"
    hint_zh = "答复后您会收到通知，届时再评价。"


class RatedAlready(Conflict):
    """A rating stands as it was given."""

    code = "work_orders.rated"
    message_zh = "这次答复已经评价过，评价提交后不能修改。"
    hint_zh = "对答复仍不满意的，可以申请重新处理一次。"


class CannotReopen(Conflict):
    """Once only, and not long after."""

    code = "work_orders.cannot_reopen"
    message_zh = "这件工单不能再次申请处理。"
    hint_zh = "每件工单可以在答复后30日内申请重新处理一次；还有问题的，请另行提交。"


class TooManyToday(TooMany):
    """More than a person has to say in a day."""

    code = "work_orders.too_many"
    message_zh = "您今天提交的次数已达到上限。"
    hint_zh = "已提交的都会得到答复；紧急事项请拨打12329。"
