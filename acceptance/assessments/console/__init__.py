"""Pages of the centre: the sheet, its items, admission, applying."""

from acceptance.assessments.console import items, sheets
from acceptance.assessments.console.faces import pages

__all__ = ["items", "pages", "sheets"]
