"""The sentences of the log-in pages. One place, so that unknown names, wrong passwords and pauses are answered alike."""

from __future__ import annotations

from flask_babel import gettext as _

from kernel.identity.issuer.password_rules import PasswordFault
from kernel.identity.issuer.settings import IssuerSettings, Limit


def warning() -> str:
    """The sentence that every log-in surface shows (notice of 2019, section 7)."""
    return str(_("请勿将用户名和密码等信息提供给非官方的第三方机构。"))


def wrong_password() -> str:
    return str(_("用户名或密码不正确。请核对后重新输入，注意区分大小写。"))


def paused(limit: Limit) -> str:
    minutes = int(limit.pause.total_seconds() // 60)
    return str(
        _(
            "连续输错次数过多，已暂停登录。请在 %(minutes)d 分钟后重试；忘记密码的，请联系本单位管理员办理重置。",
            minutes=minutes,
        )
    )


def wrong_code() -> str:
    return str(_("动态验证码不正确或已使用过。请等待验证器显示新的 6 位数字后再输入。"))


def wrong_recovery_code() -> str:
    return str(_("恢复码不正确或已使用过。请换一个未用过的恢复码。"))


def flow_over() -> str:
    return str(_("登录页面停留过久，或浏览器未保存登录状态。请返回业务页面重新登录。"))


def same_password() -> str:
    return str(_("新密码与原密码相同。请换一个新的密码。"))


def field_empty() -> str:
    return str(_("请填写用户名和密码。"))


def password_fault(fault: PasswordFault, settings: IssuerSettings) -> str:
    """What is wrong with a new password, and what to do."""
    sentences = {
        PasswordFault.SHORT: _("密码太短。请至少使用 %(least)d 个字符。", least=settings.password_min_length),
        PasswordFault.LONG: _("密码太长。请不要超过 128 个字符。"),
        PasswordFault.FEW_KINDS: _("密码过于简单。请包含大写字母、小写字母、数字、符号中的至少三类。"),
        PasswordFault.HAS_NAME: _("密码中不能包含用户名。请换一个。"),
        PasswordFault.COMMON: _("密码容易被猜中。请避免常见词语和重复字符。"),
        PasswordFault.DIFFERS: _("两次输入的密码不一致。请重新输入。"),
    }
    return str(sentences[fault])
