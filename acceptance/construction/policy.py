"""The 20 tasks of the work guideline, how a plan spreads them over time, and what done and late mean. Pure."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from importlib import resources

STAGES = (("准备", "建设准备阶段"), ("建设", "平台建设阶段"))

MODE_ZH = {"provincial_shared": "使用省级平台", "self_built": "自建", "in_progress": "建设中"}

SHARED_TASKS = frozenset({10, 11, 12, 13, 14, 15})
"""For a centre on the provincial platform these are functions that the province provides: the centre shows that it uses them."""

MILESTONES = (
    ("建设准备完成", range(1, 10)),
    ("电子服务渠道建成", range(10, 12)),
    ("综合管理系统建成", range(12, 16)),
    ("安全保障机制建立", range(16, 19)),
    ("线上服务事项全部部署", range(19, 21)),
)
"""The groups （一） to （八） of the guideline, taken together."""


@dataclass(frozen=True)
class GuidelineTask:
    """One of the 20, as the guideline words it."""

    number: int
    title_zh: str
    clause_zh: str
    steps_zh: tuple[str, ...]
    evidence_zh: str
    stage: str
    responsible_zh: str


@cache
def guideline() -> tuple[GuidelineTask, ...]:
    """All 20 in order."""
    text = (
        resources.files("acceptance.construction.data").joinpath("guideline_tasks.csv").read_text("utf-8-sig")
    )
    return tuple(
        GuidelineTask(
            int(row["number"]),
            row["title_zh"],
            row["clause_zh"],
            tuple(step.strip() for step in row["sub_tasks_zh"].split(";") if step.strip()),
            row["evidence_zh"],
            row["stage"],
            row["responsible_zh"],
        )
        for row in csv.DictReader(text.splitlines())
    )


def task(number: int) -> GuidelineTask:
    """The task with that number. KeyError for another."""
    if not 1 <= number <= len(guideline()):
        raise KeyError(number)
    return guideline()[number - 1]


def due_days(started_on: date, planned_end_on: date) -> dict[tuple[int, int], date]:
    """A first proposal: all steps spread evenly over the time, in the order of the guideline; (task, position) → day."""
    steps = [(each.number, position) for each in guideline() for position in range(1, len(each.steps_zh) + 1)]
    span = (planned_end_on - started_on).days
    return {
        step: started_on + timedelta(days=span * place // len(steps)) for place, step in enumerate(steps, 1)
    }


@dataclass(frozen=True)
class StepFacts:
    """What is known of one step: until when, and on which day its first confirmed evidence was reported."""

    task_number: int
    due_on: date
    done_on: date | None


def days_late(step: StepFacts, today: date) -> int:
    """Days between the due day and the day it was done, or today while it is not; 0 when in time."""
    return max(0, ((step.done_on or today) - step.due_on).days)


@dataclass(frozen=True)
class TaskProgress:
    """One task: `late` counts open steps behind their day, `days_late` the worst of them, `late_done` those that came too late."""

    number: int
    done: int
    total: int
    late: int
    days_late: int
    late_done: int
    next_due_on: date | None

    @property
    def finished(self) -> bool:
        """Whether every step is done."""
        return 0 < self.total == self.done

    @property
    def state(self) -> tuple[str, str]:
        """Word and kind for a badge."""
        if self.finished:
            return ("已完成", "success")
        if self.late:
            return ("滞后", "danger")
        return ("进行中", "info") if self.done else ("未开始", "neutral")


@dataclass(frozen=True)
class Progress:
    """A whole body."""

    tasks: tuple[TaskProgress, ...] = field(default=())

    @property
    def steps_done(self) -> int:
        """Steps with confirmed evidence."""
        return sum(each.done for each in self.tasks)

    @property
    def steps_total(self) -> int:
        """All steps."""
        return sum(each.total for each in self.tasks)

    @property
    def steps_late(self) -> int:
        """Open steps behind their day."""
        return sum(each.late for each in self.tasks)

    @property
    def days_late(self) -> int:
        """The worst open step."""
        return max((each.days_late for each in self.tasks), default=0)

    @property
    def tasks_done(self) -> int:
        """Tasks all of whose steps are done."""
        return sum(each.finished for each in self.tasks)

    def packed(self) -> list[list[int]]:
        """For handing up: [number, done, total, late, days late] a task; no person, no file."""
        return [[each.number, each.done, each.total, each.late, each.days_late] for each in self.tasks]


def progress_of(steps: Iterable[StepFacts], today: date) -> Progress:
    """What evidence says, task by task."""
    by_task: dict[int, list[StepFacts]] = {each.number: [] for each in guideline()}
    for step in steps:
        by_task[step.task_number].append(step)
    return Progress(tuple(_task(number, mine, today) for number, mine in by_task.items()))


def _task(number: int, steps: Sequence[StepFacts], today: date) -> TaskProgress:
    still_open = [step for step in steps if step.done_on is None]
    late = [days_late(step, today) for step in still_open if step.due_on < today]
    return TaskProgress(
        number,
        len(steps) - len(still_open),
        len(steps),
        len(late),
        max(late, default=0),
        sum(1 for step in steps if step.done_on is not None and step.done_on > step.due_on),
        min((step.due_on for step in still_open), default=None),
    )


def milestones(progress: Progress) -> list[tuple[str, int, int]]:
    """Title, tasks done, tasks in it."""
    done = {each.number for each in progress.tasks if each.finished}
    return [(title, len(done & set(numbers)), len(numbers)) for title, numbers in MILESTONES]
