"""The fixed vocabularies of the catalogue and their Chinese words (domain part (c), sections 5.3 and 6)."""

from __future__ import annotations

import re
from collections.abc import Mapping

CHANNELS: dict[str, str] = {
    "counter": "柜面",
    "portal": "门户网站",
    "hall": "网上业务大厅",
    "kiosk": "自助终端",
    "hotline": "12329热线",
    "sms": "12329短信",
    "app": "手机客户端",
    "wechat": "官方微信",
    "gov_app": "政务服务平台",
    "mini_app": "小程序",
    "weibo": "官方微博",
    "alipay": "支付宝",
}
"""Code → word of every channel, in the order of the 导则."""

PHONE_CHANNELS = frozenset({"wechat", "app", "hall"})
"""An item is open on the phone pages when one of these offers it."""

LEVELS: dict[str, str] = {
    "C": "当面核验",
    "L0": "无须登录",
    "L1": "手机号验证",
    "L2": "实名认证",
    "L3": "实人认证",
    "U1": "单位登录",
    "U2": "单位数字证书",
}
"""Minimum level of identity proof, code → word."""

PERSON_LEVELS = ("L0", "L1", "L2", "L3", "C")
ORGANISATION_LEVELS = ("L0", "L1", "U1", "U2", "C")

AUDIENCES: dict[str, str] = {
    "person": "缴存职工",
    "employer": "缴存单位",
    "developer": "开发企业",
    "centre": "中心内部",
}
PUBLIC_AUDIENCES = ("person", "employer", "developer")

SERVICE_CLASSES = ("信息查询", "信息发布", "互动交流", "业务办理")
"""The four classes of the 导则."""

BUSINESS_KINDS = ("查询", "缴存", "提取", "贷款", "服务", "其他")
ONLINE_DEPTHS: dict[str, str] = {
    "咨询": "网上咨询，窗口办理",
    "受理": "网上受理",
    "预审": "网上预审，当面办结",
    "全程网办": "全程网办",
}

LIMIT_KINDS: dict[str, str] = {"statutory": "法定时限", "committed": "承诺时限"}
LIMIT_UNITS: dict[str, str] = {"instant": "即时办结", "working_day": "个工作日", "calendar_day": "日"}

MATERIAL_SOURCES: dict[str, str] = {
    "own_data": "本中心数据，免提交",
    "shared_data": "部门数据核验，免提交",
    "upload": "申请人上传",
    "counter": "柜面提交原件",
}
MATERIAL_NEEDS: dict[str, str] = {"y": "必需", "conditional": "按情形", "n": "可选"}

FIELD_TYPES: dict[str, str] = {
    "text": "文字",
    "long_text": "多行文字",
    "money": "金额（元）",
    "whole": "整数",
    "date": "日期",
    "choice": "单选",
    "yes_no": "是或否",
}

DEFAULT_NOTE = "平台默认值，可修改"
"""Shown beside whatever comes from the template and was not confirmed by the centre."""

_HINT = re.compile(
    r"（(本平台默认|启用前请核对条例原文)）|，?启用前请核对条例原文|^本平台默认，?|；[^；]*前由中心确认[^；]*"
)


def without_hints(text: str) -> str:
    """A default text as people outside read it: without what it tells the centre to check before use."""
    return _HINT.sub("", text).strip("；，")


def vocabulary() -> dict[str, Mapping[str, str]]:
    """The words that templates of items use, under the names they use."""
    return {
        "audiences": AUDIENCES,
        "channel_words": CHANNELS,
        "levels": LEVELS,
        "limit_kinds": LIMIT_KINDS,
        "needs": MATERIAL_NEEDS,
        "sources": MATERIAL_SOURCES,
        "depths": ONLINE_DEPTHS,
        "field_types": FIELD_TYPES,
    }
