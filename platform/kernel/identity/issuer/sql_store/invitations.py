"""Invitations and resets: of any number of uses at once, one takes effect."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from kernel.db import TenantSession
from kernel.identity.issuer.models import IssuerInvitation, IssuerPerson
from kernel.identity.issuer.records import Credentials, Invitation, InvitationKind, Person
from kernel.identity.issuer.sql_store.people import (
    SECRET,
    TABLE,
    PeopleRows,
    drop_recovery_codes,
    end_sessions_of,
    put_recovery_codes,
)

WORDS = {InvitationKind.JOIN: "发出首次登录邀请", InvitationKind.RESET: "经两人决定，重置登录凭据"}


class InvitationRows(PeopleRows):
    """The part `InvitationStore` of the issuer's port."""

    def create_invitation(self, invitation: Invitation, at: datetime) -> None:
        """Store it; earlier open ones of the person die. A reset takes effect at once."""
        with self.place.transaction() as session:
            session.execute(
                update(IssuerInvitation)
                .where(
                    IssuerInvitation.person_id == invitation.person_id, IssuerInvitation.closed_at.is_(None)
                )
                .values(closed_at=at)
                .execution_options(synchronize_session=False)
            )
            session.add(
                IssuerInvitation(
                    token_hash=invitation.token_hash,
                    person_id=invitation.person_id,
                    kind=invitation.kind,
                    officer_ids=list(invitation.officer_ids),
                    created_at=at,
                    expires_at=invitation.expires_at,
                )
            )
            if invitation.kind is InvitationKind.RESET:
                self._take_away(session, invitation, at)
            officers = ",".join(str(officer) for officer in invitation.officer_ids)
            session.audit(
                f"issuer.{invitation.kind}_invited",
                "account",
                invitation.person_id,
                WORDS[invitation.kind],
                officers=officers,
            )

    def invitation(self, token_hash: bytes, at: datetime) -> Invitation | None:
        """The invitation while it is open."""
        with self.place.transaction(read_only=True) as session:
            row = session.scalar(select(IssuerInvitation).where(*_open(token_hash, at)))
            return None if row is None else _record(row)

    def redeem_invitation(self, token_hash: bytes, credentials: Credentials, at: datetime) -> Person | None:
        """Use it up and set the credentials, together."""
        with self.place.transaction() as session:
            person_id = session.execute(
                update(IssuerInvitation)
                .where(*_open(token_hash, at))
                .values(closed_at=at)
                .returning(IssuerInvitation.person_id)
                .execution_options(synchronize_session=False)
            ).scalar_one_or_none()
            if person_id is None:
                session.changed_nothing()
                return None
            secret = credentials.totp_secret
            changed = self._change(
                session,
                IssuerPerson.id == person_id,
                password_hash=credentials.password_hash,
                password_change_due=False,
                totp_secret=None if secret is None else self.place.seal(TABLE, SECRET, person_id, secret),
                totp_step=credentials.totp_step,
            )
            put_recovery_codes(session, person_id, credentials.recovery_hashes)
            end_sessions_of(session, person_id, at)
            session.audit("issuer.invitation_redeemed", "account", person_id, "本人通过邀请设置登录凭据")
            return changed

    def _take_away(self, session: TenantSession, invitation: Invitation, at: datetime) -> None:
        self._change(session, IssuerPerson.id == invitation.person_id, password_hash=None, totp_secret=None)
        drop_recovery_codes(session, invitation.person_id)
        end_sessions_of(session, invitation.person_id, at)


def _open(token_hash: bytes, at: datetime) -> tuple[Any, ...]:
    return (
        IssuerInvitation.token_hash == token_hash,
        IssuerInvitation.closed_at.is_(None),
        IssuerInvitation.expires_at > at,
    )


def _record(row: IssuerInvitation) -> Invitation:
    return Invitation(
        token_hash=row.token_hash,
        person_id=row.person_id,
        kind=InvitationKind(row.kind),
        expires_at=row.expires_at,
        officer_ids=tuple(row.officer_ids),
    )
