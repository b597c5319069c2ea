"""Why a message is not taken in."""

from __future__ import annotations

from kernel.errors import Conflict, Invalid, TooMany


class TemplateNotApproved(Conflict):
    """There is no approved template of that code for the paying tenant."""

    code = "sms.template_not_approved"
    message_zh = "这条短信的模板还没有批准，或者已经停用。"
    hint_zh = "请在“短信模板”中确认模板已发布，再重新发送。"


class NumberInvalid(Invalid):
    """The number can't be written to."""

    code = "sms.number_invalid"
    message_zh = "手机号码不正确，短信没有发出。"
    hint_zh = "手机号码应为 11 位数字，请核对。"


class KeyUsed(Conflict):
    """The same key came before with other content."""

    code = "sms.key_used"
    message_zh = "这个发送标识已经用于另一条短信。"
    hint_zh = "同一个标识只能对应一条短信，内容不同时请换一个标识。"


class NumberBlocked(Conflict):
    """The number is on the blacklist, or has opted out."""

    code = "sms.number_blocked"
    message_zh = "这个号码已拒收此类短信，没有发送。"
    hint_zh = "确有需要的，请改用电话或者信函告知。"


class NumberLimited(TooMany):
    """The number has had as many messages as it may get."""

    code = "sms.number_limited"
    message_zh = "发往这个号码的短信已达到次数上限，没有发送。"
    hint_zh = "请稍后再试；急需办理的请拨打 12329。"


class AllowanceSpent(Conflict):
    """The month's hard cap is reached."""

    code = "sms.allowance_spent"
    message_zh = "本月短信额度已用完，这条短信没有发送。"
    hint_zh = "请在“额度与预算”中申请调整。验证码和资金变动通知不受影响。"
