"""What a template must keep to before it is proposed: rules of the carriers (domain part 7), and a hint for words they dislike."""

from __future__ import annotations

import re
from collections.abc import Mapping

from shared_channels.sms.message_templates.policy.composing import ENDING, worst_case
from shared_channels.sms.message_templates.policy.content import (
    CATEGORY_ZH,
    MAX_CODE_LENGTH,
    PLACE,
    TemplateContent,
    Variable,
    VariableType,
)
from shared_channels.sms.signatures.policy import Signature

MAX_TEXT = 500
"""Characters of the longest finished text; carriers refuse more."""
CODE = re.compile(r"[a-z][a-z0-9_]{1,29}(\.[a-z][a-z0-9_]{1,29}){1,2}")
PLATFORM_CODES = frozenset({"code.register", "code.login", "code.step_up", "code.bind_channel"})
"""Codes that the platform's own log-in sends: their text may change, they are never withdrawn."""
_KEY = re.compile(r"[a-z][a-z0-9_]{0,29}")
_CODE_WORDS = ("验证码", "校验码", "注册码", "动态码")
_NO_SYMBOLS = re.compile(r"[【】¥￥★☆●◆■\x00-\x1f\x7f\ud800-\udfff\U00010000-\U0010ffff]")
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)

SENSITIVE: Mapping[str, tuple[str, ...]] = {
    "商业短信通道通常拒发，只能走 12329 专用通道": ("贷款", "催收", "催款", "还款", "逾期", "征信"),
    "容易被运营商拦截，请换一种说法": ("中奖", "免费", "发票", "返现", "点击", "加微信", "扫码领取", "限时"),
    "不得在短信中索要": ("密码", "银行卡号", "身份证号"),
}
"""The platform's own list of words; a hint for the editor, never a refusal."""


def sensitive_words(body: str) -> list[tuple[str, str]]:
    """Words that carriers or people take badly, each with why."""
    return [(word, why) for why, words in SENSITIVE.items() for word in words if word in body]


def faults(content: TemplateContent, signature: Signature) -> dict[str, list[str]]:
    """What is wrong, by field; empty when the template may be proposed."""
    wrong: dict[str, list[str]] = {}
    if not content.name_zh.strip() or len(content.name_zh) > 40:
        wrong["name_zh"] = ["请填写名称，不超过 40 个字。"]
    if content.category not in CATEGORY_ZH:
        return {**wrong, "category": ["请选择短信种类。"]}
    if content.never_stopped and content.category not in ("OTP", "NOTICE"):
        wrong["never_stopped"] = ["只有身份验证和业务通知可以不因额度停发。"]
    variables = _variable_faults(content)
    if variables:
        wrong["variables"] = variables
    body = _body_faults(content, signature)
    if body:
        wrong["body_zh"] = body
    return wrong


def _body_faults(content: TemplateContent, signature: Signature) -> list[str]:
    body = content.body_zh
    if not body.strip():
        return ["请填写正文。"]
    found = []
    if "【" in body or "】" in body:
        found.append("正文中不要写【】，签名由系统加在最前面。")
    elif _NO_SYMBOLS.search(body):
        found.append("正文中不要使用特殊符号、表情或者换行。")
    if "{" in PLACE.sub("", body) or "}" in PLACE.sub("", body):
        found.append("变量的写法不完整，应为大括号中的中文名称。")
    if re.search(r"\}\s*\{", body):
        found.append("两个变量之间要有文字，不能紧挨着。")
    if _LINK.search(body):
        found.append("正文中不要写网址。")
    if content.category == "OTP":
        found += _code_faults(content)
    elif any(v.type == VariableType.CODE for v in content.variables):
        found.append("验证码只能用在身份验证类短信中。")
    if not found and not _unknown(content):
        found += _length_faults(content, signature)
    return found


def _code_faults(content: TemplateContent) -> list[str]:
    found = []
    if not any(word in content.body_zh for word in _CODE_WORDS):
        found.append("身份验证类短信的正文要写明“验证码”。")
    if len(PLACE.findall(content.body_zh)) != 1 or [v.type for v in content.variables] != [VariableType.CODE]:
        found.append("身份验证类短信有且只有一个变量，类型为验证码。")
    if ENDING["POLICY"] in content.body_zh or "退订" in content.body_zh:
        found.append("身份验证类短信不要写退订内容。")
    return found


def _length_faults(content: TemplateContent, signature: Signature) -> list[str]:
    longest = len(worst_case(content.category, content.body_zh, signature, content.variables))
    return [f"加上签名最长会有 {longest} 个字，不能超过 {MAX_TEXT} 个字。"] if longest > MAX_TEXT else []


def _unknown(content: TemplateContent) -> set[str]:
    return set(content.keys) ^ {v.key for v in content.variables}


def _variable_faults(content: TemplateContent) -> list[str]:
    found = []
    keys = [v.key for v in content.variables]
    if len(keys) != len(set(keys)):
        found.append("变量的代码不能重复。")
    if missing := sorted(set(content.keys) - set(keys)):
        found.append(f"正文中的变量还没有说明：{'、'.join(missing)}。")
    if spare := sorted(set(keys) - set(content.keys)):
        found.append(f"正文中没有用到：{'、'.join(spare)}。")
    for variable in content.variables:
        found += _one_fault(variable)
    return found


def _one_fault(variable: Variable) -> list[str]:
    if not _KEY.fullmatch(variable.key):
        return ["变量的代码应为小写字母开头的字母、数字和下划线。"]
    if not variable.name_zh.strip() or len(variable.name_zh) > 20:
        return ["请填写变量的名称，不超过 20 个字。"]
    most = MAX_CODE_LENGTH if variable.type == VariableType.CODE else 200
    if not 1 <= variable.max_length <= most:
        return [f"变量“{variable.name_zh}”的最大长度应为 1 至 {most}。"]
    return []
