"""Why a template is refused."""

from __future__ import annotations

from kernel.errors import Conflict, NotFound


class TemplateNotFound(NotFound):
    """No such template along the tenant's line."""

    code = "sms.template_not_found"
    message_zh = "没有找到这个短信模板。"
    hint_zh = "请返回模板列表重新查找。"


class TemplateExists(Conflict):
    """The code is taken."""

    code = "sms.template_exists"
    message_zh = "已经有使用这个编号的短信模板。"
    hint_zh = "请换一个编号，或在原模板上修改。"


class TemplateMoved(Conflict):
    """Another revision was published since the draft began."""

    code = "sms.template_moved"
    message_zh = "这个模板刚刚发布了新版本，您的修改是在旧版本上做的。"
    hint_zh = "请打开模板核对最新内容，再重新修改。"


class NotLocal(Conflict):
    """The tenant has no version of its own."""

    code = "sms.template_not_local"
    message_zh = "本机构没有自行调整这个模板，现在沿用的就是上级模板。"
    hint_zh = "不需要恢复。"


class TemplateAwaiting(Conflict):
    """A change of this template waits for approval."""

    code = "sms.template_awaiting"
    message_zh = "这个模板有一项变更正在等待审批。"
    hint_zh = "请等待审批结果；需要修改的，请提交人先撤回申请。"


class CodeNeeded(Conflict):
    """People could no longer log in."""

    code = "sms.template_needed"
    message_zh = "登录和核验身份要用这个模板，不能停用。"
    hint_zh = "需要改变内容的，请编辑后提交审批。"
