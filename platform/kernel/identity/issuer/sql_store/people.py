"""Persons, their password and second factor: every change is guarded by the credential epoch, in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update

from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.identity.issuer.models import IssuerPerson, IssuerRecoveryCode, IssuerSession
from kernel.identity.issuer.records import Person
from kernel.identity.issuer.sql_store.place import Place

TABLE, SECRET = "issuer_person", "totp_secret"


class PeopleRows:
    """The part `PersonStore` of the issuer's port."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def person_by_username(self, username: str) -> Person | None:
        """The person with that normalised name."""
        with self.place.transaction(read_only=True) as session:
            return self._one(session, IssuerPerson.username == username)

    def person(self, person_id: UUID) -> Person | None:
        """The person with that id."""
        with self.place.transaction(read_only=True) as session:
            return self._one(session, IssuerPerson.id == person_id)

    def set_password(self, person_id: UUID, password_hash: str, *, epoch: int, at: datetime) -> Person | None:
        """Replace the password and end what it had opened; None when somebody was faster."""
        with self.place.transaction() as session:
            changed = self._change(
                session,
                IssuerPerson.id == person_id,
                IssuerPerson.credential_epoch == epoch,
                password_hash=password_hash,
                password_change_due=False,
            )
            if changed is not None:
                end_sessions_of(session, person_id, at)
                session.audit("issuer.password_changed", "account", person_id, "本人更换登录密码")
            return changed

    def enrol_totp(
        self,
        person_id: UUID,
        secret: str,
        recovery_hashes: Sequence[bytes],
        *,
        step: int,
        epoch: int,
        at: datetime,
    ) -> Person | None:
        """Set the second factor, once."""
        sealed = self.place.seal(TABLE, SECRET, person_id, secret)
        with self.place.transaction() as session:
            changed = self._change(
                session,
                IssuerPerson.id == person_id,
                IssuerPerson.credential_epoch == epoch,
                IssuerPerson.totp_secret.is_(None),
                totp_secret=sealed,
                totp_step=step,
            )
            if changed is not None:
                put_recovery_codes(session, person_id, recovery_hashes)
                session.audit("issuer.second_factor_set", "account", person_id, "本人启用动态验证码")
            return changed

    def use_totp_step(self, person_id: UUID, step: int) -> bool:
        """True once for each step; a later one bars all earlier ones."""
        with self.place.transaction() as session:
            used = session.execute(
                update(IssuerPerson)
                .where(IssuerPerson.id == person_id, IssuerPerson.totp_step < step)
                .values(totp_step=step)
                .returning(IssuerPerson.id)
                .execution_options(synchronize_session=False)
            ).scalar_one_or_none()
            session.changed_nothing()  # which step was last is a guard like a counter; the log-in itself is audited
            return used is not None

    def use_recovery_code(self, person_id: UUID, code_hash: bytes, at: datetime) -> int | None:
        """Use one up; how many are left."""
        with self.place.transaction() as session:
            used = session.execute(
                delete(IssuerRecoveryCode)
                .where(IssuerRecoveryCode.person_id == person_id, IssuerRecoveryCode.code_hash == code_hash)
                .returning(IssuerRecoveryCode.id)
                .execution_options(synchronize_session=False)
            ).scalar_one_or_none()
            if used is None:
                session.changed_nothing()
                return None
            left = session.scalar(
                select(func.count())
                .select_from(IssuerRecoveryCode)
                .where(IssuerRecoveryCode.person_id == person_id)
            )
            session.audit("issuer.recovery_code_used", "account", person_id, "使用恢复码登录", left=left)
            return left

    def _one(self, session: TenantSession, condition: Any) -> Person | None:
        row = session.scalar(select(IssuerPerson).where(condition))
        return None if row is None else self.record(row)

    def _change(self, session: TenantSession, *conditions: Any, **values: Any) -> Person | None:
        """One guarded UPDATE that raises the epoch; None, and nothing to audit, when it met no row."""
        row = session.scalars(
            update(IssuerPerson)
            .where(*conditions)
            .values(credential_epoch=IssuerPerson.credential_epoch + 1, **values)
            .returning(IssuerPerson)
            .execution_options(synchronize_session=False)
        ).one_or_none()
        if row is None:
            session.changed_nothing()
            return None
        return self.record(row)

    def record(self, row: IssuerPerson) -> Person:
        """The row as the issuer knows it."""
        sealed = row.totp_secret
        return Person(
            id=row.id,
            username=row.username,
            display_name=row.display_name,
            enabled=row.enabled,
            password_hash=row.password_hash,
            password_change_due=row.password_change_due,
            totp_secret=None if sealed is None else self.place.open(TABLE, SECRET, row.id, sealed),
            credential_epoch=row.credential_epoch,
        )


def put_recovery_codes(session: TenantSession, person_id: UUID, hashes: Sequence[bytes]) -> None:
    """Replace a person's recovery codes."""
    drop_recovery_codes(session, person_id)
    rows = [
        {"tenant_id": session.tenant_id, "id": uuid7(), "person_id": person_id, "code_hash": value}
        for value in hashes
    ]
    if rows:
        session.execute(insert(IssuerRecoveryCode), rows)


def drop_recovery_codes(session: TenantSession, person_id: UUID) -> None:
    """Take a person's recovery codes away."""
    session.execute(
        delete(IssuerRecoveryCode)
        .where(IssuerRecoveryCode.person_id == person_id)
        .execution_options(synchronize_session=False)
    )


def end_sessions_of(session: TenantSession, person_id: UUID, at: datetime) -> None:
    """End every log-in of a person; their codes and tokens die with it."""
    session.execute(
        update(IssuerSession)
        .where(IssuerSession.person_id == person_id, IssuerSession.ended_at.is_(None))
        .values(ended_at=at)
        .execution_options(synchronize_session=False)
    )
