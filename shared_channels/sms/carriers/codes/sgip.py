"""SGIP 1.2: one table of results for every answer, and the error codes of a REPORT."""

from __future__ import annotations

from shared_channels.sms.carriers.codes.words import Word
from shared_channels.sms.carriers.ports import Category as C

RESULT = {
    0: Word("网关已接收", None),
    1: Word("登录名或口令不符，请核对账号和口令", C.ACCOUNT),
    2: Word("重复登录", C.ACCOUNT),
    3: Word("连接过多", C.GATEWAY),
    4: Word("登录类型有误", C.ACCOUNT),
    5: Word("参数格式有误", C.FORMAT),
    6: Word("手机号码有误（需带 86 前缀）", C.NUMBER),
    7: Word("消息标识有误", C.FORMAT),
    8: Word("信息长度有误", C.CONTENT),
    9: Word("序列号有误", C.FORMAT),
    10: Word("操作不被允许", C.ACCOUNT),
    11: Word("网关节点忙", C.THROTTLED),
    21: Word("目的地址不可达", C.ROUTE),
    22: Word("路由有误", C.ROUTE),
    23: Word("路由不存在", C.ROUTE),
    24: Word("计费号码无效", C.ACCOUNT),
    25: Word("用户不能通信（未开机或不在服务区）", C.PHONE),
    26: Word("手机存储已满", C.PHONE),
    27: Word("手机不支持短消息", C.NUMBER),
    28: Word("手机接收短消息出错", C.PHONE),
    29: Word("号码不存在", C.NUMBER),
    30: Word("不提供此项功能", C.ACCOUNT),
    31: Word("设备有误", C.NUMBER),
    32: Word("网关系统故障", C.GATEWAY),
    33: Word("短信中心队列已满", C.GATEWAY),
    88: Word("超过流量限制", C.THROTTLED),
}

THROTTLE = frozenset({11, 88})
