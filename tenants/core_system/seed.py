"""Connecting the demo core system: for demo, rehearsal and tests."""

from __future__ import annotations

from kernel.db import TenantSession
from tenants.core_system.service import connect_demo

__all__ = ["seed_demo_core"]


def seed_demo_core(session: TenantSession) -> int:
    """Connect the acting centre to the demo core once; returns how many rows were new. The caller audits."""
    return int(connect_demo(session))
