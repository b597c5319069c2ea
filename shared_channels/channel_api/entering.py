"""The HTTP edge of channels: a signed request, then the person's key. Once a request: the nonce is used up by looking."""

from __future__ import annotations

from flask import g, request

from kernel.identity.entering import identity
from kernel.tenancy.tenants import Tenant
from shared_channels.accounts.entering import (
    Citizen,
    account_of_key,
    bound_citizen,
    enter_as,
    open_centre,
    province_of,
    province_tx,
)
from shared_channels.accounts.models import BindingKind
from shared_channels.accounts.queries import SignedIn
from shared_channels.channel_api.errors import CitizenKeyRefused, SignatureRefused
from shared_channels.channel_api.policy import HEADERS, SignedRequest
from shared_channels.channel_api.service.checking import Program, check


def signed_program(scope: str) -> tuple[Program, Tenant]:
    """The program that signed this request and the centre that it speaks to.

    Raises NotFound (no such centre), SignatureRefused, ClockOff, ScopeMissing.
    """
    if "gjj_program" in g:
        raise RuntimeError("a request is checked once")
    arrived = _arrived()
    if not arrived.well_formed:
        raise SignatureRefused
    centre = open_centre(arrived.centre)
    with province_tx(province_of(centre)) as session:
        g.gjj_program = check(session, arrived, centre.id, scope)
    return g.gjj_program, centre


def enter_channel_citizen(scope: str, kind: BindingKind = BindingKind.DEPOSITOR) -> Citizen:
    """Enter the centre as the bound person whose key the program sent: the same `Citizen` as on the phone pages.

    Raises what `signed_program` raises, CitizenKeyRefused, NotBound.
    """
    signed, centre = signed_person(scope)
    enter_as(centre, signed, kind)
    return bound_citizen(signed, kind)


def signed_person(scope: str) -> tuple[SignedIn, Tenant]:
    """The person whose key the program sent, bound or not; enters nothing. Raises CitizenKeyRefused for a key of another program."""
    program, centre = signed_program(scope)
    key = request.headers.get("X-Gjj-Citizen", "")
    signed = account_of_key(province_of(centre), key) if 20 <= len(key) <= 100 else None
    if signed is None or signed.client_id != program.id or signed.centre_id != centre.id:
        raise CitizenKeyRefused
    return signed, centre


def user_index(channel: str, user: str) -> bytes:
    """A keyed hash of the channel's own name of a person (openid), which itself is not kept."""
    return identity().directory.hash_of("channel_user", f"{channel}\0{user}")


def _arrived() -> SignedRequest:
    client, centre, timestamp, nonce, citizen, signature = (request.headers.get(h, "") for h in HEADERS)
    query = request.query_string.decode("latin-1")
    target = f"{request.path}?{query}" if query else request.path
    return SignedRequest(
        request.method,
        target,
        client,
        centre,
        timestamp,
        nonce,
        citizen,
        signature,
        request.get_data(cache=True),
    )
