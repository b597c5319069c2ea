"""Verbs: plan a city, propose and approve its manifest, carry it out, verify, undo. Guarded kinds are registered on import."""

from onboarding.provisioning.service import approving
from onboarding.provisioning.service.acts import room_steps, wiring
from onboarding.provisioning.service.approving import (
    APPLY,
    UNDO,
    Proposed,
    approve_and_run,
    open_run,
    propose_city,
    propose_undo,
)
from onboarding.provisioning.service.planning import plan_city, verify_city
from onboarding.provisioning.service.running import Outcome, run_to_end
from onboarding.provisioning.service.settling import settle_province
from onboarding.provisioning.service.showing import RunView, StepView, open_progress, run_view, runs_of

__all__ = [
    "APPLY",
    "UNDO",
    "Outcome",
    "Proposed",
    "approve_and_run",
    "approving",
    "RunView",
    "StepView",
    "open_progress",
    "open_run",
    "plan_city",
    "propose_city",
    "propose_undo",
    "room_steps",
    "run_to_end",
    "run_view",
    "runs_of",
    "settle_province",
    "verify_city",
    "wiring",
]
