"""Cases, work orders and how people rate them (N4, G4, G5, G13, G15, G19)."""

from __future__ import annotations

from decimal import Decimal

from acceptance.indicators.indicators.reading import Reading, Total
from acceptance.indicators.policy import Group, NotEnoughData, Outcome, Value, Window, indicator, share

RATED = tuple(
    f"case.rated.{grade}"
    for grade in ("very_satisfied", "satisfied", "basically", "dissatisfied", "very_dissatisfied")
)
CONTENT = RATED[:3]
"""The guide counts 满意 and 基本满意; of the five grades of 好差评 these are the first three."""


def _share(done: Total, due: Total, nothing_zh: str) -> Outcome:
    return share(done.value, due.value, nothing_zh, synthetic=done.synthetic or due.synthetic)


@indicator(
    "satisfaction", "用户满意度", Group.USE, "N4;G15;导则-绩效指标",
    "（非常满意 + 满意 + 基本满意）÷ 参评数", Window.MONTHS_3, checkpoint="F23.1", kinds=RATED, minimum=50,
)  # fmt: skip
def satisfaction(reading: Reading) -> Outcome:
    """Below fifty ratings nothing is said (warning W6)."""
    return _share(reading.total(*CONTENT), reading.total(*RATED), "还没有用户评价")


@indicator(
    "case_on_time_rate", "办件按期办结率", Group.USE, "N4;G4;G15",
    "按承诺时限办结的办件数 ÷ 办结办件数", Window.MONTHS_3, kinds=("case.decided_on_time", "case.decided"), minimum=30,
)  # fmt: skip
def case_on_time_rate(reading: Reading) -> Outcome:
    """Against the centre's own promise, which is never longer than the statutory limit."""
    return _share(reading.total("case.decided_on_time"), reading.total("case.decided"), "还没有办结的办件")


@indicator(
    "automatic_review_share", "自动审核即时办结率", Group.PREPARATION, "N4;G4",
    "缴存、提取类办件中自动审核即时办结笔数 ÷ 办结笔数", Window.MONTHS_3, checkpoint="A04.2",
    kinds=("case.decided_automatically", "case.decided"), minimum=30,
)  # fmt: skip
def automatic_review_share(reading: Reading) -> Outcome:
    """汇缴, 补缴 and 提取 only."""
    kinds = ("缴存", "提取")
    done = reading.total("case.decided_automatically", business=kinds)
    return _share(done, reading.total("case.decided", business=kinds), "还没有办结的缴存、提取办件")


@indicator(
    "cross_channel_continue_rate", "换渠道接续办理成功率", Group.MANAGEMENT, "G13;导则-服务管理",
    "接续后成功提交数 ÷ 接续次数", Window.MONTHS_3, checkpoint="C13.4",
    kinds=("case.continued_submitted", "case.continued"), minimum=10,
)  # fmt: skip
def cross_channel_continue_rate(reading: Reading) -> Outcome:
    """Begun on one channel, handed in on another."""
    done = reading.total("case.continued_submitted")
    return _share(done, reading.total("case.continued"), "还没有换渠道接续的办件")


@indicator(
    "deferred_follow_up_on_time_rate", "容缺承诺按期跟踪率", Group.ITEMS, "G19",
    "按期补齐或者核实的办件数 ÷ 到期的容缺、承诺办件数", Window.MONTHS_12, checkpoint="E19.2",
    kinds=("case.deferred_on_time", "case.deferred_due"), minimum=5,
)  # fmt: skip
def deferred_follow_up_on_time_rate(reading: Reading) -> Outcome:
    """What was accepted on a promise has to be followed."""
    done = reading.total("case.deferred_on_time")
    return _share(done, reading.total("case.deferred_due"), "还没有到期的容缺、承诺办件")


@indicator(
    "work_order_prompt_accept_rate", "工单即时受理率", Group.PREPARATION, "G5",
    "提交后 30 分钟内受理的工单数 ÷ 受理的工单数（仅计服务时间）", Window.MONTHS_3, checkpoint="A05.2",
    kinds=("work_order.accepted_promptly", "work_order.accepted"), minimum=10,
)  # fmt: skip
def work_order_prompt_accept_rate(reading: Reading) -> Outcome:
    """Inquiries, suggestions and complaints."""
    done = reading.total("work_order.accepted_promptly")
    return _share(done, reading.total("work_order.accepted"), "还没有受理的工单")


@indicator(
    "work_order_on_time_rate", "工单按期办结率", Group.PREPARATION, "N4;G5",
    "按期办结的工单数 ÷ 到期工单数；转办期间时钟不停", Window.MONTHS_3, checkpoint="A05.3",
    kinds=("work_order.answered_on_time", "work_order.due"), minimum=10,
)  # fmt: skip
def work_order_on_time_rate(reading: Reading) -> Outcome:
    """The clock runs on while an order is handed over."""
    done = reading.total("work_order.answered_on_time")
    return _share(done, reading.total("work_order.due"), "还没有到期的工单")


@indicator(
    "complaint_on_time_rate", "投诉按期办结率", Group.USE, "N4;G5",
    "按期办结的投诉数 ÷ 到期投诉数", Window.MONTHS_3, checkpoint="F23.2",
    kinds=("work_order.complaint_on_time", "work_order.complaint_due"), minimum=5,
)  # fmt: skip
def complaint_on_time_rate(reading: Reading) -> Outcome:
    """Complaints alone."""
    done = reading.total("work_order.complaint_on_time")
    return _share(done, reading.total("work_order.complaint_due"), "还没有到期的投诉")


@indicator(
    "kiosk_transaction_count", "自助终端有业务的月数", Group.CHANNELS, "G10;导则-服务渠道",
    "近3个完整自然月中，自助终端有办理请求或者办件提交的月数", Window.WHOLE_MONTHS_3, checkpoint="B10.11", unit_zh="个月",
    kinds=("requests", "case.submitted"),
)  # fmt: skip
def kiosk_transaction_count(reading: Reading) -> Outcome:
    """Own or shared terminals alike."""
    if "kiosk" not in reading.openness.channels:
        return NotEnoughData("自助终端尚未登记")
    done = reading.total("requests", "case.submitted", channel=("kiosk",))
    months = reading.months_with("requests", "case.submitted", channel=("kiosk",))
    if not done.value:
        return NotEnoughData("近3个完整自然月没有自助终端业务数据")
    return Value(Decimal(months.value), done.value, synthetic=done.synthetic)
