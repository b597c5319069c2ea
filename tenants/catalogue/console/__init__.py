"""Pages of the catalogue: for staff, for everyone, and the list of centres."""

from __future__ import annotations

from tenants.catalogue.console import changing, comparing, editing, home, item, listing, public
from tenants.catalogue.console.faces import pages, public_home, public_pages

__all__ = [
    "changing",
    "comparing",
    "editing",
    "home",
    "item",
    "listing",
    "pages",
    "public",
    "public_home",
    "public_pages",
]
