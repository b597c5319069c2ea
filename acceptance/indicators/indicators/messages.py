"""12329短信: sent through the province's platform, of all four classes, delivered, answered (G11)."""

from __future__ import annotations

from decimal import Decimal

from acceptance.indicators.indicators.reading import Reading
from acceptance.indicators.policy import Group, NotEnoughData, Outcome, Value, Window, indicator, share

CATEGORIES = {"policy": "政策宣传", "query_reply": "信息查询", "notice": "业务通知", "otp": "身份验证"}
NO_MESSAGES = "还没有经省级短信平台发送的短信"


@indicator(
    "sms_delivery_success_rate", "短信投递成功率", Group.CHANNELS, "G11",
    "投递成功条数 ÷ 有结果条数（成功、失败、状态未知）；状态未知不计为成功", Window.MONTHS_3, checkpoint="B11.4",
    kinds=("sms.delivered", "sms.failed", "sms.unknown"), minimum=100,
)  # fmt: skip
def sms_delivery_success_rate(reading: Reading) -> Outcome:
    """Unknown is no success."""
    done, all_ = reading.total("sms.delivered"), reading.total("sms.delivered", "sms.failed", "sms.unknown")
    return share(done.value, all_.value, NO_MESSAGES, synthetic=all_.synthetic)


@indicator(
    "sms_provincial_route_active", "经省级短信平台发送的月数", Group.CHANNELS, "G11",
    "近3个完整自然月中，经省级短信平台发送过短信的月数", Window.WHOLE_MONTHS_3, checkpoint="B11.1", unit_zh="个月",
    kinds=("sms.submitted",),
)  # fmt: skip
def sms_provincial_route_active(reading: Reading) -> Outcome:
    """Whatever is counted here went the province's way: there is no other in this platform."""
    sent, months = reading.total("sms.submitted"), reading.months_with("sms.submitted")
    if not sent.value:
        return NotEnoughData(NO_MESSAGES)
    return Value(Decimal(months.value), sent.value, synthetic=sent.synthetic)


@indicator(
    "sms_category_used_count", "已使用的短信类别数", Group.CHANNELS, "G11;导则-服务渠道",
    "政策宣传、信息查询、业务通知、身份验证四类短信中有发送的类别数", Window.MONTHS_12, checkpoint="B11.3", unit_zh="类",
    kinds=("sms.submitted",),
)  # fmt: skip
def sms_category_used_count(reading: Reading) -> Outcome:
    """The guide's four classes."""
    sent = reading.total("sms.submitted")
    if not sent.value:
        return NotEnoughData(NO_MESSAGES)
    used = [
        word for code, word in CATEGORIES.items() if reading.total("sms.submitted", category=(code,)).value
    ]
    return Value(Decimal(len(used)), sent.value, synthetic=sent.synthetic, note_zh="、".join(used))


@indicator(
    "sms_reply_answered_rate", "上行短信按期答复率", Group.CHANNELS, "G11",
    "按期答复或者自动回复的条数 ÷ 有效上行短信条数", Window.MONTHS_3, checkpoint="B11.5",
    kinds=("sms.reply_answered", "sms.reply_received"), minimum=10,
)  # fmt: skip
def sms_reply_answered_rate(reading: Reading) -> Outcome:
    """What people send back has to reach the right centre and get an answer."""
    done, all_ = reading.total("sms.reply_answered"), reading.total("sms.reply_received")
    return share(done.value, all_.value, "还没有上行短信", synthetic=all_.synthetic)
