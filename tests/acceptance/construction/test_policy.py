"""The 20 tasks and what evidence makes of them."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from acceptance.construction.policy import (
    MILESTONES,
    StepFacts,
    days_late,
    due_days,
    guideline,
    milestones,
    progress_of,
)

TODAY = date(2026, 11, 24)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


def test_the_guideline_has_its_twenty_tasks_and_each_its_steps() -> None:
    assert [task.number for task in guideline()] == list(range(1, 21))
    assert all(len(task.steps_zh) >= 2 for task in guideline())
    assert {task.stage for task in guideline()} == {"准备", "建设"}
    assert guideline()[10].title_zh == "接入12329短信平台"


def test_the_milestones_hold_every_task_once() -> None:
    assert sorted(number for _, numbers in MILESTONES for number in numbers) == list(range(1, 21))


def test_due_days_rise_and_end_with_the_plan() -> None:
    days = due_days(date(2026, 3, 1), date(2026, 12, 31))
    ordered = [days[key] for key in sorted(days)]
    assert ordered == sorted(ordered)
    assert ordered[-1] == date(2026, 12, 31)
    assert len(days) == sum(len(task.steps_zh) for task in guideline())


@given(st.lists(st.builds(StepFacts, st.integers(1, 20), DAYS, st.none() | DAYS), max_size=60))
def test_lateness_follows_from_evidence_alone(steps: list[StepFacts]) -> None:
    progress = progress_of(steps, TODAY)
    still_open = [step for step in steps if step.done_on is None]
    assert progress.steps_total == len(steps)
    assert progress.steps_done == len(steps) - len(still_open)
    assert progress.steps_late == sum(step.due_on < TODAY for step in still_open)
    assert progress.days_late == max([0, *((TODAY - step.due_on).days for step in still_open)])
    assert all(each.late == 0 for each in progress.tasks if each.finished)


def test_a_step_that_came_late_stays_late() -> None:
    step = StepFacts(1, TODAY - timedelta(days=9), TODAY - timedelta(days=2))
    assert days_late(step, TODAY) == 7
    assert progress_of([step], TODAY).tasks[0].late_done == 1
    assert progress_of([step], TODAY).tasks[0].state == ("已完成", "success")


def test_a_task_without_steps_is_not_finished() -> None:
    assert progress_of([], TODAY).tasks_done == 0
    assert [done for _, done, _ in milestones(progress_of([], TODAY))] == [0] * 5
