"""The provincial templates that the platform itself sends. Texts are the platform's defaults; a tenant may adjust its own copy."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from kernel.calendar import clock
from kernel.db import TenantSession
from shared_channels.sms.message_templates.models import SmsTemplate
from shared_channels.sms.message_templates.policy.content import TemplateContent, Variable, VariableType

_CODE = (Variable("code", "验证码", VariableType.CODE, 6),)
_ITEM = Variable("item", "事项名称", VariableType.TEXT, 20)
_CASE = Variable("case_no", "办件编号", VariableType.TEXT, 20)

PROVINCIAL: Mapping[str, TemplateContent] = {
    "code.register": TemplateContent(
        "注册验证码", "OTP", "您正在注册公积金服务账号，验证码{code}，5分钟内有效，请勿告诉他人。", _CODE, True
    ),
    "code.login": TemplateContent(
        "登录验证码", "OTP", "登录验证码{code}，5分钟内有效。工作人员不会索要，请勿告诉他人。", _CODE, True
    ),
    "code.step_up": TemplateContent(
        "身份核验验证码", "OTP", "您正在核验身份，验证码{code}，5分钟内有效，请勿告诉他人。", _CODE, True
    ),
    "code.bind_channel": TemplateContent(
        "渠道绑定验证码", "OTP", "您正在绑定办理渠道，验证码{code}，5分钟内有效。非本人操作请忽略。", _CODE, True
    ),
    "notice.case_accepted": TemplateContent(
        "办件受理通知", "NOTICE", "您申请的{item}已受理，编号{case_no}，可登录查看进度。", (_ITEM, _CASE)
    ),
    "notice.case_decided": TemplateContent(
        "办件审核结果通知", "NOTICE", "您申请的{item}（编号{case_no}）已审核，结果：{result}。",
        (_ITEM, _CASE, Variable("result", "办理结果", VariableType.TEXT, 10)),
    ),
    "notice.case_supplement": TemplateContent(
        "补充材料通知", "NOTICE", "您申请的{item}（编号{case_no}）需要补充材料，请登录查看并补交。", (_ITEM, _CASE)
    ),
    "notice.payout": TemplateContent(
        "资金支付通知", "NOTICE", "您申请的{item}（编号{case_no}）已支付{amount}元，请留意银行到账。",
        (_ITEM, _CASE, Variable("amount", "金额", VariableType.AMOUNT, 14)), True,
    ),
    "notice.work_order_answered": TemplateContent(
        "工单答复通知", "NOTICE", "您反映的事项（工单{order_no}）已有答复，请登录查看并评价。",
        (Variable("order_no", "工单编号", VariableType.TEXT, 20),),
    ),
}  # fmt: skip


def seed_templates(session: TenantSession) -> int:
    """Publish the provincial templates that the acting tenant lacks. Returns rows written; the caller audits."""
    known = set(
        session.scalars(select(SmsTemplate.code).where(SmsTemplate.tenant_id == session.tenant_id).distinct())
    )
    missing = {code: content for code, content in PROVINCIAL.items() if code not in known}
    for code, content in missing.items():
        stored = content.stored()
        session.add(SmsTemplate(code=code, number=1, origin="template", published_at=clock.now(), **stored))
    session.flush()
    return len(missing)
