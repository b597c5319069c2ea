"""The second act goes on: a clerk decides, the core pays, the depositor is told and rates; a complaint is answered; the bill is right."""

from __future__ import annotations

import httpx
from sqlalchemy import func, select

from app.story.entering import browser_of, tenant_of
from app.story.forms import form_to
from app.story.stage import Stage
from app.story.step import NotProved, Step, prove
from app.story.steps_equipping import inside
from app.story.steps_serving import CENTRE, SIGNATURE, signed_in
from billing_budget.metering.models import SmsUsage
from billing_budget.statements import service as statements
from kernel.calendar import clock
from shared_channels.sms.messages.models import SmsMessage
from tenants.cases.models import CaseRating, ServiceCase
from tenants.work_orders.models import WorkOrder

CLERK, SEAT, CITY_ADMIN = "shiliyoutian.clerk", "shiliyoutian.seat", "shili.admin"
OPEN = ("queued", "sending", "sent")


def decide(stage: Stage) -> str:
    """The clerk sees receipts, decides; the core pays exactly once."""
    case = _case(stage)
    prove(stage.eventually(lambda: _case(stage).state not in ("submitted", "checking")), "自动核验没有完成")
    clerk = browser_of(stage, CLERK)
    address = f"/console/cases/{case.id}"
    if _case(stage).state == "in_review":
        page = _ok(clerk.get(address))
        prove("演示核心系统" in page.text and "相符" in page.text, "审核页面没有核对回执")
        if f"{case.id}/take" in page.text:
            page = _ok(form_to(page, f"{case.id}/take").send(clerk, page))
        form_page = _ok(clerk.get(f"{address}/decision"))
        reading = _ok(
            form_to(form_page, "/decision")
            .change(verdict="approve", words="符合提取条件")
            .send(clerk, form_page)
        )
        _ok(form_to(reading, "/decision").change(confirmed="1").send(clerk, reading))
    prove(stage.eventually(lambda: _case(stage).payout_state == "paid", 90), "核心系统没有完成划款")
    page = _ok(clerk.get(address))
    prove("已划出" in page.text, "审核页面没有显示划款结果")
    return f"{case.number} 经核对回执后审核通过，核心系统划款 {_case(stage).payout_attempt} 次即成功"


def told(stage: Stage) -> str:
    """The notice, the progress, the rating."""
    phone, case = signed_in(stage), _case(stage)
    prove(
        stage.eventually(lambda: _sent(stage, "notice.case_decided") and _sent(stage, "notice.payout"), 120),
        "办理结果短信没有送达",
    )
    texts = [each["text"] for each in phone.messages()]
    for text in (each for each in texts if case.number in each):
        prove(SIGNATURE in text and "详情咨询12329" in text, f"通知短信缺少签名或咨询电话：{text[:30]}")
    page = phone.get(f"cases/{case.id}")
    prove("已划出" in page.text and "核对回执" in page.text, "进度页面没有划款结果或核对回执")
    if _rated(stage) is None:
        thanked = phone.send(page, "/rate", grade="very_satisfied", words="")
        prove("非常满意" in thanked.text, "评价没有保存")
    return "短信带签名和详情咨询12329；进度页显示核对回执与划款；评价一次后不能修改"


def complain(stage: Stage) -> str:
    """A complaint becomes a work order, a seat answers in time."""
    phone = signed_in(stage)
    order = _order(stage)
    if order is None:
        page = phone.get("orders/new")
        phone.send(page, "/orders", kind="complaint", text="自助终端出卡慢，等候时间过长")
        order = _order(stage)
    if order is None:
        raise NotProved("投诉没有形成工单")
    seat = browser_of(stage, SEAT)
    address = f"/console/work-orders/{order.id}"
    if order.state == "opened":
        page = _ok(seat.get(address))
        _ok(form_to(page, f"{order.id}/take").send(seat, page))
    if _order_state(stage) == "taken":
        page = _ok(seat.get(f"{address}/answer"))
        _ok(form_to(page, "/answer").change(text="已更换读卡器并增加引导人员，向您致歉。").send(seat, page))
    answered = _order(stage)
    prove(answered is not None and answered.answered_at is not None, "工单没有答复")
    prove(answered is not None and answered.due_on >= clock.today(), "工单答复超过期限")
    prove(stage.eventually(lambda: _sent(stage, "notice.work_order_answered"), 120), "答复通知没有送达")
    prove("增加引导人员" in phone.get(f"orders/{order.id}").text, "投诉人看不到答复")
    return f"投诉形成工单 {order.number}，座席在期限（{order.due_on}）内答复，答复送达投诉人"


def bill(stage: Stage) -> str:
    """Every segment once: ledger, sub-centre's statement, centre's consolidated one."""
    sub = tenant_of(stage, CENTRE).id
    prove(stage.eventually(lambda: not _open_messages(stage), 120), "还有短信没有到终态")
    with inside(stage, sub, read_only=True) as session:
        messages = session.scalar(select(func.count()).select_from(SmsMessage)) or 0
        segments = session.scalar(select(func.sum(SmsMessage.segments))) or 0
        metered, rows = session.execute(
            select(func.coalesce(func.sum(SmsUsage.submitted), 0), func.count()).select_from(SmsUsage)
        ).one()
    prove(
        rows == messages and metered == segments,
        f"短信 {messages} 条 {segments} 段，计量 {rows} 条 {metered} 段",
    )
    with inside(stage, sub) as session:
        statements.hand_up_running(session)
    month = f"{clock.today():%Y-%m}"
    own = _ok(browser_of(stage, "shiliyoutian.admin").get(f"/console/statements/{month}"))
    prove(f"{segments:,}" in own.text, "分中心账单上没有这些条数")
    admin = browser_of(stage, CITY_ADMIN)
    arrived = stage.eventually(
        lambda: (
            "示例油田" in admin.get(f"/console/statements/{month}/consolidated").text
            and f"{segments:,}" in admin.get(f"/console/statements/{month}/consolidated").text
        )
    )
    prove(arrived, "中心的合并账单上没有分中心的条数")
    for kind, magic in (("xlsx", b"PK"), ("pdf", b"%PDF")):
        got = admin.get(f"/console/statements/{month}/consolidated.{kind}")
        prove(got.status_code == 200 and got.content.startswith(magic), f"合并账单的 {kind} 文件打不开")
    return f"{messages} 条短信 {segments} 段各计量一次；分中心账单与中心合并账单一致，可导出表格与 PDF"


def _case(stage: Stage) -> ServiceCase:
    with inside(stage, tenant_of(stage, CENTRE).id, read_only=True) as session:
        found = session.scalars(
            select(ServiceCase)
            .where(ServiceCase.channel_started == "h5")
            .order_by(ServiceCase.id.desc())
            .limit(1)
        ).first()
        if found is None:
            raise NotProved("没有找到办件")
        session.expunge(found)
        return found


def _rated(stage: Stage) -> CaseRating | None:
    with inside(stage, tenant_of(stage, CENTRE).id, read_only=True) as session:
        return session.scalars(select(CaseRating).limit(1)).first()


def _order(stage: Stage) -> WorkOrder | None:
    with inside(stage, tenant_of(stage, CENTRE).id, read_only=True) as session:
        found = session.scalars(select(WorkOrder).where(WorkOrder.kind == "complaint").limit(1)).first()
        if found is not None:
            session.expunge(found)
        return found


def _order_state(stage: Stage) -> str:
    found = _order(stage)
    return "" if found is None else str(found.state)


def _sent(stage: Stage, template: str) -> bool:
    with inside(stage, tenant_of(stage, CENTRE).id, read_only=True) as session:
        wanted = select(SmsMessage.id).where(
            SmsMessage.template_code == template, SmsMessage.state == "delivered"
        )
        return session.scalar(wanted.limit(1)) is not None


def _open_messages(stage: Stage) -> bool:
    with inside(stage, tenant_of(stage, CENTRE).id, read_only=True) as session:
        wanted = select(SmsMessage.id).where(SmsMessage.state.in_(OPEN))
        return session.scalar(wanted.limit(1)) is not None


def _ok(response: httpx.Response) -> httpx.Response:
    prove(response.status_code == 200, f"页面 {response.url.path} 的应答是 {response.status_code}")
    return response


STEPS = (
    Step("case.decide", "经办人看过核对回执后审核通过，核心系统划款", decide),
    Step("case.told", "短信通知、进度、评价", told),
    Step("order.answer", "投诉转为工单，按时答复", complain),
    Step("sms.bill", "短信逐条计量，分中心账单并入中心账单", bill),
)
