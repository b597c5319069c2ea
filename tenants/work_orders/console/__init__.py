"""Pages of seats: what waits, one work order, its steps; the limits."""

from __future__ import annotations

from tenants.work_orders.console import answering, limiting, listing, opening, showing, steps
from tenants.work_orders.console.faces import pages

__all__ = ["answering", "limiting", "listing", "opening", "pages", "showing", "steps"]
