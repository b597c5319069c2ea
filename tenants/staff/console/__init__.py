"""Pages of people, roles and units."""

from __future__ import annotations

from tenants.staff.console import inviting, people, resetting, units
from tenants.staff.console.faces import pages

__all__ = ["inviting", "pages", "people", "resetting", "units"]
