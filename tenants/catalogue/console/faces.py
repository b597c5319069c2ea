"""The three groups of pages; the modules beside this one hang their views on them."""

from __future__ import annotations

from kernel.web.blueprints import Pages

_HOME = "tenants.catalogue"

pages = Pages("catalogue", _HOME, url_prefix="/console/catalogue")
public_pages = Pages("public_catalogue", _HOME, url_prefix="/c/<centre_code>/items")
public_home = Pages("public_home", _HOME)
