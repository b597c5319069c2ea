"""Verbs: plan a city, propose and approve its manifest, carry it out, verify, undo. Guarded kinds are registered on import."""

from onboarding.provisioning.service import approving
from onboarding.provisioning.service.approving import (
    APPLY,
    UNDO,
    approve_and_run,
    open_run,
    propose_city,
    propose_undo,
)
from onboarding.provisioning.service.planning import plan_city, verify_city
from onboarding.provisioning.service.running import Outcome, run_to_end, steps_wired
from onboarding.provisioning.service.settling import settle_province

__all__ = [
    "APPLY",
    "UNDO",
    "Outcome",
    "approve_and_run",
    "approving",
    "open_run",
    "plan_city",
    "propose_city",
    "propose_undo",
    "run_to_end",
    "settle_province",
    "steps_wired",
    "verify_city",
]
