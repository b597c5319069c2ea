"""Pure rules of provisioning: identifiers, lines of a plan, what comes in which order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

ISSUER = "embedded"
RUN_JOB = "onboarding.run"


class Action(StrEnum):
    """What a line of a plan does."""

    CREATE = "create"
    ALTER = "alter"
    KEEP = "keep"
    REMOVE = "remove"


ACTION_ZH = {Action.CREATE: "新增", Action.ALTER: "修改", Action.KEEP: "保留", Action.REMOVE: "移除"}


@dataclass(frozen=True)
class PlanLine:
    """One difference between the manifest and what is there."""

    action: Action
    place_zh: str
    label_zh: str
    before_zh: str
    after_zh: str

    @property
    def words(self) -> str:
        """For terminals: 新增 示例市 · 内设机构 归集科."""
        change = (
            f"{self.before_zh} → {self.after_zh}"
            if self.before_zh and self.after_zh
            else self.after_zh or self.before_zh
        )
        return f"{ACTION_ZH[self.action]} {self.place_zh} · {self.label_zh}{'：' + change if change else ''}"


def changed(lines: Iterable[PlanLine]) -> list[PlanLine]:
    """The lines that would do something."""
    return [line for line in lines if line.action is not Action.KEEP]


def compare(place_zh: str, label_zh: str, before_zh: str, after_zh: str) -> PlanLine:
    """A line from what is there and what is wanted; empty means absent."""
    if before_zh == after_zh:
        action = Action.KEEP
    elif not before_zh:
        action = Action.CREATE
    elif not after_zh:
        action = Action.REMOVE
    else:
        action = Action.ALTER
    return PlanLine(action, place_zh, label_zh, before_zh, after_zh)


def lock_key(tenant_id: UUID) -> int:
    """A signed 64-bit key for the advisory lock that lets one step at a time into a tenant."""
    return int.from_bytes(tenant_id.bytes[8:], "big", signed=True)
