"""What is refused about applications, panels and scores, in words."""

from __future__ import annotations

from kernel.errors import Conflict, Forbidden, NotFound


class ApplicationNotFound(NotFound):
    """None here, or not one on which this expert sits."""

    code = "reviews.absent"
    message_zh = "没有找到这份验收申请。"
    hint_zh = "请从列表重新打开；专家只能看到本人被指派的申请。"


class WrongStage(Conflict):
    """The state does not allow it."""

    code = "reviews.wrong_stage"
    message_zh = "这份申请目前所处的环节不能办理这件事。"
    hint_zh = "请刷新页面查看当前环节。"


class ExpertConflicted(Conflict):
    """Somebody with an interest."""

    code = "reviews.conflicted"
    message_zh = "该专家与被评机构有关联，须回避，不能指派或评分。"
    hint_zh = "请另选专家；关联情形在“专家回避”中登记。"


class NoExpert(Conflict):
    """Not on the list of experts."""

    code = "reviews.no_expert"
    message_zh = "所选人员不是本省的验收专家。"
    hint_zh = "请从专家名单中选择；需要增加专家的，请先办理角色授权。"


class TooFewExperts(Conflict):
    """Quorum."""

    code = "reviews.too_few"
    message_zh = "每份申请至少须有两名专家独立评分。"
    hint_zh = "请补足专家。"


class AlreadySeated(Conflict):
    """One seat a person."""

    code = "reviews.already_seated"
    message_zh = "该专家已在本次专家组中，或已在本次评阅中回避。"
    hint_zh = "请另选专家。"


class NotYourSeat(Forbidden):
    """An expert acts on the own seat only."""

    code = "reviews.not_your_seat"
    message_zh = "您不是这份申请的评阅专家。"
    hint_zh = "需要参加评阅的，请与省级监管岗联系。"


class SheetClosed(Conflict):
    """Scores are frozen."""

    code = "reviews.sheet_closed"
    message_zh = "您的评分已经封存，不能再修改。"
    hint_zh = "有不同意见的，可以在签署验收意见时写明。"


class AlreadySigned(Conflict):
    """Once a wording."""

    code = "reviews.already_signed"
    message_zh = "您已签署过这一稿验收意见。"
    hint_zh = "意见修改后需要重新签署时会再次提醒您。"


class Unsigned(Conflict):
    """All signatures or a dissent."""

    code = "reviews.unsigned"
    message_zh = "还有专家没有签署验收意见。"
    hint_zh = "全部专家签署（同意，或写明不同意见）后才能印发。"
