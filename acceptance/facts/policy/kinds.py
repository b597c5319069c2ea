"""Every kind of fact: which event feeds it, by how much, along which dimensions. Nothing else may be counted (features A2, A9).

`event` names the class that feeds the kind, `increment_zh` says what one event adds. A kind's code is stable: roll-ups keep it.
Dimensions hold codes only, never anything about a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from acceptance.facts.errors import DimensionUnknown, KindUnknown

Dims = Mapping[str, str]

GRADES = ("very_satisfied", "satisfied", "basically", "dissatisfied", "very_dissatisfied")
"""The five grades of 好差评 (decision D33)."""

GRADE_ZH = dict(zip(GRADES, ("非常满意", "满意", "基本满意", "不满意", "非常不满意"), strict=True))

DIMENSION_ZH: Mapping[str, str] = {
    "channel": "渠道",
    "item": "事项",
    "business": "业务类别",
    "category": "短信类别",
    "subject": "用户类别",
    "department": "部门",
}
_NAMESPACE = UUID("5b0c6f0e-4a2c-5d0f-9a57-0d6a1b3f7c11")


@dataclass(frozen=True)
class FactKind:
    """One kind. `gauge`: a day's level, never summed over days. `dims`: allowed dimensions."""

    code: str
    name_zh: str
    event: str
    increment_zh: str = "每次加 1"
    unit_zh: str = "笔"
    dims: frozenset[str] = frozenset({"channel"})
    gauge: bool = False


def _kinds() -> dict[str, FactKind]:
    listed = [*_visits(), *_cases(), *_orders(), *_messages(), *_accounts(), *_platform()]
    return {kind.code: kind for kind in listed}


def _visits() -> list[FactKind]:
    """The first four measures: what a channel counts about itself."""
    page = "shared_channels.mobile"
    return [
        FactKind("visits", "访问量", page, "每次访问加 1", "次"),
        FactKind("requests", "办理请求", page),
        FactKind("successes", "办理成功", page),
        FactKind("registrations", "新增注册", page, unit_zh="人"),
    ]


def _cases() -> list[FactKind]:
    where = frozenset({"channel", "item", "business"})
    room = "tenants.cases.events."
    rated = [
        FactKind(
            f"case.rated.{grade}", f"评价：{GRADE_ZH[grade]}", room + "CaseRated", unit_zh="次", dims=where
        )
        for grade in GRADES
    ]
    return [
        FactKind("case.submitted", "办件提交", room + "CaseSubmitted", dims=where),
        FactKind("case.decided", "办件办结", room + "CaseDecided", dims=where),
        FactKind(
            "case.decided_on_time", "按期办结", room + "CaseDecided", "未超过承诺时限时加 1", dims=where
        ),
        FactKind(
            "case.decided_automatically",
            "自动审核即时办结",
            room + "CaseDecided",
            "无人工环节时加 1",
            dims=where,
        ),
        FactKind("case.continued", "换渠道接续办理", room + "CaseContinued", dims=where),
        FactKind(
            "case.continued_submitted", "接续后提交", room + "CaseSubmitted", "换过渠道时加 1", dims=where
        ),
        FactKind("case.duplicate_refused", "重复发起被拦截", room + "DuplicateRefused", dims=where),
        FactKind("case.deferred_due", "容缺承诺到期", room + "DeferralDue", dims=where),
        FactKind(
            "case.deferred_on_time", "容缺承诺按期补齐", room + "DeferralSettled", "按期时加 1", dims=where
        ),
        *rated,
    ]


def _orders() -> list[FactKind]:
    room = "tenants.work_orders.events."
    return [
        FactKind("work_order.opened", "工单提交", room + "WorkOrderOpened", unit_zh="件"),
        FactKind(
            "work_order.accepted_promptly",
            "30 分钟内受理",
            room + "WorkOrderAccepted",
            "30 分钟内时加 1",
            "件",
        ),
        FactKind("work_order.accepted", "工单受理", room + "WorkOrderAccepted", unit_zh="件"),
        FactKind("work_order.due", "到期工单", room + "WorkOrderAnswered", "答复或者逾期时加 1", "件"),
        FactKind("work_order.answered_on_time", "按期答复", room + "WorkOrderAnswered", "按期时加 1", "件"),
        FactKind("work_order.complaint_due", "到期投诉", room + "WorkOrderAnswered", "投诉到期时加 1", "件"),
        FactKind(
            "work_order.complaint_on_time", "投诉按期办结", room + "WorkOrderAnswered", "投诉按期时加 1", "件"
        ),
    ]


def _messages() -> list[FactKind]:
    room, by = "shared_channels.sms.messages.events.", frozenset({"category"})
    return [
        FactKind("sms.submitted", "短信提交", room + "MessageFinished", "按批次条数加", "条", by),
        FactKind("sms.delivered", "短信投递成功", room + "MessageFinished", "按批次成功条数加", "条", by),
        FactKind("sms.failed", "短信投递失败", room + "MessageFinished", "按批次失败条数加", "条", by),
        FactKind("sms.unknown", "短信状态未知", room + "MessageFinished", "按批次未知条数加", "条", by),
        FactKind(
            "sms.reply_received", "上行短信", "shared_channels.sms.replies.events.ReplyReceived", unit_zh="条"
        ),
        FactKind(
            "sms.reply_answered",
            "上行短信按期答复",
            "shared_channels.sms.replies.events.ReplyAnswered",
            unit_zh="条",
        ),
    ]


def _accounts() -> list[FactKind]:
    room, by = "shared_channels.accounts.events.", frozenset({"channel", "subject"})
    return [
        FactKind("account.registered", "用户注册", room + "AccountBound", unit_zh="人", dims=by),
        FactKind(
            "account.self_registered", "网上自主注册", room + "AccountRegistered", "自主注册时加 1", "人", by
        ),
        FactKind("account.closed", "用户注销", room + "AccountClosed", unit_zh="人", dims=by),
        FactKind("account.logged_in", "登录", room + "AccountLoggedIn", unit_zh="次", dims=by),
        FactKind("account.notice_shown", "登录时提醒", room + "AccountLoggedIn", "展示提醒时加 1", "次", by),
    ]


def _platform() -> list[FactKind]:
    daily = "facts.measure_day"
    return [
        FactKind(
            "catalogue.published", "事项发布", "tenants.catalogue.events.ItemPublished", unit_zh="次",
            dims=frozenset({"item"}),
        ),
        FactKind(
            "channel.started", "渠道或事项启用", "tenants.channels.events.ChannelSwitched", "启用时加 1", "次",
            frozenset({"channel", "item"}),
        ),
        FactKind(
            "channel.stopped", "渠道或事项停用", "tenants.channels.events.ChannelSwitched", "停用时加 1", "次",
            frozenset({"channel", "item"}),
        ),
        FactKind(
            "channel.emergency_stopped", "紧急停用", "tenants.channels.events.EmergencyStopDeclared", unit_zh="次",
        ),
        FactKind("channel.expected_minutes", "应开放时长", daily, "每日每渠道 1440", "分钟"),
        FactKind("channel.available_minutes", "实际开放时长", daily, "按启停记录计算", "分钟"),
        FactKind("catalogue.items_public", "对外事项数", daily, "当日数量", "项", frozenset(), gauge=True),
        FactKind("catalogue.items_online", "线上开通事项数", daily, "当日数量", "项", frozenset(), gauge=True),
    ]  # fmt: skip


KINDS: Mapping[str, FactKind] = _kinds()


def kind_of(code: str) -> FactKind:
    """The kind with that code. KindUnknown is a defect of the caller: only what is registered can be counted."""
    if code not in KINDS:
        raise KindUnknown(code)
    return KINDS[code]


def canonical(kind: FactKind, dims: Dims) -> tuple[str, str]:
    """(channel, the other dimensions as `business=withdrawal;item=W01`). Raises DimensionUnknown for what the kind does not have."""
    strange = {name for name, value in dims.items() if name not in kind.dims or set(";=") & set(value)}
    if strange:
        raise DimensionUnknown(f"{kind.code}: {sorted(strange)}")
    rest = sorted((name, value) for name, value in dims.items() if name != "channel" and value)
    return dims.get("channel", ""), ";".join(f"{name}={value}" for name, value in rest)


def words_of(dims: str) -> list[tuple[str, str]]:
    """The canonical text as (name in words, code) pairs."""
    pairs = [part.partition("=") for part in dims.split(";") if part]
    return [(DIMENSION_ZH.get(name, name), value) for name, _, value in pairs]


def measurement_id(kind: str, day: date, channel: str = "") -> UUID:
    """The id of a daily measurement, so that measuring a day twice counts once."""
    return uuid5(_NAMESPACE, f"{kind}:{day.isoformat()}:{channel}")
