"""Random tokens, and signed handles for cursors, downloads and export links (rule R9).

A handle is `HMAC-SHA256(framed("gjj.handle.v1", key version, tenant, person, purpose, id, expiry))`, so it
works for one person, in one
tenant, for one purpose, until it expires. Text form: base64url of `0x01 ‖ key version u32be ‖ expiry u64be ‖
id ‖ MAC 32`.
The id is signed, not hidden: put row ids and cursor positions in it, never personal data.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from kernel.crypto.errors import KeyMissing
from kernel.crypto.framing import framed, u64
from kernel.crypto.keyring import Keyring
from kernel.crypto.secret import RevealPurpose, Secret, reveal
from kernel.errors import NotFound

_TAG = b"gjj.handle.v1"
_HEAD = 13
_MAC = 32
_LARGEST_ID = 512


def new_token(prefix: str = "", size: int = 32) -> Secret[str]:
    """`prefix` and `size` random bytes as base64url. Show it once; store only `token_hash` of it."""
    if size < 16:
        raise ValueError("a token has at least 16 random bytes")
    return Secret(prefix + secrets.token_urlsafe(size))


def new_digits(count: int = 6) -> Secret[str]:
    """A one-time code of decimal digits, each equally likely."""
    return Secret("".join(secrets.choice("0123456789") for _ in range(count)))


def token_hash(token: Secret[str]) -> bytes:
    """SHA-256 (32 bytes) to store and look up. Enough for random tokens, never for passwords."""
    return hashlib.sha256(reveal(token, RevealPurpose.TOKEN_HASH).encode("utf-8", "replace")).digest()


def same(left: bytes | str, right: bytes | str) -> bool:
    """Equality in time that does not depend on where they differ."""
    return hmac.compare_digest(_octets(left), _octets(right))


class HandleRefused(NotFound):
    """Changed, foreign, for another purpose or expired: always the same answer as for something absent."""


class HandleSigner:
    """Issues and opens handles with a key taken from the keyring, in every live version."""

    def __init__(self, keyring: Keyring) -> None:
        self._current = keyring.current
        self._key: Callable[[int], bytes] = lambda version: keyring.subkey("handles", version)

    def issue(self, tenant_id: UUID, person_id: UUID, purpose: str, ref: bytes, expires_at: datetime) -> str:
        """A URL-safe text for `ref` (at most 512 bytes). `expires_at` is aware, cut to seconds."""
        if len(ref) > _LARGEST_ID or expires_at.tzinfo is None:
            raise ValueError("a handle takes at most 512 bytes and an aware time")
        head = b"\x01" + self._current.to_bytes(4, "big") + u64(int(expires_at.timestamp()))
        mac = self._mac(head, tenant_id, person_id, purpose, ref)
        return base64.urlsafe_b64encode(head + ref + mac).rstrip(b"=").decode()

    def open(self, text: str, tenant_id: UUID, person_id: UUID, purpose: str, now: datetime) -> bytes:
        """The `ref`. Raises HandleRefused, whatever is wrong."""
        raw = _from_base64url(text)
        if len(raw) < _HEAD + _MAC or raw[0] != 1:
            raise HandleRefused
        head, ref, mac = raw[:_HEAD], raw[_HEAD:-_MAC], raw[-_MAC:]
        try:
            expected = self._mac(head, tenant_id, person_id, purpose, ref)
        except KeyMissing:
            raise HandleRefused from None
        if not hmac.compare_digest(mac, expected) or int.from_bytes(head[5:], "big") <= now.timestamp():
            raise HandleRefused
        return ref

    def _mac(self, head: bytes, tenant_id: UUID, person_id: UUID, purpose: str, ref: bytes) -> bytes:
        version, expiry = head[1:5], head[5:]
        message = framed(_TAG, version, tenant_id.bytes, person_id.bytes, purpose.encode(), ref, expiry)
        return hmac.digest(self._key(int.from_bytes(version, "big")), message, hashlib.sha256)


def _from_base64url(text: str) -> bytes:
    """Strict: one text for one value, so a handle cannot be respelt."""
    if len(text) > 2 * (_HEAD + _MAC + _LARGEST_ID) or not text.isascii():
        raise HandleRefused
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise HandleRefused from None
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
        raise HandleRefused
    return raw


def _octets(value: bytes | str) -> bytes:
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
