"""Two cookies of the phone pages: the log-in, and the key of a code that was asked for. Opaque, unread by scripts."""

from __future__ import annotations

from typing import TypedDict

from flask import request
from werkzeug.wrappers import Response

from kernel.crypto.secret import RevealPurpose, Secret, reveal
from kernel.web.settings import web_settings
from shared_channels.accounts.policy import CODE_LIFE, H5, PROOF_LIFE, rules_of


class _Flags(TypedDict):
    secure: bool
    httponly: bool
    samesite: str
    path: str


def _flags() -> _Flags:
    return {"secure": web_settings().https, "httponly": True, "samesite": "Lax", "path": "/"}


def _code_cookie() -> str:
    return web_settings().cookie_prefix + "code"


def hand_over(response: Response, key: Secret[str]) -> None:
    """This browser holds the log-in from now on; the key of its code is of no more use."""
    response.set_cookie(
        web_settings().citizen_cookie,
        reveal(key, RevealPurpose.SHOW_ONCE),
        max_age=int(rules_of(H5).absolute.total_seconds()),
        **_flags(),
    )
    response.delete_cookie(_code_cookie(), **_flags())


def drop(response: Response) -> None:
    """The log-in of this browser is over."""
    response.delete_cookie(web_settings().citizen_cookie, **_flags())


def keep_code_key(response: Response, key: Secret[str]) -> None:
    """The holder of this cookie may answer the code."""
    life = int((CODE_LIFE + PROOF_LIFE).total_seconds())
    response.set_cookie(_code_cookie(), reveal(key, RevealPurpose.SHOW_ONCE), max_age=life, **_flags())


def code_key() -> Secret[str]:
    """The key in this browser; an empty one when there is none."""
    cookie = request.cookies.get(_code_cookie(), "")
    return Secret(cookie if 20 <= len(cookie) <= 100 else "")
