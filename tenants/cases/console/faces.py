"""The group of pages; the modules beside this one hang their views on it."""

from __future__ import annotations

from kernel.web.blueprints import Pages

pages = Pages("cases", "tenants.cases", url_prefix="/console/cases")
