"""gettext with a type: the Chinese sentence is the key, English is the translation.

In Chinese nothing is looked up, because there is nothing to find: a list page asks some hundred times.
"""

from __future__ import annotations

import flask_babel
from flask import Flask

from kernel.web.locale import preference


def _chinese() -> bool:
    return preference("lang") == "zh"


def _(message: str, **values: object) -> str:
    """`message` in the reader's language, with `%(name)s` filled in. Needs an application context."""
    text = message if _chinese() else str(flask_babel.gettext(message))
    return text % values if values else text


def plural(one: str, many: str, count: int) -> str:
    """For templates: Chinese has one form."""
    return one if _chinese() else str(flask_babel.ngettext(one, many, count))


def _message(message: str) -> str:
    return _(message)


def init_app(app: Flask) -> None:
    """Give templates these instead of the extension's own; they fill in variables themselves."""
    app.jinja_env.install_gettext_callables(_message, plural, newstyle=True)  # type: ignore[attr-defined]
