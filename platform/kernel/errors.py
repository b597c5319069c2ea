"""Errors that people meet: each knows its HTTP status, a stable code, what happened and what to do now.

A room names its own errors by subclassing one of these (`class CaseClosed(Conflict)`) and setting `code`,
`message_zh` and `hint_zh` on the class, or raises one with words: `Conflict("cases.closed", "本件已办结", "…")`.
Messages are gettext keys and never hold personal data: they are shown, logged and stored.
Not for programming mistakes: those stay ordinary exceptions and become a plain 500.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from kernel.permissions import Permission


class DomainError(Exception):
    """Base: `status` is an HTTP status, `code` a stable dotted word, `message_zh` what happened, `hint_zh` what to do."""

    status: int = 400
    code: str = "request.refused"
    message_zh: str = "这一步没有完成。"
    hint_zh: str = "请核对后重试；仍不能完成的，请把页面底部的请求编号告诉管理员。"

    def __init__(
        self,
        status: int | None = None,
        code: str | None = None,
        message_zh: str | None = None,
        hint_zh: str | None = None,
    ) -> None:
        self.status = self.status if status is None else status
        self.code = self.code if code is None else code
        self.message_zh = self.message_zh if message_zh is None else message_zh
        self.hint_zh = self.hint_zh if hint_zh is None else hint_zh
        super().__init__(self.code)

    @property
    def headers(self) -> dict[str, str]:
        """Headers that belong to the answer, such as Retry-After."""
        return {}

    @property
    def extensions(self) -> dict[str, Any]:
        """Members added to the problem document (RFC 9457 §3.2)."""
        return {}


class _Fixed(DomainError):
    """A kind with a fixed status: constructed from code, message and hint only."""

    fixed_status: ClassVar[int]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if hasattr(cls, "fixed_status"):
            cls.status = cls.fixed_status

    def __init__(
        self, code: str | None = None, message_zh: str | None = None, hint_zh: str | None = None
    ) -> None:
        super().__init__(None, code, message_zh, hint_zh)


class NotSignedIn(_Fixed):
    """401: nobody is signed in, or the session has ended."""

    fixed_status = 401
    code = "identity.not_signed_in"
    message_zh = "您还没有登录，或登录已过期。"
    hint_zh = "请重新登录，登录后会回到这一页；已经填写的内容会保留。"


class Forbidden(_Fixed):
    """403: a permission is missing. Decided before any look-up, so it says nothing about the object.

    `needs` is the missing permission, `ask_zh` says whom to ask ("本中心管理员").
    """

    fixed_status = 403
    code = "permission.missing"
    message_zh = "您没有办理这件事的权限。"
    hint_zh = "需要办理的，请向本单位管理员申请。"

    def __init__(
        self,
        needs: Permission | None = None,
        ask_zh: str = "",
        *,
        code: str | None = None,
        message_zh: str | None = None,
        hint_zh: str | None = None,
    ) -> None:
        super().__init__(code, message_zh, hint_zh)
        self.needs = needs
        self.ask_zh = ask_zh

    @property
    def extensions(self) -> dict[str, Any]:
        return {"needs": str(self.needs)} if self.needs is not None else {}


class NotFound(_Fixed):
    """404: absent or of another tenant; both look the same on purpose (R9)."""

    fixed_status = 404
    code = "not_found"
    message_zh = "没有找到这项内容。"
    hint_zh = "它可能已被移走，或不属于您所在的机构。请返回列表重新查找。"


class Conflict(_Fixed):
    """409: the state of the object does not allow the act, or someone else was first."""

    fixed_status = 409
    code = "conflict"
    message_zh = "内容刚刚被他人更新，您的修改没有保存。"
    hint_zh = "请刷新页面，核对最新内容后再提交。"


class Invalid(_Fixed):
    """422: what was filled in is not right. `fields` maps a field's name to its messages (Chinese, no values)."""

    fixed_status = 422
    code = "invalid"
    message_zh = "有内容需要修改。"
    hint_zh = "请按提示修改后再提交，已填写的内容已经保留。"

    def __init__(
        self,
        fields: Mapping[str, list[str] | str] | None = None,
        *,
        code: str | None = None,
        message_zh: str | None = None,
        hint_zh: str | None = None,
    ) -> None:
        super().__init__(code, message_zh, hint_zh)
        self.fields = {
            name: [text] if isinstance(text, str) else list(text) for name, text in (fields or {}).items()
        }

    @property
    def extensions(self) -> dict[str, Any]:
        return {"errors": [{"field": name, "messages": texts} for name, texts in self.fields.items()]}


class TooMany(_Fixed):
    """429: a limit is reached. `retry_after` is in seconds."""

    fixed_status = 429
    code = "too_many"
    message_zh = "操作过于频繁。"
    hint_zh = "请稍候再试。"

    def __init__(
        self,
        retry_after: int = 60,
        *,
        code: str | None = None,
        message_zh: str | None = None,
        hint_zh: str | None = None,
    ) -> None:
        super().__init__(code, message_zh, hint_zh)
        self.retry_after = retry_after

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.retry_after)}


class Unavailable(_Fixed):
    """503: busy or a system behind is out of reach; nothing was changed. `retry_after` is in seconds."""

    fixed_status = 503
    code = "unavailable"
    message_zh = "服务暂时繁忙，这次操作没有生效。"
    hint_zh = "请稍候再试，不需要重复提交。"

    def __init__(
        self,
        retry_after: int = 5,
        *,
        code: str | None = None,
        message_zh: str | None = None,
        hint_zh: str | None = None,
    ) -> None:
        super().__init__(code, message_zh, hint_zh)
        self.retry_after = retry_after

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.retry_after)}
