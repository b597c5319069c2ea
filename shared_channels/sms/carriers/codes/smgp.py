"""SMGP 3.0: one table of statuses for log-in and submit answers."""

from __future__ import annotations

from shared_channels.sms.carriers.codes.words import Word
from shared_channels.sms.carriers.ports import Category as C

STATUS = {
    0: Word("网关已接收", None),
    1: Word("网关系统忙", C.THROTTLED),
    2: Word("超过最大连接数", C.GATEWAY),
    3: Word("认证未通过，请核对账号和口令", C.ACCOUNT),
    10: Word("消息结构有误", C.FORMAT),
    11: Word("命令字有误", C.FORMAT),
    12: Word("序列号重复", C.FORMAT),
    20: Word("本机地址未报备", C.ACCOUNT),
    21: Word("认证未通过，请核对账号和口令", C.ACCOUNT),
    22: Word("网关不支持所用的协议版本", C.ACCOUNT),
    30: Word("消息类型有误", C.FORMAT),
    31: Word("优先级有误", C.FORMAT),
    32: Word("资费类型有误", C.ACCOUNT),
    33: Word("资费代码有误", C.ACCOUNT),
    34: Word("短消息格式有误", C.FORMAT),
    35: Word("时间格式有误", C.FORMAT),
    36: Word("短消息长度有误", C.CONTENT),
    37: Word("有效期已过", C.EXPIRED),
    38: Word("查询类别有误", C.FORMAT),
    39: Word("路由有误", C.ROUTE),
    40: Word("包月费或封顶费有误", C.ACCOUNT),
    43: Word("服务代码有误", C.ACCOUNT),
    44: Word("有效期有误", C.FORMAT),
    45: Word("定时发送时间有误", C.FORMAT),
    46: Word("发送号码有误", C.ACCOUNT),
    47: Word("接收号码有误", C.NUMBER),
    48: Word("计费号码有误", C.ACCOUNT),
    49: Word("企业代码有误", C.ACCOUNT),
    58: Word("没有匹配的路由", C.ROUTE),
    59: Word("企业类型有误", C.ACCOUNT),
    75: Word("超过当日限额", C.QUOTA),
}

THROTTLE = frozenset({1})
