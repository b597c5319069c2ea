"""What all phone pages share: their blueprint, the frame with its tabs, the way to the log-in and back."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from kernel.console.frame import Frame
from kernel.identity.entering import enter_public
from kernel.tenancy.tenants import Tenant
from kernel.web import notices
from kernel.web.blueprints import Pages
from kernel.web.words import _
from shared_channels.accounts.errors import NotBound, SignInNeeded, StepUpNeeded
from shared_channels.mobile.policy import ICONS

pages = Pages("h5", "shared_channels.mobile", url_prefix="/m/<centre_code>", template_folder="templates")

TABS = {"home": "h5.home", "services": "h5.items", "progress": "h5.progress", "mine": "h5.mine"}


def enter_as_visitor(centre_code: str, tab: str) -> dict[str, Any]:
    """Enter the centre as a visitor and give the page its frame."""
    return framed(enter_public(centre_code), tab)


def framed(tenant: Tenant, tab: str, back_url: str = "") -> dict[str, Any]:
    """The frame of a page: the centre's name, the bar of tabs. Enters nothing."""
    g.frame = Frame(tenant_name=tenant.name_zh, home_url=url_for("h5.home", centre_code=tenant.code))
    return {
        "centre": tenant,
        "tab": tab,
        "tab_urls": {key: url_for(view, centre_code=tenant.code) for key, view in TABS.items()},
        "icons": ICONS,
        "back_url": back_url,
    }


def safe_next(centre_code: str, wanted: str, fallback: str = "h5.mine") -> str:
    """A page of this centre to go on to; anything else leads to the fallback, so that no foreign address can be smuggled in."""
    home = url_for("h5.home", centre_code=centre_code)
    if wanted.startswith(home) and not any(sign in wanted for sign in "\\\r\n\t") and len(wanted) <= 500:
        return wanted
    return url_for(fallback, centre_code=centre_code)


def _asked_for() -> str:
    """Where to come back to: this page, or after a form the page that held it is unknown, so the first one."""
    return request.full_path.rstrip("?") if request.method == "GET" else ""


@pages.errorhandler(SignInNeeded)
def to_sign_in(error: SignInNeeded) -> Response:
    """The log-in page, which leads back here."""
    return _onward("h5.sign_in", error)


@pages.errorhandler(NotBound)
def to_binding(error: NotBound) -> Response:
    """The page on which a person binds an account."""
    return _onward("h5.bind", error)


@pages.errorhandler(StepUpNeeded)
def to_step_up(error: StepUpNeeded) -> Response:
    """The page on which a person proves more."""
    return _onward("h5.step_up", error)


def _onward(view: str, error: SignInNeeded | NotBound | StepUpNeeded) -> Response:
    notices.tell(_(error.message_zh), "info")
    centre_code = (request.view_args or {})["centre_code"]
    came_from = _asked_for()
    more: dict[str, Any] = {"next": came_from} if came_from else {}
    return redirect(url_for(view, centre_code=centre_code, **more), 303)
