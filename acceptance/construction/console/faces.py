"""The blueprint of a body's own pages."""

from __future__ import annotations

from kernel.web.blueprints import Pages

pages = Pages("construction", "acceptance.construction", url_prefix="/console/construction")
