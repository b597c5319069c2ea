"""Log-in accounts of staff, in the province (kernel.identity). Posts refer to them by the identifier that follows from the user name."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from importlib.util import find_spec

from kernel.db import TenantSession
from onboarding.manifests.service import StaffPlan
from onboarding.provisioning.policy import person_id_of

SEED = "kernel.identity.seed"


def wired() -> bool:
    """Whether this build has a store of accounts to fill."""
    return find_spec(SEED) is not None


def put_accounts(session: TenantSession, people: Sequence[StaffPlan]) -> int:
    """Make an account exist for each user name; returns how many were new. People set their own password by invitation.

    The store offers `seed_accounts(session, [(person_id, username, display_name), …]) -> int`.
    """
    if not wired():
        return 0
    rows = [(person_id_of(person.user), person.user, person.name_zh) for person in people]
    return int(importlib.import_module(SEED).seed_accounts(session, rows))
