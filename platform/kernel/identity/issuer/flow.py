"""A log-in under way: a signed text in the form, bound to the browser by a cookie. Nothing is stored.

A flow of another browser is refused, so nobody can be walked into somebody else's log-in; a flow of an older credential
epoch is refused, so what was proved before a change of password does not count after it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from hmac import compare_digest
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

from kernel.identity.issuer.core import Issuer
from kernel.identity.issuer.digests import token_hash
from kernel.identity.issuer.records import Person

MAX_LENGTH = 16384


@dataclass(frozen=True, slots=True)
class Flow:
    """`query` are the authorization request's parameters; `person` and `factors` what has been proved so far."""

    query: dict[str, str]
    browser: str
    expires: int
    person: str | None = None
    epoch: int = 0
    factors: tuple[str, ...] = ()
    purpose: str = "login"


def begin(issuer: Issuer, query: dict[str, str], browser_key: str, *, purpose: str = "login") -> Flow:
    expires = issuer.clock() + issuer.settings.flow_lifetime
    return Flow(query, token_hash(browser_key).hex(), int(expires.timestamp()), purpose=purpose)


def proved(flow: Flow, person: Person, factors: tuple[str, ...]) -> Flow:
    """The same flow with what the person has proved."""
    return replace(flow, person=str(person.id), epoch=person.credential_epoch, factors=factors)


def write(issuer: Issuer, flow: Flow) -> str:
    """The flow as signed text for a hidden field."""
    text = _serializer(issuer).dumps(asdict(flow))
    return text if isinstance(text, str) else text.decode()


def read(issuer: Issuer, text: str, browser_key: str | None, *, purpose: str = "login") -> Flow | None:
    """The flow, when it is ours, of this browser and purpose, and in time."""
    if not browser_key or len(text) > MAX_LENGTH:
        return None
    try:
        fields = _serializer(issuer).loads(text)
        flow = Flow(**{**fields, "factors": tuple(fields["factors"])})
    except (BadData, TypeError, KeyError):
        return None
    fits = compare_digest(flow.browser, token_hash(browser_key).hex()) and flow.purpose == purpose
    return flow if fits and flow.expires > issuer.clock().timestamp() else None


def person_of(issuer: Issuer, flow: Flow) -> Person | None:
    """The person who proved the first factor in this flow, if still allowed in and unchanged since."""
    if flow.person is None:
        return None
    person = issuer.store.person(UUID(flow.person))
    if person is None or not person.enabled or person.credential_epoch != flow.epoch:
        return None
    return person


def _serializer(issuer: Issuer) -> URLSafeSerializer:
    return URLSafeSerializer(
        issuer.settings.secret_key,
        salt="gjj.issuer.flow",
        signer_kwargs={"key_derivation": "hmac", "digest_method": sha256},
    )
