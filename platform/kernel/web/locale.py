"""Language and time zone: Chinese unless a person chose English; all times are shown as in Beijing.

The browser's own preference is not asked: staff work on machines set up in other languages, and the legal wording is
the Chinese one. `?ui_lang=en` or `?ui_lang=zh` chooses and is remembered for a year.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import Flask, Response, g, has_request_context, request
from flask_babel import Babel

from kernel.web.settings import web_settings

ZONE = ZoneInfo("Asia/Shanghai")
LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
HTML_LANG = {"zh": "zh-CN", "en": "en"}
PREFERENCES = {
    "lang": ("zh", "en"),
    "type": ("normal", "large"),
    "theme": ("light", "dark"),
    "density": ("normal", "compact"),
    "menu": ("open", "closed"),
}
"""What a person may set without being asked who they are: `ui_…` in the address of a GET, kept in a cookie."""
_YEAR_S = 365 * 24 * 3600


def preference(name: str) -> str:
    """The chosen value, or the first one. Anything not on the list counts as not chosen."""
    allowed = PREFERENCES[name]
    if not has_request_context():
        return allowed[0]
    chosen = request.args.get(f"ui_{name}") if request.method == "GET" else None
    if chosen in allowed:
        return str(chosen)
    kept = request.cookies.get(f"gjj_{name}")
    return kept if kept in allowed else allowed[0]


def html_lang() -> str:
    return HTML_LANG[preference("lang")]


def _locale() -> str:
    return LOCALES[preference("lang")]


def _remember(response: Response) -> Response:
    if request.method != "GET" or g.get("shed"):
        return response
    for name, allowed in PREFERENCES.items():
        if request.args.get(f"ui_{name}") in allowed:
            response.set_cookie(
                f"gjj_{name}",
                request.args[f"ui_{name}"],
                max_age=_YEAR_S,
                secure=web_settings().https,
                samesite="Lax",
                path="/",
            )
    return response


def init_app(app: Flask) -> None:
    folders = web_settings(app).translation_folders
    Babel(
        app,
        default_locale=LOCALES["zh"],
        default_timezone=ZONE.key,
        default_translation_directories=";".join(map(str, folders)) or "translations",
        locale_selector=_locale,
        timezone_selector=lambda: ZONE.key,
    )
    app.after_request(_remember)
    app.jinja_env.globals.update(html_lang=html_lang, preference=preference)
