"""The mark of a phone number in the province's registry; limits and blocked numbers."""

from __future__ import annotations

from time import monotonic
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Integer, LargeBinary, Select, Uuid, bindparam, column, func, select

from kernel import vault
from kernel.crypto.blind_index import BlindIndex, IndexedField
from kernel.crypto.errors import KeyMissing
from kernel.crypto.secret import Secret
from kernel.crypto.tenant_key import KeyPurpose
from kernel.db import Database, TenantSession, utc_now
from shared_channels.sms.numbers.models import SmsBlockedNumber, SmsLimit

_KEYS = select(
    func.k.sms_registry_keys(bindparam("tenant", type_=Uuid)).table_valued(
        column("province_id", Uuid), column("version", Integer), column("wrapped", LargeBinary)
    )
)
_KEEP_S = 300.0
_kept: WeakKeyDictionary[Database, dict[UUID, tuple[float, BlindIndex]]] = WeakKeyDictionary()


def registry_index(session: TenantSession, phone: Secret[str]) -> bytes | None:
    """32 bytes that stand for this number in the province's registry, whichever tenant of the province asks (decision D12).

    None while the province has no keys: then its registry is empty, too.
    """
    index = _index(session)
    return index.of(IndexedField.PHONE, phone) if index is not None else None


def _index(session: TenantSession) -> BlindIndex | None:
    ours = _kept.setdefault(session.door, {})
    found = ours.get(session.tenant_id)
    if found is not None and found[0] > monotonic():
        return found[1]
    fetched = _fetch(session)
    if fetched is None:
        vault.of(session)  # the province makes its keys here; of a centre it makes the centre's own
        fetched = _fetch(session)
    if fetched is not None:
        ours[session.tenant_id] = monotonic() + _KEEP_S, fetched
    return fetched


def _fetch(session: TenantSession) -> BlindIndex | None:
    own = session.vault
    if not isinstance(own, vault.Vault):
        raise KeyMissing("本进程没有密钥，不能读写个人信息。")
    keys = [
        own.keyring.unwrap(row.province_id, KeyPurpose.INDEX, row.version, row.wrapped)
        for row in session.connection().execute(_KEYS, {"tenant": session.tenant_id})
    ]
    return BlindIndex(keys) if keys else None


def limits(session: TenantSession) -> dict[str, tuple[int | None, int | None]]:
    """In the province: most in an hour and in a day, by category."""
    return {row.category: (row.per_hour, row.per_day) for row in session.scalars(select(SmsLimit))}


def blocked(session: TenantSession) -> Select[SmsBlockedNumber]:
    """In the province: numbers that are blocked now."""
    mine = SmsBlockedNumber
    return select(mine).where((mine.until.is_(None)) | (mine.until > utc_now()))
