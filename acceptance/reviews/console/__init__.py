"""Pages of the province's desk and of experts."""

from acceptance.reviews.console import desk, expert, panel
from acceptance.reviews.console.faces import pages, scoring

__all__ = ["desk", "expert", "pages", "panel", "scoring"]
