"""What stands around every page: who, where, how many to do, which installation.

The composition root sets `app.extensions["gjj.frame"]` to a callable that returns a `Frame` for this request; it is
asked once per page. Without it, or when nobody is signed in, pages have the bare frame.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, g
from flask_babel import lazy_gettext as _l

from kernel.console.menu import MenuNode
from kernel.errors import DomainError
from kernel.web.request_id import request_id
from kernel.web.settings import Environment, web_settings

FRAME = "gjj.frame"
PRODUCT = _l("省级住房公积金综合服务平台")
ENVIRONMENT_WORDS = {
    Environment.PRODUCTION: "",
    Environment.REHEARSAL: _l("演练"),
    Environment.DEMO: _l("演示"),
}
ENVIRONMENT_SENTENCES = {
    Environment.PRODUCTION: "",
    Environment.REHEARSAL: _l("演练环境：短信不会真实发出，数据可随时清空。"),
    Environment.DEMO: _l("演示数据：人员与业务数据均为合成；真实中心只收录注明出处的公开数字。"),
}


@dataclass(frozen=True)
class Post:
    """One of the posts a person holds; `url` changes to it (by POST)."""

    title: str
    url: str
    current: bool = False


@dataclass(frozen=True)
class Frame:
    """All words are for display. Empty addresses hide their link. `inbox_count` None: not counted."""

    tenant_name: str = ""
    tenant_kind: str = ""
    person_name: str = ""
    post_title: str = ""
    posts: tuple[Post, ...] = ()
    menu: tuple[MenuNode, ...] = ()
    inbox_count: int | None = None
    home_url: str = "/"
    inbox_url: str = ""
    search_url: str = ""
    help_url: str = ""
    profile_url: str = ""
    sign_in_url: str = ""
    sign_out_url: str = ""
    keep_alive_url: str = ""
    hotline: str = "12329"

    @property
    def signed_in(self) -> bool:
        return bool(self.person_name)


def frame() -> Frame:
    """The frame of this page."""
    if "frame" not in g:
        provider = current_app.extensions.get(FRAME)
        try:
            g.frame = provider() if provider is not None else Frame()
        except DomainError:
            g.frame = Frame()
    found: Frame = g.frame
    return found


def bare() -> None:
    """Use the bare frame from here on: for errors where asking for more could fail again."""
    g.frame = Frame()


def init_app(app: Flask) -> None:
    settings = web_settings(app)
    app.jinja_env.globals.update(
        frame=frame,
        product=PRODUCT,
        environment=str(settings.environment),
        environment_word=ENVIRONMENT_WORDS[settings.environment],
        environment_sentence=ENVIRONMENT_SENTENCES[settings.environment],
        version=settings.version,
        idle_minutes=settings.idle_minutes,
        request_id=request_id,
    )
