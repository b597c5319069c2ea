"""Channels: registered, limited, open (G10, G12, G13, N6)."""

from __future__ import annotations

from decimal import Decimal

from acceptance.facts import queries as facts
from acceptance.indicators.indicators.reading import Reading
from acceptance.indicators.policy import Group, NotEnoughData, Outcome, Value, Window, indicator, share
from tenants.channels.models import ChannelRevision
from tenants.channels.policy import CHANNEL_ZH, WIDELY_USED

NO_CHANNELS = "还没有登记渠道"
MONEY_KINDS = ("提取", "贷款", "缴存")
"""Kinds of business that move money."""


def _electronic(reading: Reading) -> dict[str, ChannelRevision]:
    return {code: row for code, row in reading.openness.channels.items() if code != "counter"}


def _open(reading: Reading) -> dict[str, ChannelRevision]:
    return {c: r for c, r in _electronic(reading).items() if reading.openness.channel_open(c)}


@indicator(
    "channels_open_share", "已登记电子渠道启用率", Group.CHANNELS, "G10;G12;导则-服务渠道",
    "目前启用的电子服务渠道数 ÷ 已登记的电子服务渠道数；未登记的渠道可以不建，不计入", Window.NOW, rows_at="channels.index",
)  # fmt: skip
def channels_open_share(reading: Reading) -> Outcome:
    """A centre may have some or all of the eight channels."""
    return share(len(_open(reading)), len(_electronic(reading)), NO_CHANNELS)


@indicator(
    "channel_threshold_coverage", "流量阈值设置率", Group.MANAGEMENT, "G12;导则-渠道管理",
    "已设访问量和业务量阈值的已启用电子渠道数 ÷ 已启用电子渠道数", Window.NOW, checkpoint="C12.4", rows_at="channels.index",
)  # fmt: skip
def channel_threshold_coverage(reading: Reading) -> Outcome:
    """Both thresholds."""
    rows = _open(reading).values()
    both = sum(r.visits_threshold is not None and r.business_threshold is not None for r in rows)
    return share(both, len(rows), "没有启用的电子渠道")


@indicator(
    "transaction_limit_coverage", "交易限额设置率", Group.MANAGEMENT, "G12;导则-渠道管理",
    "单笔上下限和单日限额齐全的资金类事项与渠道组合数 ÷ 已开通的资金类事项与电子渠道组合数（资金类指缴存、提取、贷款）",
    Window.NOW, checkpoint="C12.5", rows_at="channels.index",
)  # fmt: skip
def transaction_limit_coverage(reading: Reading) -> Outcome:
    """Limits are set by channel and count for every item on it."""
    rows = _open(reading)
    limited = {c for c, r in rows.items() if None not in (r.single_min_fen, r.single_max_fen, r.day_max_fen)}
    pairs = [
        (item.code, channel)
        for item in reading.public_items
        if item.item.business_kind in MONEY_KINDS
        for channel in item.channels
        if channel in rows and reading.openness.open(item.code, channel)
    ]
    return share(sum(c in limited for _, c in pairs), len(pairs), "没有在电子渠道开通的资金类事项")


@indicator(
    "interface_registry_completeness", "渠道与接口登记完整率", Group.MANAGEMENT, "G13;导则-部署和运行",
    "责任人、来源、版本、运行状态登记齐全的渠道数 ÷ 已登记的电子渠道数", Window.NOW, checkpoint="C13.1", rows_at="channels.index",
)  # fmt: skip
def interface_registry_completeness(reading: Reading) -> Outcome:
    """The revision itself is version and state; the owner is filled in by people."""
    rows = _electronic(reading).values()
    return share(sum(bool(r.owner_zh.strip()) for r in rows), len(rows), NO_CHANNELS)


@indicator(
    "channel_monitoring_completeness", "渠道监控数据完整率", Group.MANAGEMENT, "N5;G12;导则-渠道管理",
    "有访问量和业务量数据的渠道日数 ÷ 应有渠道日数（已登记的线上渠道自登记之日起每日计 1）", Window.MONTHS_3,
    checkpoint="C12.3", kinds=("visits", "requests"),
)  # fmt: skip
def channel_monitoring_completeness(reading: Reading) -> Outcome:
    """Days on which a channel says both how many came and how many wanted something."""
    span, wanted = reading.span, {c: r for c, r in _electronic(reading).items() if c not in ("sms", "weibo")}
    if not wanted:
        return NotEnoughData(NO_CHANNELS)
    found = facts.days_with(reading.session, ("visits", "requests"), span.first, span.last)
    due = span.days * len(wanted)
    there = sum(min(found.get(c, 0), span.days) for c in wanted)
    if not there:
        return NotEnoughData("还没有渠道访问量、业务量数据", 0, due)
    return share(there, due, NO_CHANNELS, synthetic=reading.total("visits", "requests").synthetic)


@indicator(
    "channel_open_minutes_share", "渠道开放时长占比", Group.ITEMS, "N7;G20",
    "渠道实际开放分钟数 ÷ 应开放分钟数（每日 1440 分钟）。按启停、紧急停用和服务时间记录计算，不是外部探测结果，不直接计分",
    Window.MONTHS_3, kinds=("channel.available_minutes", "channel.expected_minutes"), minimum=1440,
)  # fmt: skip
def channel_open_minutes_share(reading: Reading) -> Outcome:
    """What our own switches say about 7×24; whether it could be reached from outside is another question."""
    is_open, due = reading.total("channel.available_minutes"), reading.total("channel.expected_minutes")
    return share(is_open.value, due.value, "还没有按日计量的开放时长", synthetic=due.synthetic)


@indicator(
    "channel_registration_gap", "未登记的在用渠道数", Group.VETO, "G12;G13;G14",
    "现行事项对外列明、但没有在综合管理系统登记的电子渠道数", Window.NOW, checkpoint="V1", unit_zh="个", rows_at="channels.index",
)  # fmt: skip
def channel_registration_gap(reading: Reading) -> Outcome:
    """Veto V1: no integrated management, or channels outside it."""
    if not reading.openness.channels:
        return NotEnoughData(NO_CHANNELS)
    named = {c for row in reading.public_items for c in row.channels if c in CHANNEL_ZH and c != "counter"}
    gap = named - set(reading.openness.channels)
    note = "、".join(CHANNEL_ZH[c] for c in CHANNEL_ZH if c in gap)
    return Value(Decimal(len(gap)), len(reading.openness.channels), note_zh=note)


@indicator(
    "widely_used_channel_closed_count", "长期停用的常用渠道数", Group.VETO, "N6",
    "已建成并被缴存职工广泛使用的渠道中，目前停用且没有恢复时间的个数；是否构成取消由省级认定", Window.NOW,
    checkpoint="V9", unit_zh="个", rows_at="channels.index",
)  # fmt: skip
def widely_used_channel_closed_count(reading: Reading) -> Outcome:
    """Veto V9: what people used must not be taken from them."""
    known = {c: r for c, r in reading.openness.channels.items() if c in WIDELY_USED}
    if not known:
        return NotEnoughData(NO_CHANNELS)
    closed = [c for c, r in known.items() if not reading.openness.channel_open(c) and r.stopped_until is None]
    return Value(Decimal(len(closed)), len(known), note_zh="、".join(CHANNEL_ZH[c] for c in closed))
