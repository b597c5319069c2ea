"""Sign in through OpenID Connect, choose a post, profile, sign out. One client code for the embedded issuer and Keycloak (D9)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import current_app, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from kernel.errors import Conflict, NotFound, NotSignedIn, Unavailable
from kernel.identity import sessions, signing_in
from kernel.identity.entering import identity
from kernel.identity.issuer.core import Issuer
from kernel.identity.models import WebSession
from kernel.identity.oidc.client import OidcClient
from kernel.identity.oidc.errors import LoginRefused, ProviderUnreachable
from kernel.identity.oidc.login_state import local_path
from kernel.permissions import Permission
from kernel.permissions.models import Role
from kernel.web import current
from kernel.web.blueprints import Pages
from kernel.web.notices import tell
from kernel.web.priority import Priority
from kernel.web.settings import web_settings

pages = Pages("identity", __name__, priority=Priority.LOGIN)

OIDC = "gjj.oidc"
ISSUER = "gjj.issuer"
HOMES = "gjj.homes"


class LogInAgain(Conflict):
    """The log-in took too long, was started twice, or was refused by the issuer."""

    code = "identity.again"
    message_zh = "登录没有完成，可能是停留时间过长或者页面重复打开。"
    hint_zh = "请重新登录。"


class IssuerAway(Unavailable):
    """The issuer does not answer."""

    code = "identity.issuer_away"
    message_zh = "统一登录服务暂时没有响应。"
    hint_zh = "请稍后重试；持续不能登录的，请联系运维人员。"


@pages.get("/sign-in", permission=Permission.PUBLIC)
def sign_in() -> Response:
    """To the issuer; `next` is where the person wanted to go (a path of ours, nothing else)."""
    start = _client().start_login(local_path(request.args.get("next") or url_for("identity.home")))
    response = redirect(start.url)
    response.set_cookie(start.cookie_name, start.cookie_value, max_age=start.max_age, **_flags())
    return response


@pages.get("/oidc/callback", permission=Permission.PUBLIC)
def callback() -> Response:
    """Back from the issuer: check, then one post at once or a choice of several."""
    try:
        login = _client().finish_login(request.args, request.cookies)
    except LoginRefused as error:
        raise LogInAgain from error
    except ProviderUnreachable as error:
        raise IssuerAway from error
    person = signing_in.person_of(login.subject.issuer, login.subject.subject)
    posts = signing_in.posts_of(identity(), person)
    if not posts:
        raise signing_in.NoPost
    sid = login.subject.sid or ""
    signing_in.end_former(identity(), request.cookies.get(web_settings().session_cookie, ""))
    if len([p for p in posts if not p.rehearsal]) == 1:
        tokens = signing_in.seal_token(web_settings().key("id-token"), login.tokens.id_token)
        response = _enter(posts[0], sid, login.return_to, tokens)
    else:
        response = redirect(url_for("identity.choose", next=login.return_to))
        ticket = signing_in.ticket(web_settings().key("posts"), person, sid)
        response.set_cookie(_ticket_cookie(), ticket, max_age=signing_in.TICKET_S, **_flags())
    response.delete_cookie(login.cookie_name, path="/")
    return response


@pages.get("/sign-in/posts", permission=Permission.PUBLIC)
def choose() -> str:
    """Which post?"""
    person, _sid = _ticket()
    posts = signing_in.posts_of(identity(), person)
    return render_template("identity/posts.html", posts=posts, next=local_path(request.args.get("next")))


@pages.post("/sign-in/posts/<uuid:membership_id>", permission=Permission.PUBLIC)
def take_post(membership_id: UUID) -> Response:
    """Enter the chosen post."""
    person, sid = _ticket()
    response = _enter(_post(person, membership_id), sid, local_path(request.form.get("next")))
    response.delete_cookie(_ticket_cookie(), path="/")
    return response


@pages.post("/posts/<uuid:membership_id>", permission=Permission.SIGNED_IN)
def change_post(membership_id: UUID) -> Response:
    """From one of one's posts to another: the old session ends, a new one begins."""
    actor, session = current.actor(), current.session()
    post = _post(actor.person_id, membership_id)
    row = _own_session()
    sid, tokens = row.issuer_session, row.tokens
    sessions.end(session, identity().directory, actor)
    return _enter(post, sid, url_for("identity.home"), tokens)


@pages.post("/sign-out", permission=Permission.SIGNED_IN)
def sign_out() -> Response:
    """End the session here, then at the issuer: directly when it is our own, else by its log-out page."""
    row = _own_session()
    sid, id_token = row.issuer_session, signing_in.open_token(web_settings().key("id-token"), row.tokens)
    sessions.end(current.session(), identity().directory, current.actor())
    issuer: Issuer | None = current_app.extensions.get(ISSUER)
    if issuer is None:
        response = redirect(_client().logout_url(id_token))
    else:
        _end_at(issuer, sid)
        response = redirect(url_for("identity.sign_in"))
    response.delete_cookie(web_settings().session_cookie, path="/")
    return response


@pages.get("/home", permission=Permission.SIGNED_IN)
def home() -> Response:
    """The first screen of this post."""
    actor = current.actor()
    for permission, endpoint in current_app.extensions[HOMES]:
        if actor.may(permission):
            return redirect(url_for(endpoint))
    return redirect(url_for("identity.profile"))


@pages.post("/keep-alive", permission=Permission.SIGNED_IN)
def keep_alive() -> tuple[str, int]:
    """The person is still there: looking them up has noted it."""
    return "", 204


@pages.get("/profile", permission=Permission.SIGNED_IN)
def profile() -> str:
    """Who I am here, what I may do, where I am signed in."""
    session, actor = current.session(), current.actor()
    mine = select(WebSession).where(
        WebSession.membership_id == actor.membership_id, WebSession.ended_at.is_(None)
    )
    names = session.execute(select(Role.code, Role.name_zh).where(Role.code.in_(actor.roles)))
    return render_template(
        "identity/profile.html",
        actor=actor,
        roles=sorted(name for _code, name in names),
        permissions=sorted(p.sentence for p in actor.permissions if p is not Permission.SIGNED_IN),
        posts=[p for p in signing_in.posts_of(identity(), actor.person_id)],
        live=session.scalars(mine.order_by(WebSession.id.desc()).limit(20)).all(),
    )


@pages.post("/profile/sessions/end", permission=Permission.SIGNED_IN)
def end_others() -> Response:
    """Sign out everywhere, here too."""
    session, actor = current.session(), current.actor()
    ended = sessions.end_all(session, actor.membership_id)
    session.audit(
        "identity.ended_all",
        "membership",
        actor.membership_id,
        f"{actor.name} 结束本人全部会话",
        sessions=ended,
    )
    tell(_("已在全部设备上退出登录。"))
    response = redirect(url_for("identity.sign_in"))
    response.delete_cookie(web_settings().session_cookie, path="/")
    return response


def _own_session() -> WebSession:
    return (
        current.session().scalars(select(WebSession).where(WebSession.id == current.actor().session_id)).one()
    )


def _end_at(issuer: Issuer, sid: str) -> None:
    try:
        issuer.store.end_session(UUID(sid), issuer.clock())
    except ValueError:
        return  # the session was opened without the issuer


def _enter(post: signing_in.PostChoice, sid: str, path: str, tokens: bytes | None = None) -> Response:
    cookie = signing_in.open_session(identity(), post, sid, g.get("request_id", ""), tokens)
    response = make_response(redirect(path or url_for("identity.home")))
    response.set_cookie(web_settings().session_cookie, cookie, **_flags())
    return response


def _post(person: UUID, membership_id: UUID) -> signing_in.PostChoice:
    found = next(
        (p for p in signing_in.posts_of(identity(), person) if p.membership_id == membership_id), None
    )
    if found is None:
        raise NotFound
    return found


def _ticket() -> tuple[UUID, str]:
    found = signing_in.read_ticket(web_settings().key("posts"), request.cookies.get(_ticket_cookie(), ""))
    if found is None:
        raise NotSignedIn
    return found


def _ticket_cookie() -> str:
    return web_settings().cookie_prefix + "posts"


def _client() -> OidcClient:
    client: OidcClient | None = current_app.extensions.get(OIDC)
    if client is None:
        raise IssuerAway
    return client


def _flags() -> dict[str, Any]:
    return {"secure": web_settings().https, "httponly": True, "samesite": "Lax", "path": "/"}
