"""Errors as pages, in the look of the face where they happened."""

from __future__ import annotations

from flask import Flask, render_template, request

from kernel.console import frame
from kernel.web.problems import FRAGMENT, PAGE, Problem

_FACES = (("/console", "console"), ("/m/", "h5"))


def face() -> str:
    """`console`, `h5` or `public`, by the address."""
    return next((name for prefix, name in _FACES if request.path.startswith(prefix)), "public")


def page(problem: Problem) -> str:
    """A whole page. From 500 on, and when people are turned away, nothing is asked of the database."""
    if problem.status >= 429:
        frame.bare()
    return render_template(f"{face()}/error.html", problem=problem)


def fragment(problem: Problem) -> str:
    """A notice for htmx."""
    return render_template("console/_problem.html", problem=problem)


def init_app(app: Flask) -> None:
    app.extensions[PAGE] = page
    app.extensions[FRAGMENT] = fragment
