"""The acts of a run in their order: which step, for which body, in which tenant. The order is the same at every application."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec

from onboarding.manifests.service import BodyPlan, City, StaffPlan
from onboarding.provisioning.adapters import budget
from onboarding.provisioning.adapters.budget import BudgetStep
from onboarding.provisioning.adapters.catalogue import CatalogueStep
from onboarding.provisioning.adapters.channels import ChannelsStep
from onboarding.provisioning.adapters.registry import ProfileStep
from onboarding.provisioning.adapters.staff import StaffStep
from onboarding.provisioning.adapters.units import UnitsStep
from onboarding.provisioning.ports import Step

PREPARE, OPEN, ACTIVATE = "prepare", "open", "activate"
TITLES_ZH = {PREPARE: "省级事项清单与账号", OPEN: "登记机构并开通空间", ACTIVATE: "启用"}


@dataclass(frozen=True)
class Act:
    """One transaction. `step` is None for acts of the province itself."""

    name: str
    title_zh: str
    body: BodyPlan
    step: Step | None = None
    people: tuple[StaffPlan, ...] = ()


@cache
def room_steps() -> tuple[Step, ...]:
    """The rooms that take part, in order."""
    steps: list[Step] = [ProfileStep(), UnitsStep(), StaffStep(), CatalogueStep(), ChannelsStep()]
    return (*steps, BudgetStep()) if _budget_wired() else tuple(steps)


def wiring() -> dict[str, bool]:
    """Every part of a manifest and whether this build carries it out: nothing is left out in silence."""
    parts = {step.title_zh: True for step in room_steps()}
    return parts | {BudgetStep.title_zh: _budget_wired(), "登录账号": True}


def _budget_wired() -> bool:
    return find_spec("billing_budget.budgets") is not None and find_spec(budget.SEED) is not None


def acts_of(city: City) -> Iterator[Act]:
    """Everything that a run does, in order: bodies are opened before any is filled, and used only when all are filled."""
    yield Act(PREPARE, TITLES_ZH[PREPARE], city.centre, people=city.people)
    for body in city.bodies:
        yield Act(OPEN, TITLES_ZH[OPEN], body)
    for body in city.bodies:
        for step in room_steps():
            yield Act(step.name, step.title_zh, body, step)
    for body in city.bodies:
        yield Act(ACTIVATE, TITLES_ZH[ACTIVATE], body)
