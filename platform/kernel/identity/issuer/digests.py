"""Digests and random tokens: what is stored is never what was handed out."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from ipaddress import IPv6Address, ip_address, ip_network


def new_token() -> str:
    """An opaque token of 256 random bits, safe in addresses and cookies."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """Digest of a token of high entropy: plain SHA-256 is enough, there is nothing to guess."""
    return hashlib.sha256(token.encode()).digest()


def keyed(secret_key: bytes, purpose: str, value: str) -> bytes:
    """Digest of a guessable value (a name, an address, a recovery code) for one purpose."""
    label = purpose.encode()
    return hmac.digest(secret_key, len(label).to_bytes(2, "big") + label + value.encode(), "sha256")


def normal_username(typed: str) -> str:
    """The one spelling under which a name is stored, compared and counted."""
    return unicodedata.normalize("NFKC", typed[:256]).strip().casefold()[:64]


def address_block(address: str) -> str:
    """The /24 (IPv4) or /64 (IPv6) that an address belongs to; unreadable ones share a block."""
    try:
        ip = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return str(ip_network(f"{ip}/{64 if ip.version == 6 else 24}", strict=False))
