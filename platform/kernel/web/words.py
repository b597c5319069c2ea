"""gettext with a type: the Chinese sentence is the key, English is the translation."""

from __future__ import annotations

from flask_babel import gettext


def _(message: str, **values: object) -> str:
    """`message` in the reader's language, with `%(name)s` filled in. Needs an application context."""
    return str(gettext(message, **values))
