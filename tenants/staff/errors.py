"""What is refused about people and roles, in words."""

from __future__ import annotations

from kernel.errors import Conflict, NotFound


class PersonNotFound(NotFound):
    """Absent, or of another tenant."""

    code = "staff.absent"
    message_zh = "没有找到这个人员。"
    hint_zh = "请从人员列表重新打开。"


class NotForThisTenant(Conflict):
    """The role belongs to another kind of tenant."""

    code = "staff.kind"
    message_zh = "本机构不能授予这个岗位。"
    hint_zh = "请从可选岗位中选择。"


class Exclusive(Conflict):
    """Two roles that one person must not hold together (三员互斥, decision D10)."""

    code = "staff.exclusive"
    hint_zh = "请先收回互斥的岗位，或者授予其他人员。"


class NotHeld(Conflict):
    """There is nothing to revoke."""

    code = "staff.not_held"
    message_zh = "该人员没有这个岗位。"
    hint_zh = "请刷新页面查看现有岗位。"


class LastGrantChecker(Conflict):
    """Somebody must be left who can check grants."""

    code = "staff.last_checker"
    message_zh = "这是本机构最后一名可以审核授权的人员，不能收回或停用。"
    hint_zh = "请先授予另一人安全管理员岗位。"


class UnitTaken(Conflict):
    """A unit's code is used already."""

    code = "staff.unit_taken"
    message_zh = "这个部门编码已经使用。"
    hint_zh = "请换一个编码。"


class UnitNotFound(NotFound):
    """Absent, closed, or of another tenant."""

    code = "staff.unit_absent"
    message_zh = "没有找到这个部门，或者它已经撤销。"
    hint_zh = "请从内设机构列表重新打开。"


class UnitInUse(Conflict):
    """People or other units still belong to it."""

    code = "staff.unit_in_use"
    message_zh = "这个部门还有人员或者下级部门，不能撤销。"
    hint_zh = "请先调整人员和下级部门。"


class JustGranted(Conflict):
    """The database's own rule: somebody else gave the same or an exclusive role at the same moment."""

    code = "staff.just_granted"
    message_zh = "该人员刚刚获得了同一岗位或者互斥的岗位，这次授予没有生效。"
    hint_zh = "请刷新页面核对现有岗位后再审批。"


class Disabled(Conflict):
    """Shut out: nothing is sent to them."""

    code = "staff.is_disabled"
    message_zh = "该人员已停用，不能发出登录链接。"
    hint_zh = "请先恢复账号。"


class LogInElsewhere(Conflict):
    """Accounts are kept by an identity service outside."""

    code = "staff.log_in_elsewhere"
    message_zh = "本平台使用外部的统一登录服务，账号不在这里开通。"
    hint_zh = "请在统一登录服务中开通账号，再由省级按入驻清单办理岗位。"


class NoReset(Conflict):
    """No approved reset whose link waits for this officer: taken already, too late, or decided by others."""

    code = "staff.no_reset"
    message_zh = "没有可以由您取得的重置链接：链接已被取得、审批后时间过长，或者不是由您提交或审批的。"
    hint_zh = "仍需重置的，请重新提交账号重置申请。"


class WorksElsewhere(Conflict):
    """Two officers of one body would open an account that reaches into another."""

    code = "staff.works_elsewhere"
    message_zh = "该人员同时在其他机构任职，本机构不能单独重置其账号。"
    hint_zh = "请先由对方机构停用该人员在对方的账号，重置完成后再恢复。"
