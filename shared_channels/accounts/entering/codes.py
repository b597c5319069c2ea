"""Asking for a code and answering it, over HTTP: count, commit, then send; count, commit, then say whether it was right."""

from __future__ import annotations

import hmac
import ipaddress
from uuid import UUID

from flask import request

from kernel.crypto.secret import Secret
from kernel.web.settings import web_settings
from shared_channels.accounts import queries
from shared_channels.accounts.entering.scopes import province_tx
from shared_channels.accounts.errors import AskedTooOften, AskedTooSoon, CodeRefused, TriedTooOften
from shared_channels.accounts.policy import (
    CODES_A_DAY,
    CODES_A_MINUTE,
    CODES_ADDRESS_DAY,
    CODES_ADDRESS_HOUR,
    CODES_PAYER_HOUR,
    PROOFS_A_DAY,
    PROOFS_OF_PERSON_A_DAY,
    Limit,
    Purpose,
)
from shared_channels.accounts.service import challenging, limiting
from shared_channels.accounts.service.challenging import NOBODY, Holder, Proof


def ask_code(
    province_id: UUID,
    purpose: Purpose,
    phone: Secret[str],
    *,
    payer: UUID | None,
    holder: Holder = NOBODY,
    instead_of_address: tuple[Limit, bytes] | None = None,
) -> Secret[str]:
    """Send a code and return its key. Raises AskedTooSoon, AskedTooOften, and what the message service raises.

    A channel's program, behind whose address many people stand, brings a limit of its own.
    """
    with province_tx(province_id) as session:
        index = queries.phone_index(session, phone)
        wanted: list[tuple[Limit, bytes]] = []
        if instead_of_address is not None:
            wanted.append(instead_of_address)
        else:
            wanted += [(CODES_ADDRESS_HOUR, address_key()), (CODES_ADDRESS_DAY, address_key())]
        wanted += [
            (CODES_A_MINUTE, index + purpose.encode()),
            (CODES_A_DAY, index),
            (CODES_PAYER_HOUR, (payer or province_id).bytes),
        ]
        refused = limiting.first_refused(session, wanted)
    if refused is CODES_A_MINUTE:
        raise AskedTooSoon(60)
    if refused is not None:
        raise AskedTooOften(3600)
    with province_tx(province_id) as session:
        return challenging.ask(session, purpose, phone, holder=holder, payer=payer)


def prove(
    province_id: UUID, key: Secret[str], purpose: Purpose, code: Secret[str], holder: Holder = NOBODY
) -> Proof:
    """Evaluate one guess and keep its count. Raises CodeRefused, whatever is wrong."""
    with province_tx(province_id) as session:
        proof = challenging.guess(session, key, purpose, code, holder)
    if proof is None:
        raise CodeRefused
    return proof


def count_proof_of_identity(province_id: UUID, account_id: UUID, number: Secret[str] | None = None) -> None:
    """Count an attempt to prove who somebody is, by account and by person. Raises TriedTooOften."""
    with province_tx(province_id, account_id=account_id) as session:
        wanted = [(PROOFS_A_DAY, account_id.bytes)]
        if number is not None:
            wanted.append((PROOFS_OF_PERSON_A_DAY, queries.number_index(session, number)))
        refused = limiting.first_refused(session, wanted)
    if refused is not None:
        raise TriedTooOften(3600)


def forget_proofs(province_id: UUID, account_id: UUID) -> None:
    """After a right one the account's attempts of the day count from nothing again."""
    with province_tx(province_id, account_id=account_id) as session:
        limiting.clear(session, PROOFS_A_DAY, account_id.bytes)


def address_key() -> bytes:
    """A keyed hash of the network that asks: /24 or /64. The address itself is not kept."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
        length = 24 if address.version == 4 else 64
        network = str(ipaddress.ip_network(f"{address}/{length}", strict=False))
    except ValueError:
        network = "unknown"
    return hmac.digest(web_settings().key("accounts.address"), network.encode(), "sha256")
