"""What a person meets on the way in, in plain words. None of them tells whether a number is registered."""

from __future__ import annotations

from kernel.errors import Conflict, Forbidden, Invalid, NotSignedIn, TooMany


class SignInNeeded(NotSignedIn):
    """Nobody is signed in on this phone, or the log-in ended."""

    code = "accounts.sign_in"
    message_zh = "请先登录。"
    hint_zh = "登录后会回到这一页。超过30分钟没有操作，或者在别处退出了全部登录，也需要重新登录。"


class NotBound(Forbidden):
    """Signed in, but not bound to this centre. Carries no `needs`: no permission would help."""

    code = "accounts.not_bound"
    message_zh = "您还没有绑定本中心的公积金账户。"
    hint_zh = "请先核对姓名和身份证号码完成绑定，再办理业务。"

    def __init__(self) -> None:
        super().__init__()


class StepUpNeeded(Forbidden):
    """The act asks for a higher level of proof than this log-in has."""

    code = "accounts.step_up"
    message_zh = "办理这项业务需要进一步核验身份。"
    hint_zh = "请按提示完成核验；可以选择刷脸、网号网证，或者到服务网点当面核验。"

    def __init__(self, level: int) -> None:
        super().__init__()
        self.level = level

    @property
    def extensions(self) -> dict[str, object]:
        return {"level": self.level}


class CodeRefused(Invalid):
    """The code is wrong, used, expired, tried too often, or belongs to another page: one answer for all."""

    code = "accounts.code"
    message_zh = "验证码不正确或已失效。"
    hint_zh = "请核对短信中最新的6位数字；连续输错5次或超过5分钟的，请重新获取验证码。"

    def __init__(self) -> None:
        super().__init__({"code": ["验证码不正确或已失效，请核对后重新填写，或者重新获取。"]})


class AccountLocked(Conflict):
    """Told only to whoever proved the number."""

    code = "accounts.locked"
    message_zh = "这个账号已停用，暂时不能登录。"
    hint_zh = "请拨打12329核实情况，或者带身份证到服务网点办理。"


class AskedTooSoon(TooMany):
    """A code was sent to that number a moment ago."""

    code = "accounts.too_soon"
    message_zh = "验证码刚刚发送过。"
    hint_zh = "请查看手机短信；没有收到的，请过1分钟再获取。"


class AskedTooOften(TooMany):
    """The day's limit of codes to one number, or of one address, is reached."""

    code = "accounts.too_often"
    message_zh = "获取验证码的次数已达上限。"
    hint_zh = "请明天再试；着急办理的，请拨打12329或者带身份证到服务网点。"


class TriedTooOften(TooMany):
    """The day's limit of proofs of identity is reached."""

    code = "accounts.tried_too_often"
    message_zh = "今天核验身份的次数已达上限。"
    hint_zh = "请明天再试，或者带身份证到服务网点办理。"


class NotTheSame(Invalid):
    """Name, number or card do not fit together: which of them is not told."""

    code = "accounts.identity"
    message_zh = "没有核对上您的身份信息。"
    hint_zh = (
        "请核对姓名、身份证号码和银行卡号是否与在公积金中心登记的一致。仍不一致的，请带身份证到服务网点更正。"
    )


class PersonElsewhere(Conflict):
    """The depositor is bound to another account."""

    code = "accounts.bound_elsewhere"
    message_zh = "这个公积金账户已经绑定了另一个手机号码。"
    hint_zh = "原手机仍在使用的，请先在原手机上解除绑定；已经停用的，请带身份证到服务网点更换。"


class BoundAlready(Conflict):
    """This account is bound to a depositor here already."""

    code = "accounts.bound_already"
    message_zh = "您已经绑定了本中心的公积金账户。"
    hint_zh = "无须重复绑定。需要更换的，请先解除现在的绑定。"


class NoCoreSystem(Conflict):
    """Nothing to ask: the centre's core system is not connected."""

    code = "accounts.no_core_system"
    message_zh = "本中心未接入核心系统，暂时不能在线核对身份。"
    hint_zh = "请带身份证到服务网点，由工作人员为您办理绑定。"


class MeansMissing(Conflict):
    """This way of proving the real person is not connected here."""

    code = "accounts.means_missing"
    message_zh = "这种核验方式暂未接入。"
    hint_zh = "请选择其他方式，或者带身份证到服务网点当面核验。"


class CounterCodeRefused(Invalid):
    """The code that was shown at the counter is unknown, used or expired."""

    code = "accounts.counter_code"
    message_zh = "柜台核验码不正确或已失效。"
    hint_zh = "请让申请人在手机上重新生成核验码，10分钟内有效。"

    def __init__(self) -> None:
        super().__init__({"code": ["柜台核验码不正确或已失效，请让申请人重新生成。"]})
