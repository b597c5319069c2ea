"""Chinese names for what stands in events as codes. A guard test holds that every action in the code has one."""

from __future__ import annotations

ACTIONS = {
    "access.refused": "无权操作被拒绝",
    "identity.signed_in": "登录",
    "identity.signed_out": "退出登录",
    "identity.ended_all": "结束本人全部登录",
    "identity.session_ended": "登录被结束",
    "identity.sessions_ended": "登录服务通知退出",
    "issuer.account_created": "建立登录账号",
    "issuer.authenticated": "通过身份认证",
    "issuer.session_ended": "登录会话结束",
    "issuer.token_reused": "登录凭据被重复使用",
    "issuer.invitation_redeemed": "启用账号",
    "issuer.password_changed": "修改密码",
    "issuer.second_factor_set": "绑定动态口令",
    "issuer.recovery_code_used": "使用恢复码",
    "issuer.key_added": "启用新的签名密钥",
    "changes.proposed": "提交变更",
    "changes.approved": "批准变更",
    "changes.sent_back": "退回变更",
    "changes.withdrawn": "撤回变更",
    "changes.commented": "变更留言",
    "changes.expired": "变更逾期关闭",
    "catalogue.draft_saved": "保存事项草稿",
    "catalogue.draft_discarded": "放弃事项草稿",
    "channels.emergency_stop": "紧急停用渠道",
    "channels.emergency_confirmed": "确认紧急停用",
    "channels.emergency_ended": "紧急停用到期恢复",
    "onboarding.applied": "中心入驻",
    "onboarding.undone": "撤销入驻",
    "onboarding.registered": "登记机构",
    "onboarding.plugged_in": "分中心接入",
    "onboarding.province_settled": "开通省级岗位",
    "org.unit_added": "新增内设机构",
    "org.unit_renamed": "内设机构更名",
    "org.unit_closed": "撤销内设机构",
    "staff.invited": "开通人员账号",
    "staff.invited_again": "重新发出首次登录链接",
    "staff.reset_link": "取得账号重置链接",
    "staff.enabled": "启用人员账号",
    "staff.disabled": "停用人员账号",
    "accounts.code_sent": "发送短信验证码",
    "accounts.code_exhausted": "短信验证码输错次数达到上限",
    "accounts.registered": "注册手机端账号",
    "accounts.signed_in": "用户登录",
    "accounts.signed_out": "用户退出登录",
    "accounts.signed_out_elsewhere": "用户退出其他设备",
    "accounts.real_person": "实人认证",
    "accounts.bound": "绑定公积金账户",
    "accounts.unbound": "解除公积金账户绑定",
    "accounts.person_seen": "柜台当面核验本人",
    "accounts.channel_linked": "渠道用户关联账号",
    "channel_api.registered": "登记渠道程序",
    "channel_api.stopped": "停用渠道程序",
    "statements.issued": "出具短信账单",
    "facts.history_seeded": "装入演示历史",
    "facts.recomputed": "按台账重新汇总",
    "standards.draft_saved": "拟定评估标准",
    "standards.draft_discarded": "放弃评估标准草稿",
    "cases.started": "开始申请",
    "cases.saved": "保存申请内容",
    "cases.attached": "上传申请材料",
    "cases.detached": "删除申请材料",
    "cases.submitted": "提交办件",
    "cases.withdrawn": "撤回办件",
    "cases.rated": "评价办件",
    "cases.checked": "自动核验办件",
    "cases.check_waiting": "办件等待核心系统",
    "cases.taken": "受理办件",
    "cases.supplement_asked": "要求补正",
    "cases.approved": "办件审核通过",
    "cases.refused": "办件审核未通过",
    "cases.payout": "办件划款",
    "cases.payout_waiting": "划款等待核心系统",
    "cases.payout_retried": "重新发起划款",
    "cases.closed": "办件办结",
    "cases.expired": "办件失效",
    "cases.person_revealed": "查看明文信息",
    "core.mode_set": "调整演示核心系统",
    "construction.planned": "制定或调整建设计划",
    "construction.rescheduled": "调整建设任务日期",
    "construction.reported": "填报建设佐证材料",
    "construction.confirmed": "核实建设佐证材料",
    "construction.returned": "退回建设佐证材料",
    "construction.withdrawn": "撤回建设佐证材料",
    "construction.handed_up": "收到建设进度",
    "construction.urged": "发出建设督办",
    "construction.urge_received": "收到建设督办",
    "construction.answered": "回复建设督办",
    "construction.answer_received": "收到建设督办回复",
    "sms.template_draft_saved": "保存短信模板草稿",
    "sms.template_draft_discarded": "放弃短信模板草稿",
    "sms.filing_recorded": "登记运营商报备",
    "sms.extension_given": "登记短信扩展码",
    "sms.extension_ended": "停用短信扩展码",
    "sms.number_blocked": "限制号码接收短信",
    "sms.number_unblocked": "取消号码限制",
    "sms.accepted": "受理短信",
    "sms.notice_accepted": "受理业务通知短信",
    "sms.notice_left_out": "业务通知没有发送",
    "sms.looked_up": "按号码查询短信",
    "sms.text_revealed": "查看短信内容",
    "audit.exported": "导出操作日志",
}

# Actions whose code is put together when the event is written, by what it begins with.
FAMILIES = {
    "onboarding.": "入驻办理步骤",
    "issuer.": "账号与登录",
}

GROUPS = (
    ("login", "登录与账号", ("identity.", "issuer.", "accounts.")),
    ("refused", "无权被拒绝", ("access.",)),
    ("changes", "变更审批", ("changes.",)),
    ("catalogue", "服务事项", ("catalogue.",)),
    ("channels", "渠道", ("channels.", "channel_api.")),
    ("cases", "办件", ("cases.", "core.")),
    ("staff", "机构与人员", ("org.", "staff.", "grants.", "registry.")),
    ("onboarding", "入驻与接入", ("onboarding.", "tenant.")),
    ("sms", "短信与预算", ("sms.", "budgets.", "tariffs.", "billing.", "statements.")),
    (
        "acceptance",
        "建设与验收",
        ("construction.", "assessments.", "reviews.", "verdicts.", "reports.", "facts.", "standards."),
    ),
    ("settings", "参数与系统", ("settings.", "system.", "security.", "lockbox.", "jobs.")),
    ("audit", "日志", ("audit.",)),
)

OBJECTS = {
    "acceptance_standard": "评估标准",
    "account": "登录账号",
    "account_binding": "账户绑定",
    "account_challenge": "短信验证码",
    "channel_client": "渠道接入程序",
    "audit_log": "操作日志",
    "case": "办件",
    "change": "变更申请",
    "core_link": "核心系统接口",
    "channel": "渠道",
    "city": "城市",
    "construction_plan": "建设计划",
    "construction_task": "建设任务",
    "construction_evidence": "建设佐证材料",
    "construction_urge": "建设督办",
    "daily_fact": "每日汇总",
    "item": "服务事项",
    "service_item": "服务事项",
    "item_switch": "事项渠道开关",
    "issuer_key": "登录服务密钥",
    "membership": "人员岗位",
    "org_unit": "内设机构",
    "route": "页面或接口",
    "sms_statement": "短信账单",
    "sms_tariff": "短信资费",
    "allowance_rule": "短信额度控制方式",
    "spending_plan": "额度与预算",
    "tenant": "机构",
    "sms_template": "短信模板",
    "sms_message": "短信",
    "sms_filing": "运营商报备",
    "sms_extension": "短信扩展码",
    "sms_blocked_number": "受限制的号码",
}

FACTS = {
    "kind": "变更种类",
    "hash": "内容指纹",
    "needs": "缺少的权限",
    "changes": "涉及的变更",
    "rows": "写入行数",
    "differences": "差异数",
    "removed": "删除行数",
    "first": "起始序号",
    "last": "截止序号",
    "checkpoint": "检查点",
    "codes": "编号",
    "count": "数量",
    "reason": "事由",
    "reference": "相关编号",
    "template": "短信模板编号",
    "segments": "计费条数",
    "amount_fen": "金额（分）",
    "item": "服务事项",
    "channel": "渠道",
    "revision": "版本",
    "rules": "审核规则版本",
    "passed": "相符项数",
    "late": "是否超时",
    "grade": "满意程度",
    "state": "状态",
    "core_no": "核心系统流水号",
    "attempt": "次数",
    "file": "文件",
    "mode": "状态",
}

EVENT_OTHER, OBJECT_OTHER, FACT_OTHER = "其他操作", "其他对象", "附加信息"


def action_zh(code: str) -> str:
    """The name of an action; that of its family when it has none; “其他操作” for one that a later release made."""
    if code in ACTIONS:
        return ACTIONS[code]
    return next((word for start, word in FAMILIES.items() if code.startswith(start)), EVENT_OTHER)


def object_zh(code: str) -> str:
    """The name of a kind of object."""
    return OBJECTS.get(code, OBJECT_OTHER)


def fact_zh(name: str) -> str:
    """The label of a fact."""
    return FACTS.get(name, FACT_OTHER)


def prefixes_of(group: str) -> tuple[str, ...]:
    """What the actions of a group begin with; nothing for an unknown one."""
    return next((starts for code, _, starts in GROUPS if code == group), ())
