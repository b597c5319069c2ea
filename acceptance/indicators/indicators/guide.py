"""The eleven performance indicators of the 导则 (G15): those that can be computed, and how many of the eleven can."""

from __future__ import annotations

from decimal import Decimal

from acceptance.indicators.indicators.reading import Reading
from acceptance.indicators.policy import (
    REGISTRY,
    Group,
    NotEnoughData,
    Outcome,
    Value,
    Window,
    indicator,
    judged,
    share,
)

GUIDE_ZH = {
    "channel_visits": "渠道访问量",
    "channel_business_share": "渠道业务占比",
    "success_rate": "业务办理成功率",
    "abnormal_rate": "异常交易率",
    "content_updates": "栏目内容更新量",
    "push_volume": "信息推送量",
    "registered_users": "渠道注册人数",
    "active_share": "活动用户占比",
    "registration_rate": "用户注册率",
    "satisfaction": "用户满意度",
    "complaint_rate": "用户投诉率",
}
"""The eleven, as the 导则 lists them."""


@indicator(
    "channel_visits", "渠道访问量", Group.GUIDE, "G15;导则-绩效指标", "各渠道栏目和服务的访问次数合计", Window.MONTHS_3,
    unit_zh="次", kinds=("visits",),
)  # fmt: skip
def channel_visits(reading: Reading) -> Outcome:
    """Over all channels; the page of operating data shows each."""
    return _count(reading, "还没有渠道访问数据", "visits")


@indicator(
    "channel_business_share", "线上渠道业务占比", Group.GUIDE, "G15;导则-绩效指标",
    "线上渠道提交的办件数 ÷ 全部渠道（含柜面）提交的办件数", Window.MONTHS_3, kinds=("case.submitted",), minimum=30,
)  # fmt: skip
def channel_business_share(reading: Reading) -> Outcome:
    """The counter's own figures come from the core system: without any of them there is no share."""
    counter, all_ = reading.total("case.submitted", channel=("counter",)), reading.total("case.submitted")
    if not counter.value:
        return NotEnoughData("还没有柜面办件数据，不能计算占比", all_.value, 30)
    return share(all_.value - counter.value, all_.value, "还没有办件", synthetic=all_.synthetic)


@indicator(
    "success_rate", "业务办理成功率", Group.GUIDE, "G15;导则-绩效指标", "办理成功数 ÷ 办理请求数，各渠道合计", Window.MONTHS_3,
    kinds=("successes", "requests"), minimum=100,
)  # fmt: skip
def success_rate(reading: Reading) -> Outcome:
    """As channels count requests and successes."""
    done, all_ = reading.total("successes"), reading.total("requests")
    return share(done.value, all_.value, "还没有办理请求数据", synthetic=all_.synthetic)


@indicator(
    "push_volume", "信息推送量", Group.GUIDE, "G15;导则-绩效指标", "投递成功的短信条数", Window.MONTHS_3, unit_zh="条",
    kinds=("sms.delivered",),
)  # fmt: skip
def push_volume(reading: Reading) -> Outcome:
    """Messages that arrived."""
    return _count(reading, "还没有信息推送数据", "sms.delivered")


@indicator(
    "registered_users", "新增注册人数", Group.GUIDE, "G15;导则-绩效指标", "各渠道新增注册人数合计", Window.MONTHS_12, unit_zh="人",
    kinds=("registrations", "account.registered"),
)  # fmt: skip
def registered_users(reading: Reading) -> Outcome:
    """New ones in the window; how many there are is the accounts' own figure."""
    return _count(reading, "还没有注册数据", "registrations", "account.registered")


def _count(reading: Reading, nothing_zh: str, *kinds: str) -> Outcome:
    total = reading.total(*kinds)
    if not total.value:
        return NotEnoughData(nothing_zh)
    return Value(Decimal(total.value), total.value, synthetic=total.synthetic)


@indicator(
    "guide_indicator_completeness", "导则绩效指标可计算数", Group.MANAGEMENT, "N5;G15;导则-绩效指标",
    "导则 11 项绩效指标中目前有有效结果的项数", Window.MONTHS_3, checkpoint="C15.2", unit_zh="项",
)  # fmt: skip
def guide_indicator_completeness(reading: Reading) -> Outcome:
    """Each of the eleven is asked in its own window; a small sample is no valid result."""
    outcomes = []
    for code in GUIDE_ZH:
        found = REGISTRY.get(code)
        if found is not None:
            outcomes.append((code, judged(found, found.measure(reading.for_(found)))))
    valid = [(code, o) for code, o in outcomes if isinstance(o, Value)]
    if not valid:
        return NotEnoughData("导则绩效指标都还没有有效结果", 0, len(GUIDE_ZH))
    missing = "、".join(zh for code, zh in GUIDE_ZH.items() if code not in dict(valid))
    note = f"尚缺：{missing}" if missing else ""
    return Value(Decimal(len(valid)), len(GUIDE_ZH), len(valid), any(o.synthetic for _, o in valid), note)
