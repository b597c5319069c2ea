"""Looking messages up; for accepting: the terms of a template, kept for two seconds, and the one call that takes messages in."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Boolean, Integer, String, Uuid, bindparam, column, func, select
from sqlalchemy.dialects.postgresql import JSONB

from kernel import vault
from kernel.crypto.blind_index import IndexedField
from kernel.crypto.secret import Secret
from kernel.db import Database, TenantSession
from kernel.errors import NotFound
from shared_channels.sms.message_templates.models import SmsTemplate
from shared_channels.sms.message_templates.policy.content import Variable, variable_of
from shared_channels.sms.messages.models import SmsMessage
from shared_channels.sms.signatures.policy import Signature, effective

KEEP_S = 2.0
"""A withdrawn template goes out at most this long after its withdrawal."""
_MOST = 4096

_TERMS = select(
    func.k.sms_terms(
        bindparam("tenant", type_=Uuid), bindparam("payer", type_=Uuid), bindparam("code", type_=String)
    ).table_valued(
        column("template_id", Uuid), column("number", Integer), column("category", String), column("body_zh", String),
        column("variables", JSONB), column("style", String), column("own_zh", String), column("suffix_zh", String),
        column("province_zh", String), column("is_province", Boolean), column("short_name_zh", String), column("synthetic", Boolean),
    )
)  # fmt: skip
_PUT = select(
    func.k.sms_put(
        bindparam("tenant", type_=Uuid), bindparam("payer", type_=Uuid), bindparam("rows", type_=JSONB)
    ).table_valued(column("message_id", Uuid), column("verdict", String))
)


@dataclass(frozen=True)
class Terms:
    """An approved template with the signature of the tenant that pays."""

    template_id: UUID
    number: int
    category: str
    body_zh: str
    variables: tuple[Variable, ...]
    signature: Signature
    synthetic: bool


@dataclass(frozen=True)
class Sealed:
    """One message ready to be stored: personal values sealed, marks made."""

    id: UUID
    key: str
    content_hash: bytes
    template_id: UUID
    number_index: bytes | None
    phone: bytes
    phone_index: bytes
    text: bytes
    segments: int
    accepted_at: datetime
    due_at: datetime | None
    expires_at: datetime | None
    origin: tuple[str, str]

    def row(self) -> dict[str, Any]:
        """As JSON values for `k.sms_put`."""
        return {
            "id": str(self.id),
            "key": self.key,
            "content_hash": self.content_hash.hex(),
            "template_id": str(self.template_id),
            "number_index": self.number_index.hex() if self.number_index else None,
            "phone": base64.b64encode(self.phone).decode(),
            "phone_index": self.phone_index.hex(),
            "text": base64.b64encode(self.text).decode(),
            "segments": self.segments,
            "accepted_at": self.accepted_at.isoformat(),
            "due_at": self.due_at.isoformat() if self.due_at else None,
            "expires_at": self.expires_at.isoformat() if self.expires_at else None,
            "origin_kind": self.origin[0],
            "origin_id": self.origin[1],
        }


_Kept = dict[tuple[UUID, UUID, str], tuple[float, Terms | None]]
_kept: WeakKeyDictionary[Database, _Kept] = WeakKeyDictionary()


def terms(session: TenantSession, payer: UUID, code: str) -> Terms | None:
    """The terms of a template for that payer, at most two seconds old; None when none is approved."""
    ours = _kept.setdefault(session.door, {})
    key = session.tenant_id, payer, code
    found = ours.get(key)
    if found is None or found[0] < monotonic():
        if len(ours) >= _MOST:
            ours.clear()
        found = ours[key] = monotonic() + KEEP_S, _fetch(session, payer, code)
    return found[1]


def forget_terms(session: TenantSession) -> None:
    """Ask again at the next message: what this process itself has just published counts at once."""
    _kept.pop(session.door, None)


def put(session: TenantSession, payer: UUID, messages: Sequence[Sealed]) -> list[tuple[UUID, str]]:
    """Hand the messages over, in this transaction: for each its id and verdict, in the same order. One round trip."""
    values = {"tenant": session.tenant_id, "payer": payer, "rows": [message.row() for message in messages]}
    return [(row.message_id, row.verdict) for row in session.connection().execute(_PUT, values)]


def _fetch(session: TenantSession, payer: UUID, code: str) -> Terms | None:
    values = {"tenant": session.tenant_id, "payer": payer, "code": code}
    row = session.connection().execute(_TERMS, values).first()
    if row is None:
        return None
    signature = effective(
        row.style, row.own_zh or "", row.suffix_zh or "", row.province_zh or "", row.is_province, row.short_name_zh
    )  # fmt: skip
    variables = tuple(variable_of(v) for v in row.variables)
    return Terms(row.template_id, row.number, row.category, row.body_zh, variables, signature, row.synthetic)


@dataclass(frozen=True)
class Found:
    """Messages to one number, newest first, and whether there are more than are shown."""

    rows: Sequence[SmsMessage]
    more: bool


def to_number(session: TenantSession, phone: Secret[str], *, most: int = 100) -> Found:
    """The acting tenant's messages to one number, newest first, by its mark; nothing is decrypted."""
    marks = vault.of(session).candidates(IndexedField.PHONE, phone)
    statement = select(SmsMessage).where(SmsMessage.phone_index.in_(marks)).order_by(SmsMessage.id.desc())
    rows = session.scalars(statement.limit(most + 1)).all()
    return Found(rows[:most], len(rows) > most)


def message(session: TenantSession, message_id: UUID) -> SmsMessage:
    """One message of the acting tenant. Raises NotFound."""
    row = session.scalar(select(SmsMessage).where(SmsMessage.id == message_id))
    if row is None:
        raise NotFound
    return row


def template_names(session: TenantSession, rows: Sequence[SmsMessage]) -> dict[UUID, str]:
    """Names of the templates of these messages, by template id; one query."""
    ids = {row.template_id for row in rows}
    found = session.execute(select(SmsTemplate.id, SmsTemplate.name_zh).where(SmsTemplate.id.in_(ids)))
    return {row.id: row.name_zh for row in found}
