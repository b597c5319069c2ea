"""The second act: a depositor of the sub-centre registers with a code that really travelled, enters from WeChat, applies once."""

from __future__ import annotations

import re
import time

from sqlalchemy import select

from app.story import programs
from app.story.entering import tenant_of
from app.story.phone import MINUTE_S, Phone
from app.story.programs import Program
from app.story.stage import Stage
from app.story.step import NotProved, Step, prove
from app.story.steps_equipping import inside
from shared_channels.sms.dispatch.models import SmsSegment
from shared_channels.sms.messages.models import SmsMessage
from tenants.cases.models import ServiceCase
from tenants.core_system.adapters.demo_people import DEMO_PEOPLE

CENTRE, ITEM = "C99011", "W02"
PERSON = next(person for person in DEMO_PEOPLE if person.centre_code == CENTRE)
OPENID = "story-openid-1"
AMOUNT = "3,000.00"
SIGNATURE = "【示例油田公积金】"


def phone_of(stage: Stage) -> Phone:
    """The depositor's phone, the same for the whole story; logs in again after a restart."""
    phone: Phone | None = stage.facts.get("phone")
    if phone is None:
        phone = stage.facts["phone"] = Phone(stage, PERSON.phone, CENTRE)
    return phone


def signed_in(stage: Stage) -> Phone:
    """The phone with a live log-in."""
    phone = phone_of(stage)
    if "退出登录" not in phone.get("mine").text:
        page, code = phone.code_page("sign-in", "登录验证码")
        done = phone.send(page, "/sign-in/code", code=code)
        prove("退出登录" in done.text, "登录没有成功")
    return phone


def register(stage: Stage) -> str:
    """Queue → gateway → CMPP → carrier → status report, and the account is there."""
    phone = phone_of(stage)
    page, code = phone.code_page("register", "注册")
    prove(any(SIGNATURE in each["text"] for each in phone.messages()), f"短信没有签名{SIGNATURE}")
    mine = phone.send(page, "/sign-in/code", code=code)
    if "我的账号" not in mine.text:  # else a former run got this far
        prove("同意" in mine.text, "没有征求同意")
        mine = phone.send(mine, "/register/consent", agree="1")
    prove("我的账号" in mine.text, f"注册后没有进入本人页面（{mine.status_code}）")
    again = phone.send(page, "/sign-in/code", code=code)
    entered = again.status_code == 200 and "我的账号" in again.text
    prove(not entered, f"用过的验证码还能使用（{again.status_code}，{again.url.path}）")
    with inside(stage, tenant_of(stage, CENTRE).id, read_only=True) as session:
        found = select(SmsMessage).where(SmsMessage.template_code == "code.register").order_by(SmsMessage.id)
        segments = [row.segments for row in session.scalars(found)]
    prove(segments, "分中心没有这条短信的记录")
    prove(stage.eventually(lambda: _reported(stage)), "没有收到运营商的状态报告，短信没有到终态")
    return f"验证码经队列、网关、CMPP 到达手机并收到状态报告（计费 {segments[-1]} 条，由分中心承担）；再次使用被拒绝"


def _reported(stage: Stage) -> bool:
    with inside(stage, tenant_of(stage, CENTRE).id, read_only=True) as session:
        message = session.scalars(
            select(SmsMessage).where(
                SmsMessage.state == "delivered", SmsMessage.template_code == "code.register"
            )
        ).first()
        if message is None:
            return False
        parts = session.scalars(select(SmsSegment).where(SmsSegment.message_id == message.id)).all()
        return bool(parts) and message.text is None  # the code is wiped at the final state


def registered(stage: Stage) -> bool:
    """Whether the depositor is bound already."""
    with inside(stage, tenant_of(stage, CENTRE).id, read_only=True) as session:
        return session.scalar(select(ServiceCase.id).limit(1)) is not None


def bind(stage: Stage) -> str:
    """Name and number against the core system; then the balance."""
    phone = signed_in(stage)
    page = phone.get("bind")
    if "/bind" in str(page.url):
        done = phone.send(page, "/bind", name=PERSON.name, identity_number=PERSON.identity_number, card="")
        prove(done.status_code == 200, f"绑定页面应答 {done.status_code}")
    home = phone.get("")
    prove(re.search(r"\d,\d{3}\.\d\d", home.text), "首页没有显示核心系统的余额")
    elsewhere = stage.visitor().get("/m/C99020/bind")
    prove("登录" in elsewhere.text, "没有登录也能绑定")
    return "姓名和身份证号码与演示核心系统核对一致，余额显示在首页（演示核心系统）"


def wechat(stage: Stage) -> str:
    """One code links the WeChat user; afterwards the channel's own log-in is enough."""
    program = programs.program(stage, "wechat", CENTRE)
    first = program.send("POST", "sessions", {"user": OPENID})
    if first.status_code != 201:
        prove(first.json().get("code") == "channel.link_needed", f"未关联的用户应答 {first.status_code}")
        _link(stage, program)
    entered = program.send("POST", "sessions", {"user": OPENID})
    prove(entered.status_code == 201, f"关联后没有直接进入（{entered.status_code}）")
    prove(entered.json()["bound"], "渠道里看不到已绑定的账户")
    forged = programs.program(stage, "kiosk", CENTRE)
    forged.code, forged.citizen = program.code, ""
    refused = forged.send("POST", "sessions", {"user": OPENID})
    prove(refused.status_code in (401, 403), f"签名不对的请求没有被拒绝（{refused.status_code}）")
    return "微信用户用一次验证码关联，之后不再注册、不再验证；签名不符的请求被拒绝"


def _link(stage: Stage, program: Program) -> None:
    phone = phone_of(stage)
    for _attempt in range(3):
        asked, known = time.monotonic(), len(phone.messages())
        sent = program.send("POST", "codes", {"phone": PERSON.phone, "user": OPENID})
        if sent.status_code == 202:
            code = phone.code_after(known, "绑定")
            values = {"challenge": sent.json()["challenge"], "code": code, "user": OPENID}
            if code and program.send("POST", "links", values).status_code == 201:
                return
        time.sleep(max(0.0, MINUTE_S - (time.monotonic() - asked)))
    raise NotProved("微信用户没有关联成功")


def apply(stage: Stage) -> str:
    """The level is raised, the form filled in and handed in; the kiosk refuses a second one."""
    phone = signed_in(stage)
    running = _case(stage)
    if running is None:
        started = phone.send(phone.get(f"items/{ITEM}"), f"/items/{ITEM}/start")
        if "/step-up" in str(started.url):
            proven = phone.send(started, "/step-up/phone", evidence="present")
            prove(proven.status_code == 200, "身份核验没有通过")
            started = phone.send(phone.get(f"items/{ITEM}"), f"/items/{ITEM}/start")
        prove("/fill" in str(started.url), f"没有进入填写页面（停在 {started.url.path}）")
    running = _case(stage)
    if running is None:
        raise NotProved("没有建立办件")
    if running.state == "draft":
        page = phone.get(f"cases/{running.id}/fill")
        summary = phone.send(page, "/fill", **{"form-amount_fen": AMOUNT, "act": "next"})
        done = phone.send(summary, "/submit")
        prove("办件编号" in done.text, "提交后没有显示办件编号")
    said = _kiosk(stage)
    prove(running.number in said and "在办理" in said, f"自助终端没有指出在办的办件：{said[:60]}")
    return f"提取申请 {running.number} 已提交；自助终端再次发起被拒绝，并指出在办的这一件"


def _kiosk(stage: Stage) -> str:
    program, phone = programs.program(stage, "kiosk", CENTRE), phone_of(stage)
    for _attempt in range(3):
        asked, known = time.monotonic(), len(phone.messages())
        sent = program.send("POST", "codes", {"phone": PERSON.phone})
        if sent.status_code == 202:
            code = phone.code_after(known, "登录")
            entered = program.send(
                "POST", "sessions", {"challenge": sent.json()["challenge"], "code": code or "000000"}
            )
            if entered.status_code == 201:
                program.citizen = entered.json()["citizen_key"]
                program.send("POST", "proofs", {"means": "face", "evidence": "present"})
                refused = program.send("POST", "cases", {"item_code": ITEM})
                prove(refused.status_code == 409, f"自助终端再次发起没有被拒绝（{refused.status_code}）")
                return str(refused.json())
        time.sleep(max(0.0, MINUTE_S - (time.monotonic() - asked)))
    raise NotProved("在自助终端没有登录成功")


def _case(stage: Stage) -> ServiceCase | None:
    with inside(stage, tenant_of(stage, CENTRE).id, read_only=True) as session:
        statement = select(ServiceCase).where(
            ServiceCase.item_code == ITEM, ServiceCase.channel_started == "h5"
        )
        found = session.scalars(statement.order_by(ServiceCase.id.desc()).limit(1)).first()
        if found is not None:
            session.expunge(found)
        return found


def submitted(stage: Stage) -> bool:
    """Whether the case has been handed in."""
    found = _case(stage)
    return found is not None and found.state != "draft"


STEPS = (
    Step("person.register", "缴存职工在手机上注册，验证码走完整条链路", register, registered),
    Step("person.bind", "实名绑定，首页显示余额", bind, registered),
    Step("person.wechat", "从微信进入，不再注册", wechat),
    Step("case.apply", "提高认证级别，提交提取；自助终端重复发起被拒绝", apply, submitted),
)
