"""SMPP 3.4: command_status."""

from __future__ import annotations

from shared_channels.sms.carriers.codes.words import Word
from shared_channels.sms.carriers.ports import Category as C

STATUS = {
    0x00: Word("网关已接收", None),
    0x01: Word("消息长度有误", C.CONTENT),
    0x02: Word("命令长度有误", C.FORMAT),
    0x03: Word("命令字有误", C.FORMAT),
    0x04: Word("当前登录方式不允许此操作", C.ACCOUNT),
    0x05: Word("重复登录", C.ACCOUNT),
    0x06: Word("优先级有误", C.FORMAT),
    0x08: Word("网关系统错误", C.GATEWAY),
    0x0A: Word("接入号有误", C.ACCOUNT),
    0x0B: Word("接收号码有误", C.NUMBER),
    0x0C: Word("消息标识有误", C.FORMAT),
    0x0D: Word("登录未通过，请核对账号和口令", C.ACCOUNT),
    0x0E: Word("口令有误，请核对账号和口令", C.ACCOUNT),
    0x0F: Word("账号有误，请核对账号和口令", C.ACCOUNT),
    0x11: Word("取消短消息未成功", C.OTHER),
    0x13: Word("替换短消息未成功", C.OTHER),
    0x14: Word("网关队列已满", C.THROTTLED),
    0x15: Word("业务类型有误", C.ACCOUNT),
    0x33: Word("接收号码个数有误", C.FORMAT),
    0x43: Word("短消息类别（esm_class）有误", C.FORMAT),
    0x45: Word("网关没有接收这条短消息", C.GATEWAY),
    0x48: Word("接入号类型有误", C.ACCOUNT),
    0x49: Word("接入号编号方案有误", C.ACCOUNT),
    0x50: Word("接收号码类型有误", C.FORMAT),
    0x51: Word("接收号码编号方案有误", C.FORMAT),
    0x53: Word("系统类型有误", C.ACCOUNT),
    0x58: Word("超过流量限制", C.THROTTLED),
    0x61: Word("定时发送时间有误", C.FORMAT),
    0x62: Word("有效期有误", C.FORMAT),
    0x63: Word("预置短消息有误", C.FORMAT),
    0x64: Word("接收端临时出错", C.GATEWAY),
    0x65: Word("接收端永久出错", C.GATEWAY),
    0x66: Word("接收端拒绝此消息", C.CONTENT),
    0x67: Word("查询失败", C.OTHER),
    0xC1: Word("不允许的可选参数", C.FORMAT),
    0xC2: Word("参数长度有误", C.FORMAT),
    0xC3: Word("缺少可选参数", C.FORMAT),
    0xC4: Word("可选参数取值有误", C.FORMAT),
    0xFE: Word("投递失败", C.GATEWAY),
    0xFF: Word("网关返回未说明的错误", C.OTHER),
}

THROTTLE = frozenset({0x58, 0x14})
OK = 0x00
INVALID_COMMAND = 0x03
RECEIVER_TEMPORARY = 0x64
