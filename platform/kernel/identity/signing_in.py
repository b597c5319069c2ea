"""From a checked ID token to a session: whose posts, which one, and the cookie. The token says who; our tables say where and what."""

from __future__ import annotations

import hmac
import os
import time
from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kernel.audit.record import ACTOR_NAME, REQUEST_ID
from kernel.db.roles import DbRole
from kernel.directory.lookup import Post
from kernel.errors import Forbidden
from kernel.identity import queries, sessions
from kernel.identity.entering import Identity
from kernel.tenancy import tenants
from kernel.tenancy.models import TENANT_KIND_ZH, TenantKind
from kernel.tenancy.scope import enter

TICKET_S = 300
_NONCE = 12


class NoPost(Forbidden):
    """Known to the issuer, but without a post here."""

    code = "identity.no_post"
    message_zh = "您的账号还没有任何机构的岗位。"
    hint_zh = "请联系所在机构的系统管理员开通。"


@dataclass(frozen=True)
class PostChoice:
    """One post as it is offered after the log-in."""

    tenant_id: UUID
    membership_id: UUID
    tenant_zh: str
    kind_zh: str
    rehearsal: bool


def person_of(issuer: str, subject: str) -> UUID:
    """The person behind issuer and subject: the same in every tenant. Issuers name people by UUID; others are hashed into one."""
    try:
        return UUID(subject)
    except ValueError:
        return uuid5(NAMESPACE_URL, f"{issuer}|{subject}")


def posts_of(identity: Identity, person_id: UUID) -> list[PostChoice]:
    """Where this person may work, real bodies before rehearsal twins."""
    found = []
    for post in identity.directory.posts_of(person_id):
        tenant = tenants.by_id(identity.database, post.tenant_id)
        if tenant is not None:
            kind = TENANT_KIND_ZH[TenantKind(tenant.kind)]
            found.append(PostChoice(tenant.id, post.ref_id, tenant.name_zh, kind, tenant.rehearsal))
    return sorted(found, key=lambda post: (post.rehearsal, post.tenant_zh))


def open_session(
    identity: Identity, post: PostChoice, issuer_session: str, request_id: str, tokens: bytes | None = None
) -> str:
    """Start a session in that post and return the cookie's value. Raises NoPost when the post ended meanwhile."""
    scope = enter(post.tenant_id, DbRole.APP, "system:sign-in")
    with identity.database.tenant_tx(scope) as session:
        actor = queries.actor_of_membership(session, post.membership_id)
        if actor is None:
            raise NoPost
        session.scope = enter(post.tenant_id, DbRole.APP, str(actor.person_id))
        session.info.update({ACTOR_NAME: actor.name, REQUEST_ID: request_id})
        return sessions.start(session, identity.directory, actor, identity.rules, issuer_session, tokens)


def end_former(identity: Identity, cookie: str) -> None:
    """End the session whose cookie this browser still carried when it logged in anew."""
    for post in identity.directory.find(sessions.KIND, cookie) if 20 <= len(cookie) <= 100 else ():
        _end(identity, post, "同一浏览器重新登录，此前的登录已结束")


def end_by_issuer(identity: Identity, issuer: str, subject: str, issuer_session: str | None) -> int:
    """The issuer says that a log-in is over: end its sessions, or all of the person's when it names none. Returns how many."""
    why = "登录服务通知退出，登录已结束"
    if issuer_session:
        found = identity.directory.find(sessions.ISSUER_SESSION, issuer_session)
        return sum(_end(identity, post, why) for post in found)
    ended = 0
    for post in identity.directory.posts_of(person_of(issuer, subject)):
        scope = enter(post.tenant_id, DbRole.APP, "system:issuer")
        with identity.database.tenant_tx(scope) as session:
            count = sessions.end_all(session, post.ref_id)
            if count:
                session.audit("identity.sessions_ended", "membership", post.ref_id, why, sessions=count)
        ended += count
    return ended


def _end(identity: Identity, post: Post, why_zh: str) -> bool:
    scope = enter(post.tenant_id, DbRole.APP, "system:sign-in")
    with identity.database.tenant_tx(scope) as session:
        return sessions.end_told(session, identity.directory, post.ref_id, why_zh)


def seal_token(key: bytes, id_token: str | None) -> bytes | None:
    """The ID token as the session's row keeps it: only to name the log-in when the person leaves."""
    if not id_token:
        return None
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, id_token.encode(), b"id_token")


def open_token(key: bytes, sealed: bytes | None) -> str | None:
    """The ID token of a session's row; None when there is none, or when the key has changed since."""
    if sealed is None:
        return None
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], b"id_token").decode()
    except InvalidTag:
        return None


def ticket(key: bytes, person_id: UUID, issuer_session: str) -> str:
    """Between log-in and choice of a post: who it is, for five minutes, unforgeable."""
    body = f"{person_id}.{issuer_session or '-'}.{int(time.time()) + TICKET_S}"
    return f"{body}.{hmac.digest(key, body.encode(), 'sha256').hex()}"


def read_ticket(key: bytes, text: str) -> tuple[UUID, str] | None:
    """Person and issuer session of a ticket; None when it is forged or too old."""
    body, _, mac = text.rpartition(".")
    if not body or not hmac.compare_digest(mac, hmac.digest(key, body.encode(), "sha256").hex()):
        return None
    person, issuer_session, expires = body.split(".")
    if int(expires) < time.time():
        return None
    return UUID(person), "" if issuer_session == "-" else issuer_session
