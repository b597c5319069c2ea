"""Words for HTTP statuses that frameworks raise: what happened and what to do, in Chinese."""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    code: str
    message_zh: str
    hint_zh: str


WORDS: dict[int, Words] = {
    400: Words("request.malformed", "请求内容不完整或格式不对。", "请返回上一页刷新后重试。"),
    401: Words("identity.not_signed_in", "您还没有登录，或登录已过期。", "请重新登录，已填写的内容会保留。"),
    403: Words("permission.missing", "您没有办理这件事的权限。", "需要办理的，请向本单位管理员申请。"),
    404: Words("not_found", "没有找到这个页面。", "网址可能写错了，或内容已被移走。请从首页重新进入。"),
    405: Words("request.method", "这个网址不支持这种操作。", "请返回上一页，从页面上的按钮重新操作。"),
    406: Words("request.accept", "无法按要求的格式提供内容。", "请改用支持的格式。"),
    409: Words("conflict", "内容刚刚被他人更新，您的修改没有保存。", "请刷新页面，核对最新内容后再提交。"),
    410: Words("gone", "这项内容已经移除。", "请返回列表查看现有内容。"),
    412: Words("precondition.failed", "内容刚刚被他人更新，您的修改没有保存。", "请取回最新内容后再提交。"),
    413: Words("request.too_large", "提交的内容太大。", "请压缩文件或分次提交。"),
    414: Words("request.uri_too_long", "网址太长。", "请减少筛选条件后重试。"),
    415: Words("request.media_type", "不支持这种格式的内容。", "请按接口说明设置内容格式。"),
    422: Words("invalid", "有内容需要修改。", "请按提示修改后再提交，已填写的内容已经保留。"),
    428: Words(
        "precondition.required", "缺少版本信息，修改没有保存。", "请先取回最新内容，再带上版本信息提交。"
    ),
    429: Words("too_many", "操作过于频繁。", "请稍候再试。"),
    500: Words(
        "internal",
        "系统出错，这次操作没有完成。",
        "我们已记录这个问题。请稍后再试；仍不能办理的，请把请求编号告诉管理员。",
    ),
    503: Words("unavailable", "服务暂时繁忙，这次操作没有生效。", "请稍候再试，不需要重复提交。"),
}

TITLES: dict[int, str] = {
    401: "请先登录",
    403: "没有权限",
    404: "没有找到",
    409: "内容有变化",
    413: "内容太大",
    422: "需要修改",
    429: "请稍候",
    500: "系统出错",
    503: "服务繁忙",
}


def words(status: int) -> Words:
    """Words for `status`; an unlisted one borrows those of its class."""
    return WORDS.get(status) or WORDS[500 if status >= 500 else 400]


def title(status: int) -> str:
    """The heading of an error page."""
    return TITLES.get(status, TITLES[500] if status >= 500 else "操作没有完成")
