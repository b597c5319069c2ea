"""The group of pages; the modules beside this one hang their views on it."""

from __future__ import annotations

from uuid import UUID

from kernel.web.blueprints import Pages

pages = Pages("work_orders", "tenants.work_orders", url_prefix="/console/work-orders")


def uuid_or_none(text: str) -> UUID | None:
    """The id that an address or a select names; None for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None
