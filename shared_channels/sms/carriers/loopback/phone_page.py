"""The page 「演示手机」: what a phone of the demo shows, made for a hand of 390 pixels; no file outside this package."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from string import Template
from zoneinfo import ZoneInfo

from shared_channels.sms.carriers.loopback.inbox import Received

NONCE = "@nonce@"
_FRAME = Template((Path(__file__).parent / "phone.html").read_text("utf-8"))
_LOCAL = ZoneInfo("Asia/Shanghai")
_CODE = re.compile(r"(?<!\d)\d{4,8}(?!\d)")
_CODE_WORDS = ("验证码", "校验码", "动态码", "注册码")
_SIGNATURE = re.compile(r"^【([^】]{1,40})】")

MOODS = (
    ("恢复正常", '{"reset": true}'), ("应答慢两秒", '{"reset": true, "delay": 2000}'), ("丢失一成应答", '{"reset": true, "drop": 0.1}'),
    ("状态报告重复", '{"reset": true, "double": 0.5}'), ("拒收两成", '{"reset": true, "refuse": 0.2}'),
    ("每五十条断线", '{"reset": true, "die": 50}'),
)  # fmt: skip


def phone_list(newest: Sequence[Received], last: int) -> str:
    """All phones, the newest message first."""
    rows = "".join(_row(each) for each in newest)
    if not rows:
        rows = (
            '<li class="empty"><p class="big">还没有短信</p>'
            "<p>在掌上大厅输入手机号、点“获取验证码”，短信会在几秒内出现在这里。</p></li>"
        )
    moods = "".join(
        f'<button type="button" class="chip" data-mood="{escape(given)}">{words}</button>'
        for words, given in MOODS
    )
    body = (
        '<form class="find" method="get" action="/"><label class="hidden" for="phone">手机号</label>'
        '<input id="phone" name="phone" type="tel" inputmode="numeric" maxlength="13" placeholder="输入手机号查看" required>'
        "<button>查看</button></form>"
        f'<ul class="list">{rows}</ul>'
        f'<details class="moods"><summary>回环运营商的脾气</summary><div>{moods}</div><p id="said" role="status"></p></details>'
    )
    return _page("演示手机", "", body, last, "")


def phone_page(phone: str, messages: Sequence[Received], last: int) -> str:
    """One phone's messages, oldest first, as a conversation."""
    shown, day = [], ""
    for each in messages:
        at = datetime.fromisoformat(each.at).astimezone(_LOCAL)
        if f"{at:%m月%d日}" != day:
            day = f"{at:%m月%d日}"
            shown.append(f'<p class="day">{day}</p>')
        shown.append(_bubble(each, f"{at:%H:%M}"))
    if not shown:
        shown.append(
            '<div class="empty"><p class="big">这个号码还没有短信</p><p>收到后会自动显示。</p></div>'
        )
    other = next((each.other for each in reversed(messages) if not each.mine), "")
    reply = (
        f'<form class="reply" data-phone="{_text(phone)}" data-to="{_text(other)}"><label class="hidden" for="text">回复内容</label>'
        '<input id="text" name="text" maxlength="70" autocomplete="off" placeholder="回复短信，例如 R" required>'
        "<button>发送</button></form>"
        if other else ""
    )  # fmt: skip
    body = f'<main class="talk">{"".join(shown)}</main>{reply}'
    return _page(
        _grouped(phone), '<a class="back" href="/" aria-label="返回全部手机">‹</a>', body, last, phone
    )


def _row(each: Received) -> str:
    at = datetime.fromisoformat(each.at).astimezone(_LOCAL)
    return (
        f'<li><a href="/?phone={_text(each.phone)}"><span class="face" aria-hidden="true">{_text(each.phone[-2:])}</span>'
        f'<span class="what"><b>{_text(_grouped(each.phone))}</b><span class="peek">{_text(each.text)}</span></span>'
        f'<time>{at:%H:%M}</time></a></li>'
    )  # fmt: skip


def _bubble(each: Received, at: str) -> str:
    if each.mine:
        return f'<div class="mine"><p>{_text(each.text)}</p><small>{at}</small></div>'
    text, sender = each.text, each.other
    signed = _SIGNATURE.match(text)
    head = f'<b class="sign">【{_text(signed[1])}】</b>' if signed else ""
    text = text[signed.end() :] if signed else text
    parts = f"，{each.segments} 条计费" if each.segments > 1 else ""
    return (
        f'<article>{head}<p>{_with_code(text)}</p><small>{at}　来自 {_text(sender)}{parts}</small></article>'
    )  # fmt: skip


def _with_code(text: str) -> str:
    """The code in its own line of the eye: a tap copies it."""
    found = _CODE.search(text) if any(word in text for word in _CODE_WORDS) else None
    if found is None:
        return _text(text)
    button = (
        f'<button type="button" class="code" data-code="{found[0]}" title="点一下复制">{found[0]}</button>'
    )
    return f"{_text(text[: found.start()])}{button}{_text(text[found.end() :])}"


def _page(title: str, back: str, body: str, last: int, phone: str) -> str:
    return _FRAME.substitute(
        nonce=NONCE, title=_text(title), back=back, body=body, last=last, phone=_text(phone)
    )


def _grouped(phone: str) -> str:
    return f"{phone[:3]} {phone[3:7]} {phone[7:]}" if len(phone) == 11 else phone


def _text(text: str) -> str:
    return escape(text).replace("@", "&#64;")
