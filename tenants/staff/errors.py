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
