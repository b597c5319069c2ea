"""Accounts at the embedded issuer, as staff pages open them: a user name belongs to one person in all the province.

A link that sets a first password is as good as the account itself, so nobody gets one for an account that was there before
and has no post in their own tenant.
"""

from __future__ import annotations

from uuid import UUID, uuid5

from sqlalchemy.dialects.postgresql import insert

from kernel.errors import Conflict
from kernel.identity.issuer import invitations
from kernel.identity.issuer.core import Issuer
from kernel.identity.issuer.digests import normal_username
from kernel.identity.issuer.models import IssuerPerson
from kernel.identity.issuer.sql_store.store import SqlIssuerStore

ISSUER_NAME = "embedded"
_PEOPLE = UUID("6f2d1c3e-5b7a-5e64-9c0d-8a1f4b2e7d90")


class UserNameTaken(Conflict):
    """Somebody in the province has that user name."""

    code = "identity.name_taken"
    message_zh = "这个登录名已有人使用。"
    hint_zh = "请换一个登录名。同一人在多个机构任职的，由省级按入驻清单办理。"


class HasPassword(Conflict):
    """The first log-in is over; a reset is another matter and needs two people."""

    code = "identity.has_password"
    message_zh = "该人员已经设置过密码，不能再发首次登录链接。"
    hint_zh = "忘记密码或更换手机的，须由两名管理人员共同办理重置。"


class NoAccount(Conflict):
    """The person logs in elsewhere."""

    code = "identity.no_account"
    message_zh = "该人员的登录账号不在本平台。"
    hint_zh = "请在统一登录服务中开通或重置。"


def person_id_of(username: str) -> UUID:
    """The identifier of a person, the same in every tenant and in manifests: it follows from the user name."""
    return uuid5(_PEOPLE, normal_username(username))


def open_account(issuer: Issuer, username: str, display_name: str) -> UUID:
    """A new account without a password, in the province. Raises UserNameTaken, also when two people ask at once."""
    person_id, name = person_id_of(username), normal_username(username)
    with _store(issuer).place.transaction() as session:
        row = insert(IssuerPerson).values(
            tenant_id=session.tenant_id,
            id=person_id,
            username=name,
            display_name=display_name,
            enabled=True,
            password_change_due=False,
            totp_step=0,
            credential_epoch=0,
            created_at=issuer.clock(),
        )
        made = session.execute(row.on_conflict_do_nothing().returning(IssuerPerson.id)).scalar_one_or_none()
        if made is None:
            session.changed_nothing()
            raise UserNameTaken
        session.audit("issuer.account_created", "account", person_id, "开通登录账号")
    return person_id


def first_link(issuer: Issuer, person_id: UUID, officer_id: UUID) -> str:
    """The link with which a person sets their first password; earlier ones die. Raises HasPassword, NoAccount.

    The caller has made sure that the person holds a post in the officer's own tenant.
    """
    person = issuer.store.person(person_id)
    if person is None:
        raise NoAccount
    if person.password_hash is not None:
        raise HasPassword
    return invitations.invite(issuer, person_id, officer_id=officer_id)


def reset_link(issuer: Issuer, person_id: UUID, maker_id: UUID, checker_id: UUID) -> str:
    """Take a person's credentials and log-ins away; the link for new ones. Raises NoAccount, OfficersNotTwo.

    The caller has made sure that both officers decided it, and that the person holds a post in their tenant and in no other.
    """
    if issuer.store.person(person_id) is None:
        raise NoAccount
    return invitations.reset(issuer, person_id, maker_id=maker_id, checker_id=checker_id)


def _store(issuer: Issuer) -> SqlIssuerStore:
    if not isinstance(issuer.store, SqlIssuerStore):
        raise TypeError("accounts are rows: the issuer needs its store in the database")
    return issuer.store
