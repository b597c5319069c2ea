"""The look of all pages: frame, menu, error pages, templates for console, H5 and public pages.

Templates are under `templates/`: `console/base.html` and `console/macros.html`, `h5/…`, `public/…`.
"""

from __future__ import annotations

from pathlib import Path

from flask import Flask

TEMPLATES = Path(__file__).parent / "templates"


def init_app(app: Flask) -> None:
    """Hang the frame and the error pages on the application."""
    # Late, because both use kernel.web, whose factory imports this package.
    from kernel.console import error_pages, frame

    frame.init_app(app)
    error_pages.init_app(app)
