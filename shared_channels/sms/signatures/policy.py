"""Which signature a tenant's messages carry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from shared_channels.sms.signatures.models import Carrier, FilingState, SignatureStyle

DEFAULT_ZH = "住房公积金"
"""The province's signature until it has published one (the style of 【住房公积金】…<市名>)."""
ACCESS_NUMBER = "12329"
STYLE_ZH: Mapping[str, str] = {
    SignatureStyle.PER_TENANT: "本机构签名",
    SignatureStyle.PROVINCIAL_WITH_SUFFIX: "省级签名，文末注明城市",
}
FILING_ZH: Mapping[str, str] = {
    FilingState.PREPARING: "准备材料",
    FilingState.SUBMITTED: "已提交",
    FilingState.APPROVED: "已通过",
    FilingState.REFUSED: "被退回",
}
CARRIER_ZH: Mapping[str, str] = {
    Carrier.MOBILE: "中国移动",
    Carrier.UNICOM: "中国联通",
    Carrier.TELECOM: "中国电信",
}
_TEXT = re.compile(r"[\u4e00-\u9fffA-Za-z0-9·]{2,20}")


@dataclass(frozen=True)
class Signature:
    """What stands before and behind a text: 【text】 … <suffix>. Without brackets here."""

    text_zh: str
    suffix_zh: str = ""

    @property
    def shown(self) -> str:
        """As people see it around a text."""
        return f"【{self.text_zh}】……" + (f"<{self.suffix_zh}>" if self.suffix_zh else "")


def effective(
    style: str | None, own_zh: str, suffix_zh: str, province_zh: str, is_province: bool, short_name_zh: str
) -> Signature:
    """The signature in force. Without one of its own a tenant uses the province's, with its short name as suffix."""
    if is_province:
        return Signature(own_zh or province_zh or DEFAULT_ZH)
    if style == SignatureStyle.PER_TENANT and own_zh:
        return Signature(own_zh)
    return Signature(province_zh or DEFAULT_ZH, suffix_zh or short_name_zh)


def faults(style: str, text_zh: str, suffix_zh: str, is_province: bool) -> dict[str, list[str]]:
    """What is wrong with a proposed signature, by field."""
    wrong: dict[str, list[str]] = {}
    if style not in STYLE_ZH or (is_province and style != SignatureStyle.PER_TENANT):
        return {"style": ["请选择签名方式。"]}
    if style == SignatureStyle.PER_TENANT and not _TEXT.fullmatch(text_zh):
        wrong["text_zh"] = ["签名为 2 至 20 个汉字、字母或数字，不带括号。"]
    if style == SignatureStyle.PROVINCIAL_WITH_SUFFIX and not _TEXT.fullmatch(suffix_zh):
        wrong["suffix_zh"] = ["城市名为 2 至 20 个汉字、字母或数字。"]
    return wrong
