"""The province keeps the list of an account's centres; counters whose window is over are removed."""

from __future__ import annotations

from typing import Any

from kernel.db import TenantSession
from kernel.events.bus import on
from kernel.jobs.registry import job
from shared_channels.accounts.events import AccountBound, BindingEnded
from shared_channels.accounts.service import binding, limiting


@on(AccountBound, in_tenant=lambda event: event.province_id)
def keep_place(session: TenantSession, event: AccountBound) -> None:
    binding.note_place(session, event)


@on(BindingEnded, in_tenant=lambda event: event.province_id)
def drop_place(session: TenantSession, event: BindingEnded) -> None:
    binding.forget_place(session, event.binding_id)


@job("accounts.forget_past")
def forget_past(session: TenantSession, payload: dict[str, Any]) -> None:
    """Runs daily in the province."""
    limiting.forget_past(session)


SCHEDULE = (("accounts.forget_past", "daily 03:20", "province"),)
