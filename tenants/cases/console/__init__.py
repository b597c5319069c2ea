"""Pages of clerks: what waits, one case, the steps of a decision."""

from __future__ import annotations

from tenants.cases.console import deciding, listing, payout, showing, supplementing
from tenants.cases.console.faces import pages

__all__ = ["deciding", "listing", "pages", "payout", "showing", "supplementing"]
