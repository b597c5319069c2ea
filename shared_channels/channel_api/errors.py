"""What a channel's program is answered. A signature that does not hold gets one answer, whatever is wrong with it."""

from __future__ import annotations

from kernel.errors import Conflict, Forbidden, NotSignedIn


class SignatureRefused(NotSignedIn):
    """Unknown or stopped program, wrong key, changed request, used nonce: one answer."""

    code = "channel.signature"
    message_zh = "请求签名无效，没有执行。"
    hint_zh = "请核对程序编号、密钥、签名原文和随机数；每个请求使用新的随机数。"


class ClockOff(NotSignedIn):
    """The time in the request lies too far from ours."""

    code = "channel.clock"
    message_zh = "请求时间与平台时间相差超过5分钟，没有执行。"
    hint_zh = "请校准服务器时间后重新签名。"


class ScopeMissing(Forbidden):
    """The program may not do that, or not for this centre."""

    code = "channel.scope"
    message_zh = "这个程序没有办理这件事的授权。"
    hint_zh = "需要增加授权的，请联系省级平台办理变更。"

    def __init__(self) -> None:
        super().__init__()


class LinkNeeded(Conflict):
    """The channel's user is not linked to an account yet."""

    code = "channel.link_needed"
    message_zh = "该用户还没有关联公积金服务账号。"
    hint_zh = "请先用注册时的手机号码接收验证码完成关联，只需要一次。"


class RegistrationNeeded(Conflict):
    """The number was proven and has no account. Told to nobody before."""

    code = "channel.registration_needed"
    message_zh = "这个手机号码还没有注册。"
    hint_zh = "请先在手机网页完成注册，之后各渠道无须重复注册。"


class CitizenKeyRefused(NotSignedIn):
    """The person's log-in ended, or was given to another program or for another centre."""

    code = "channel.citizen"
    message_zh = "用户登录已结束。"
    hint_zh = "请让用户重新进入。"


class ProvinceOnly(Conflict):
    """Programs are registered once for all, in the province."""

    code = "channel.province_only"
    message_zh = "渠道程序由省级平台统一登记。"
    hint_zh = "需要接入的渠道，请联系省级平台办理。"


class ProgramExists(Conflict):
    """A program with that code is registered."""

    code = "channel.program_exists"
    message_zh = "这个程序编号已经登记。"
    hint_zh = "请换一个编号；更换密钥的，请停用原程序后重新登记。"


class ProgramUnknown(Conflict):
    """No live program has that code."""

    code = "channel.program_unknown"
    message_zh = "没有登记这个程序，或者已经停用。"
    hint_zh = "请核对程序编号。"
