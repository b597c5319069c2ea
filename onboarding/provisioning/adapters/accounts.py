"""Log-in accounts of staff, in the province (kernel.identity). Posts refer to them by the identifier that follows from the user name."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.db import TenantSession
from onboarding.manifests.service import StaffPlan


def put_accounts(session: TenantSession, people: Sequence[StaffPlan]) -> int:
    """Make an account exist for each user name; returns how many were new. People set their own password by invitation."""
    return 0
