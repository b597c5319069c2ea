"""What is refused about channels, in words."""

from __future__ import annotations

from kernel.errors import Conflict, NotFound


class ChannelNotFound(NotFound):
    """The centre's line does not have this channel."""

    code = "channels.absent"
    message_zh = "没有找到这个渠道。"
    hint_zh = "请从渠道列表重新打开。"


class HotlineStays(Conflict):
    """Notice section 6: the 12329 hotline may run beside the government hotline but must not be taken away."""

    code = "channels.hotline_stays"
    message_zh = "12329服务热线不得取消，只能安排有截止时间的停机维护。"
    hint_zh = "请填写停用的截止时间；依据：通知第六部分。"


class WidelyUsed(Conflict):
    """Notice section 6: channels that are widely used must not be taken away."""

    code = "channels.widely_used"
    message_zh = "该渠道已建成并被缴存职工广泛使用，长期停用须先取得省厅同意。"
    hint_zh = "请填写停用的截止时间，或者填写省厅同意的文件名称与日期；依据：通知第六部分。"


class CityHasItClosed(Conflict):
    """A sub-centre opens only what its city has open."""

    code = "channels.city_closed"
    message_zh = "所在中心没有开通该渠道，分中心不能单独开通。"
    hint_zh = "请联系中心的渠道管理人员。"


class NotOffered(Conflict):
    """The item does not name this channel in its revision in force."""

    code = "channels.not_offered"
    message_zh = "该事项的现行版本没有列入这个渠道。"
    hint_zh = "请先在服务事项中增加该渠道，审批生效后再开通。"


class NotBefore(Conflict):
    """Times that make no sense."""

    code = "channels.times"
    message_zh = "开始时间须不早于现在，截止时间须晚于开始时间。"
    hint_zh = "请核对时间后重新提交。"


class AlreadyStopped(Conflict):
    """An emergency stop is already in force here."""

    code = "channels.already_stopped"
    message_zh = "该渠道已处于紧急停用状态。"
    hint_zh = "请由另一位有审核权限的人员确认，或者等待到期自动恢复。"


class StopIsOver(Conflict):
    """The emergency stop has ended."""

    code = "channels.stop_over"
    message_zh = "这次紧急停用已经结束。"
    hint_zh = "如仍需停用，请重新提交停用申请。"


class OwnStop(Conflict):
    """The second person must be another one."""

    code = "channels.own_stop"
    message_zh = "您是紧急停用的发起人，须由另一位有审核权限的人员确认。"
    hint_zh = "请联系本中心审核岗。"
