"""State words of reports: the common seven, and what is known of the carriers' own codes."""

from __future__ import annotations

from typing import NamedTuple

from shared_channels.sms.carriers.codes import sgip
from shared_channels.sms.carriers.codes.words import look_up
from shared_channels.sms.carriers.ports import Category as C
from shared_channels.sms.carriers.ports import ReportState as S


class Fate(NamedTuple):
    """What a report's state word means."""

    state: S
    words: str
    category: C | None


STATES = {
    "DELIVRD": Fate(S.DELIVERED, "已送达", None),
    "EXPIRED": Fate(S.EXPIRED, "在有效期内未能送达", C.EXPIRED),
    "DELETED": Fate(S.DELETED, "已被删除", C.GATEWAY),
    "UNDELIV": Fate(S.FAILED, "未能送达", C.PHONE),
    "ACCEPTD": Fate(S.ACCEPTED, "已被代收，是否送达未知", None),
    "UNKNOWN": Fate(S.UNKNOWN, "状态未知", None),
    "REJECTD": Fate(S.REJECTED, "被拒绝", C.OTHER),
    "ENROUTE": Fate(S.ENROUTE, "正在投递", None),
    "SCHEDUL": Fate(S.ENROUTE, "等待投递", None),
    "MK:0012": Fate(S.FAILED, "手机关机或不在服务区", C.PHONE),
    "MK:0017": Fate(S.FAILED, "号码有问题", C.NUMBER),
    "MK:0036": Fate(S.FAILED, "号码有问题", C.NUMBER),
    "NE:0106": Fate(S.FAILED, "号码已携出到其他运营商", C.ROUTE),
    "CR:0201": Fate(S.FAILED, "号码在黑名单中", C.BLACKLIST),
}

# By the first two letters, where no whole code is known.
FAMILIES = {
    "MA": Fate(S.FAILED, "短信中心返回失败（{code}）", C.GATEWAY),
    "MB": Fate(S.FAILED, "短信中心返回失败（{code}）", C.GATEWAY),
    "MC": Fate(S.FAILED, "短信中心未返回结果（{code}）", C.GATEWAY),
    "MH": Fate(S.FAILED, "号码归属查询失败（{code}）", C.NUMBER),
    "MI": Fate(S.FAILED, "手机暂时收不到（{code}）", C.PHONE),
    "MK": Fate(S.FAILED, "手机收不到（{code}）", C.PHONE),
    "MN": Fate(S.FAILED, "手机暂时收不到（{code}）", C.PHONE),
    "CA": Fate(S.FAILED, "网关之间转发失败（{code}）", C.GATEWAY),
    "CB": Fate(S.FAILED, "网关之间转发失败（{code}）", C.GATEWAY),
    "DA": Fate(S.FAILED, "网关之间转发失败（{code}）", C.GATEWAY),
    "DB": Fate(S.FAILED, "网关鉴权未通过（{code}）", C.ACCOUNT),
    "IA": Fate(S.FAILED, "网关返回失败（{code}）", C.GATEWAY),
    "IB": Fate(S.FAILED, "网关返回失败（{code}）", C.GATEWAY),
    "ID": Fate(S.FAILED, "网关鉴权未通过（{code}）", C.ACCOUNT),
}

# message_state of SMPP, TLV 0x0427.
BY_NUMBER = {
    0: "SCHEDUL", 1: "ENROUTE", 2: "DELIVRD", 3: "EXPIRED", 4: "DELETED",
    5: "UNDELIV", 6: "ACCEPTD", 7: "UNKNOWN", 8: "REJECTD",
}  # fmt: skip


def fate(code: str) -> Fate:
    """Meaning of a state word; one that nobody knows is a failure told as it is (success is only DELIVRD)."""
    known = STATES.get(code)
    if known is not None:
        return known
    if not code:
        return STATES["UNKNOWN"]
    family = FAMILIES.get(code[:2])
    if family is not None:
        return family._replace(words=family.words.format(code=code))
    return Fate(S.FAILED, f"运营商返回失败代码 {code}", C.OTHER)


def sgip_fate(state: int, error: int) -> Fate:
    """Meaning of State and ErrorCode of an SGIP report."""
    if state == 0:
        return STATES["DELIVRD"]
    if state == 1:
        return STATES["ENROUTE"]
    word = look_up(sgip.RESULT, error)
    return Fate(S.FAILED, word.words if error else "未能送达", word.category or C.PHONE)
