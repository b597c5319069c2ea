"""Permissions: an enum with a sentence each, granted to roles by data (`role_permission`), checked once per request.

A permission says what may be done, never to whom: whose rows is decided by the tenant scope (`kernel.tenancy`).
Roles come from `roles.csv` (decision D10).
"""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """What a person may do. The value is stable; the sentence completes “您没有权限：…”."""

    sentence: str

    def __new__(cls, value: str, sentence: str) -> Permission:
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        return member

    @classmethod
    def named(cls, value: str) -> Permission:
        """The permission with that value. KeyError when there is none."""
        return {str(p.value): p for p in cls}[value]

    PUBLIC = "public", "任何人都可以查看"
    SIGNED_IN = "signed_in", "登录后查看本人信息"

    PROVINCE_OVERVIEW = "province.overview", "查看全省汇总指标"
    TENANT_READ = "tenant.read", "查看机构概况"
    ONBOARD = "onboarding.apply", "办理中心入驻"
    ONBOARD_CHECK = "onboarding.check", "审核中心入驻"
    SUBCENTRE_PLUG = "onboarding.plug", "办理分中心接入"

    ORG_READ = "org.read", "查看机构与人员"
    ORG_EDIT = "org.edit", "维护内设机构"
    STAFF_READ = "staff.read", "查看人员与授权"
    STAFF_INVITE = "staff.invite", "开通和停用账号"
    GRANT_PROPOSE = "grants.propose", "提出角色授权申请"
    GRANT_CHECK = "grants.check", "审核角色授权"

    CATALOGUE_READ = "catalogue.read", "查看服务事项"
    CATALOGUE_EDIT = "catalogue.edit", "编制服务事项"
    CATALOGUE_CHECK = "catalogue.check", "审核服务事项发布与增删"
    CHANNEL_READ = "channels.read", "查看渠道与启停情况"
    CHANNEL_EDIT = "channels.edit", "提出渠道启停与参数修改申请"
    CHANNEL_CHECK = "channels.check", "审核渠道启停与参数修改"
    CHANNEL_EMERGENCY = "channels.emergency", "紧急停用渠道"
    SETTINGS_READ = "settings.read", "查看参数"
    SETTINGS_EDIT = "settings.edit", "提出参数修改申请"
    SETTINGS_CHECK = "settings.check", "审核参数修改"

    INBOX = "inbox.read", "查看待办"
    CHANGE_READ = "changes.read", "查看变更申请"

    CASE_READ = "cases.read", "查看本机构办件"
    CASE_DECIDE = "cases.decide", "受理和审核办件"
    PERSON_REVEAL = "persons.reveal", "说明事由后查看明文"
    WORK_ORDER_READ = "work_orders.read", "查看工单"
    WORK_ORDER_ANSWER = "work_orders.answer", "答复和派发工单"

    SMS_READ = "sms.read", "查看短信发送情况"
    SMS_SEND = "sms.send", "发送短信"
    SMS_TEMPLATE_EDIT = "sms.template_edit", "编制短信模板"
    SMS_CHECK = "sms.check", "审核短信模板与群发"
    SMS_OPERATE = "sms.operate", "处置短信通道"
    TARIFF_EDIT = "tariffs.edit", "维护资费"
    TARIFF_CHECK = "tariffs.check", "审核资费"
    BUDGET_READ = "budgets.read", "查看额度与预算"
    BUDGET_EDIT = "budgets.edit", "调整额度与预算"
    BUDGET_CHECK = "budgets.check", "审核额度与预算调整"
    STATEMENT_READ = "statements.read", "查看账单"

    CONSTRUCTION_READ = "construction.read", "查看建设任务"
    CONSTRUCTION_REPORT = "construction.report", "填报建设任务"
    CONSTRUCTION_CONFIRM = "construction.confirm", "核实建设任务的佐证材料"
    CONSTRUCTION_SUPERVISE = "construction.supervise", "督导建设进度"
    ASSESSMENT_READ = "assessments.read", "查看自评与验收"
    ASSESSMENT_FILL = "assessments.fill", "填写自评"
    ASSESSMENT_SUBMIT = "assessments.submit", "提交自评与验收申请"
    REVIEW_DESK = "reviews.desk", "审核验收申请"
    REVIEW_SCORE = "reviews.score", "独立评阅并评分"
    VERDICT_SIGN = "verdicts.sign", "作出验收结论"
    REPORT_FILL = "reports.fill", "填报使用情况报表"
    REPORT_CHECK = "reports.check", "审核使用情况报表"
    DASHBOARD_READ = "dashboards.read", "查看运行绩效分析"

    AUDIT_READ = "audit.read", "查询操作日志"
    AUDIT_EXPORT = "audit.export", "导出操作日志"
    OPERATIONS_READ = "operations.read", "查看运行状态"
    OPERATIONS_ACT = "operations.act", "处置任务与告警"
    SYSTEM_PARAMETERS = "system.parameters", "维护系统参数"
    SECURITY_POLICY = "security.policy", "维护安全策略与密钥"
    LOCKBOX_ASK = "lockbox.ask", "申请限时查看明细"
    LOCKBOX_APPROVE = "lockbox.approve", "批准限时查看明细"
    LOAD_TEST = "load.test", "执行压力测试"
