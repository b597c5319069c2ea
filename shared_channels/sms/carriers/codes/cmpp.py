"""CMPP 2.0 and 3.0: CONNECT_RESP status and SUBMIT_RESP result."""

from __future__ import annotations

from shared_channels.sms.carriers.codes.words import Word
from shared_channels.sms.carriers.ports import Category as C

CONNECT = {
    0: Word("登录成功", None),
    1: Word("网关认为登录消息结构有误", C.FORMAT),
    2: Word("网关不认这个源地址（账号或本机地址未报备）", C.ACCOUNT),
    3: Word("认证未通过，请核对账号和口令", C.ACCOUNT),
    4: Word("网关不支持所用的协议版本", C.ACCOUNT),
    5: Word("网关返回其他登录错误", C.ACCOUNT),
}

SUBMIT = {
    0: Word("网关已接收", None),
    1: Word("消息结构有误", C.FORMAT),
    2: Word("命令字有误", C.FORMAT),
    3: Word("消息序号重复", C.FORMAT),
    4: Word("消息长度有误", C.FORMAT),
    5: Word("资费代码有误", C.ACCOUNT),
    6: Word("超过最大信息长度", C.CONTENT),
    7: Word("业务代码有误", C.ACCOUNT),
    8: Word("超过流量限制", C.THROTTLED),
    9: Word("本网关不负责这个号码", C.ROUTE),
    10: Word("接入号（Src_Id）有误", C.ACCOUNT),
    11: Word("企业代码（Msg_src）有误", C.ACCOUNT),
    12: Word("计费号码有误", C.ACCOUNT),
    13: Word("接收号码有误", C.NUMBER),
    55: Word("等待状态报告超时", C.GATEWAY),
    69: Word("号码在黑名单中", C.BLACKLIST),
}

DELIVER_OK = 0
DELIVER_UNREADABLE = 1
THROTTLE = frozenset({8})
