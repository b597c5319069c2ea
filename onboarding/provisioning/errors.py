"""What can stop an application, in words."""

from __future__ import annotations

from kernel.errors import Conflict, Forbidden, NotFound


class SecondPersonNeeded(Forbidden):
    """Nobody but the maker stands behind the manifest."""

    code = "onboarding.second_person"
    message_zh = "入驻须由省级两人办理：一人申请，另一人审核。"
    hint_zh = "请由另一位有审核权限的人员确认后再执行。"


class RunOpen(Conflict):
    """An approved run of this city has not finished."""

    code = "onboarding.run_open"
    message_zh = "该中心上一次入驻尚未执行完。"
    hint_zh = "请先等待它完成，或者继续执行同一份清单。"


class CodeRetired(Conflict):
    """The code belonged to a tenant that was undone."""

    code = "onboarding.code_retired"
    message_zh = "清单中有已停用的机构代码，代码不能重复使用。"
    hint_zh = "请改用新的机构代码。"


class CodeTaken(Conflict):
    """The code belongs to another city or kind of body."""

    code = "onboarding.code_taken"
    message_zh = "清单中有代码已被其他机构使用。"
    hint_zh = "请核对机构代码；已有机构改变隶属关系的，请另行办理。"


class CityNotFound(NotFound):
    """No centre with that code has joined."""

    code = "onboarding.absent"
    message_zh = "没有找到这个中心的入驻记录。"


class RunNotFound(NotFound):
    """No such run."""

    code = "onboarding.run_absent"
    message_zh = "没有找到这次入驻的记录。"


class InUse(Conflict):
    """The city is in use and past the undo window."""

    code = "onboarding.in_use"
    message_zh = "该中心已投入使用并超过 7 天撤销期，不能撤销入驻。"
    hint_zh = "需要退出平台的，请办理机构退出。"


class PersonUnknown(NotFound):
    """No such post in the province."""

    code = "onboarding.person"
    message_zh = "省级没有这个登录名。"
    hint_zh = "请核对 --as 后面的登录名。"
