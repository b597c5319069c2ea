"""Signing keys: made by one process even when several begin together."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select

from kernel.db.ids import uuid7
from kernel.identity.issuer.models import IssuerKey
from kernel.identity.issuer.records import SigningKey
from kernel.identity.issuer.sql_store.place import Place

TABLE, PEM = "issuer_key", "private_pem"
_LOCK = 0x676A6A6B6579  # one transaction at a time changes keys


class KeyRows:
    """The part `KeyStore` of the issuer's port."""

    place: Place

    def signing_keys(self) -> Sequence[SigningKey]:
        """Live keys, newest first."""
        newest_first = select(IssuerKey).order_by(IssuerKey.id.desc())
        with self.place.transaction(read_only=True) as session:
            return [self._record(row) for row in session.scalars(newest_first)]

    def add_signing_key(self, key: SigningKey, *, newest: str | None, keep: int) -> bool:
        """Add a key and drop old ones; False when another process was faster."""
        with self.place.transaction() as session:
            session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            there = session.execute(select(IssuerKey.id, IssuerKey.kid).order_by(IssuerKey.id.desc())).all()
            if (there[0].kid if there else None) != newest:
                return False
            new = uuid7()
            sealed = self.place.seal(TABLE, PEM, new, key.private_pem)
            session.add(IssuerKey(id=new, kid=key.kid, private_pem=sealed, created_at=key.created_at))
            old = [row.id for row in there[keep - 1 :]] if keep > 0 else []
            if old:
                session.execute(
                    delete(IssuerKey)
                    .where(IssuerKey.id.in_(old))
                    .execution_options(synchronize_session=False)
                )
            session.audit("issuer.key_added", "issuer_key", key.kid, "更换登录服务签名密钥", dropped=len(old))
            return True

    def _record(self, row: IssuerKey) -> SigningKey:
        return SigningKey(row.kid, self.place.open(TABLE, PEM, row.id, row.private_pem), row.created_at)
