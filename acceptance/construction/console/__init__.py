"""Pages of construction: the body's own, and the province's."""

from acceptance.construction.console import body, evidence
from acceptance.construction.console.faces import pages
from acceptance.construction.console.province import province_pages

__all__ = ["body", "evidence", "pages", "province_pages"]
