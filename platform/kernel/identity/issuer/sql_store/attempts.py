"""Counters that guard guesses: one upsert counts and decides, so that any number of guesses at once can't pass together."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import case, delete, func, or_, update
from sqlalchemy.dialects.postgresql import insert

from kernel.db.ids import uuid7
from kernel.identity.issuer.models import IssuerAttempt
from kernel.identity.issuer.settings import Limit
from kernel.identity.issuer.sql_store.place import Place


class AttemptRows:
    """The part `AttemptStore` of the issuer's port."""

    place: Place

    def take_attempt(self, key: bytes, limit: Limit, at: datetime) -> bool:
        """Count one; False, and nothing counted, when they are used up."""
        rested = IssuerAttempt.last_at <= at - limit.pause
        with self.place.transaction() as session:
            first = insert(IssuerAttempt).values(
                tenant_id=session.tenant_id, id=uuid7(), key=key, attempts=1, last_at=at
            )
            counted = first.on_conflict_do_update(
                index_elements=["tenant_id", "key"],
                set_={"attempts": case((rested, 1), else_=IssuerAttempt.attempts + 1), "last_at": at},
                where=or_(rested, IssuerAttempt.attempts < limit.attempts),
            ).returning(IssuerAttempt.attempts)
            return session.execute(counted).scalar_one_or_none() is not None

    def give_back_attempt(self, key: bytes) -> None:
        """Take one off."""
        with self.place.transaction() as session:
            session.execute(
                update(IssuerAttempt)
                .where(IssuerAttempt.key == key)
                .values(attempts=func.greatest(IssuerAttempt.attempts - 1, 0))
                .execution_options(synchronize_session=False)
            )

    def clear_attempts(self, key: bytes) -> None:
        """Begin again at none."""
        with self.place.transaction() as session:
            session.execute(
                delete(IssuerAttempt)
                .where(IssuerAttempt.key == key)
                .execution_options(synchronize_session=False)
            )
