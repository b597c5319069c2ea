"""What people read when the core system does not answer."""

from __future__ import annotations

from kernel.errors import NotFound, Unavailable


class CoreUnavailable(Unavailable):
    """The core system did not answer, or not in a way that can be trusted. `kind`: timeout, down, wrong, open (breaker)."""

    code = "core.unavailable"
    message_zh = "核心系统暂时不能应答，没有查到结果。"
    hint_zh = "您的业务和资金不受影响，请稍后再试；着急的，请拨打12329或到柜台办理。"

    def __init__(self, kind: str = "down", retry_after: int = 30) -> None:
        super().__init__(retry_after)
        self.kind = kind


class PersonUnknown(NotFound):
    """The core system keeps no account of that reference."""

    code = "core.person_unknown"
    message_zh = "没有查到您在本中心的缴存账户。"
    hint_zh = "请核对姓名和身份证件号码；在其他城市缴存的，请选择缴存地中心。"
