"""What people read when a step is not possible now, and what to do instead."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel.errors import Conflict, Forbidden, NotFound


class CaseNotFound(NotFound):
    """Absent, of another person or of another centre: all look the same."""

    code = "cases.not_found"
    message_zh = "没有找到这件办件。"
    hint_zh = "请从“进度”中重新打开；办件由其他登录账号发起的，请用原账号查看。"


class NotOffered(Conflict):
    """The item is not done on this channel now."""

    code = "cases.not_offered"
    message_zh = "这个事项现在不能在本渠道办理。"
    hint_zh = "请在办事指南中查看可以办理的渠道，或拨打12329咨询。"


class LevelTooLow(Forbidden):
    """The item asks for more proof of who applies. `needed` is a level of the catalogue: L1, L2, L3, C."""

    code = "cases.level_too_low"
    hint_zh = "请先完成认证，再继续办理；已填写的内容会保留。"

    def __init__(self, needed: str, words_zh: str) -> None:
        super().__init__(message_zh=f"办理这个事项需要先完成{words_zh}。")
        self.needed = needed

    @property
    def extensions(self) -> dict[str, Any]:
        """The level that is needed."""
        return {"level_needed": self.needed}


class CaseInFlight(Conflict):
    """The person has a running case of this item. `case_id` is None when another account started it."""

    code = "cases.in_flight"

    def __init__(
        self, message_zh: str, hint_zh: str, case_id: UUID | None, number: str, channel: str
    ) -> None:
        super().__init__(message_zh=message_zh, hint_zh=hint_zh)
        self.case_id, self.number, self.channel = case_id, number, channel

    @property
    def extensions(self) -> dict[str, Any]:
        """The running case."""
        return {"case_number": self.number, "channel": self.channel} | (
            {} if self.case_id is None else {"case_id": str(self.case_id)}
        )


class SavedElsewhere(Conflict):
    """The draft was saved on another page or channel since it was opened."""

    code = "cases.saved_elsewhere"
    message_zh = "这件申请已在其他页面或渠道保存过，您这次填写的内容还没有保存。"
    hint_zh = "请重新打开这件申请，核对最新内容后再继续填写。"


class WrongState(Conflict):
    """The step does not fit where the case stands."""

    code = "cases.wrong_state"
    hint_zh = "请刷新页面，查看办件现在的状态。"

    def __init__(self, state_zh: str) -> None:
        super().__init__(message_zh=f"这件办件现在是“{state_zh}”，不能进行这一步。")


class NotTakenByYou(Conflict):
    """Only the clerk who reviews a case decides it."""

    code = "cases.not_taken"
    message_zh = "您还没有受理这件办件，或已由他人接手。"
    hint_zh = "请先点“受理”，核对后再作决定。"


class RatedAlready(Conflict):
    """A rating stands as it was given."""

    code = "cases.rated"
    message_zh = "这件办件已经评价过，评价提交后不能修改。"
    hint_zh = "还有意见的，请在“我的”中提交建议或投诉。"


class NotDecidedYet(Conflict):
    """There is nothing to rate yet."""

    code = "cases.not_decided"
    message_zh = "办件还没有办理结果，暂时不能评价。"
    hint_zh = "办理完成后，您会收到通知，届时再评价。"


class TooManyMaterials(Conflict):
    """More files than anybody needs."""

    code = "cases.too_many_materials"
    message_zh = "这件申请上传的材料已达 30 份。"
    hint_zh = "请删除重复的材料后再上传。"
