"""Accepting a message in the caller's transaction: rolled back with it, sent once it commits (decision D7)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from kernel import vault
from kernel.calendar import clock
from kernel.crypto.blind_index import IndexedField
from kernel.crypto.framing import framed
from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import RevealPurpose, Secret, reveal
from kernel.db import TenantSession, utc_now
from kernel.db.ids import uuid7
from kernel.errors import DomainError, Invalid
from kernel.validation.phones import check_mobile
from kernel.validation.refusal import InvalidNumber
from kernel.vault import TenantVault
from shared_channels.sms.message_templates.models import SmsCategory
from shared_channels.sms.message_templates.policy.composing import compose, faults_of
from shared_channels.sms.messages import errors, queries
from shared_channels.sms.messages.queries import Sealed
from shared_channels.sms.numbers.queries import registry_index
from shared_channels.sms.segments.policy import segments

TABLE = "sms_message"
CODE_LIFE = timedelta(minutes=5)
"""A code that has not left by then is never sent."""

_REFUSALS: Mapping[str, type[DomainError]] = {
    "conflict": errors.KeyUsed,
    "template": errors.TemplateNotApproved,
    "blocked": errors.NumberBlocked,
    "limited": errors.NumberLimited,
    "refused": errors.AllowanceSpent,
}


@dataclass(frozen=True)
class Accepted:
    """A message that was taken in. `repeated`: the key came before with the same content, nothing new was stored."""

    message_id: UUID
    segments: int
    repeated: bool


def accept(
    session: TenantSession,
    *,
    template: str,
    phone: Secret[str],
    values: Mapping[str, str | Secret[str]],
    key: str,
    payer: UUID | None = None,
    origin: tuple[str, str] = ("", ""),
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> Accepted:
    """Take one message in. `key` names it for ever: the same key and content give the same message.

    `payer` is the acting tenant, or one below it when the province acts. `origin` is a kind and an id, never personal data. Times are
    business time. The caller audits: a transaction that took a message in needs its audit event like any other change.
    Raises TemplateNotApproved, NumberInvalid, Invalid (a variable), KeyUsed, NumberBlocked, NumberLimited, AllowanceSpent.
    """
    paying = payer or session.tenant_id
    terms = queries.terms(session, paying, template)
    if terms is None:
        raise errors.TemplateNotApproved
    if not 1 <= len(key) <= 200:
        raise Invalid(fields={"key": ["发送标识为 1 至 200 个字符。"]})
    number = _number(phone, synthetic=terms.synthetic)
    plain = {k: reveal(v, RevealPurpose.DELIVERY) if isinstance(v, Secret) else v for k, v in values.items()}
    wrong = faults_of(terms.variables, plain)
    if wrong:
        raise Invalid(fields={name: [words] for name, words in wrong.items()})
    text = compose(terms.category, terms.body_zh, terms.signature, plain)
    due, expires = _wall(due_at), _wall(expires_at)
    if expires is None and terms.category == SmsCategory.OTP:
        expires = (due or utc_now()) + CODE_LIFE
    own, new = vault.of(session, paying), uuid7()
    message = Sealed(
        id=new,
        key=key,
        content_hash=_content_hash(own, template, number, plain),
        template_id=terms.template_id,
        number_index=registry_index(session, number),
        phone=own.seal(TABLE, "phone", new, number),
        phone_index=own.index(IndexedField.PHONE, number),
        text=own.seal(TABLE, "text", new, Secret(text)),
        segments=segments(text),
        accepted_at=clock.now(),
        due_at=due,
        expires_at=expires,
        origin=origin,
    )
    [(message_id, verdict)] = queries.put(session, paying, [message])
    if verdict in _REFUSALS:
        raise _REFUSALS[verdict]
    if verdict == "accepted":
        session.wrote = session.wrote or "sms_message"
    return Accepted(message_id, message.segments, verdict == "repeated")


def _number(phone: Secret[str], *, synthetic: bool) -> Secret[str]:
    try:
        plain = check_mobile(reveal(phone, RevealPurpose.VALIDATION), allow_synthetic=synthetic)
    except InvalidNumber as error:
        raise errors.NumberInvalid(fields={"phone": [error.message_zh]}) from None
    return Secret(plain, MaskKind.PHONE)


def _content_hash(own: TenantVault, template: str, number: Secret[str], values: Mapping[str, str]) -> bytes:
    """What tells the same request from another one. Keyed: a short code could be guessed from a plain hash."""
    parts = [template, reveal(number, RevealPurpose.BLIND_INDEX)]
    parts += [part for name in sorted(values) for part in (name, values[name])]
    digest = hashlib.sha256(framed(*(part.encode() for part in parts))).hexdigest()
    return own.index(IndexedField.USCC, Secret(digest))


def _wall(at: datetime | None) -> datetime | None:
    """Business time as the wall clock that the queue goes by."""
    return at - (clock.now() - utc_now()) if at is not None and clock.moved() else at
