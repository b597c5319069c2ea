"""The blueprint that the pages of people and units share."""

from __future__ import annotations

from kernel.web.blueprints import Pages

pages = Pages("staff", "tenants.staff", url_prefix="/console/staff")
