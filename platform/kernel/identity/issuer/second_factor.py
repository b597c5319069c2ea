"""The second factor: time codes (RFC 6238, good once, one step of tolerance) and recovery codes (hashed, good once)."""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime

import pyotp
import segno

from kernel.identity.issuer.digests import keyed

STEP_SECONDS = 30
RECOVERY_CODES = 10
_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"


def pending_secret(secret_key: bytes, purpose: str, bound_to: str) -> str:
    """The base32 secret offered in one enrolment. Derived, so that a half-finished enrolment leaves no row behind."""
    return base64.b32encode(keyed(secret_key, f"totp:{purpose}", bound_to)[:20]).decode()


def matching_step(secret: str, code: str, at: datetime) -> int | None:
    """The time step that `code` belongs to, within one step of `at`; None when it fits none."""
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        return None
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    now = int(at.timestamp()) // STEP_SECONDS
    found = None
    for step in (now - 1, now, now + 1):
        if hmac.compare_digest(totp.generate_otp(step), code):
            found = step
    return found


def provisioning_uri(secret: str, username: str, label: str) -> str:
    """The `otpauth://` address that an authenticator reads."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=username, issuer_name=label)


def qr_data_uri(text: str) -> str:
    """A QR picture as a data address (SVG): allowed by `img-src data:`, needs no file."""
    return segno.make(text, error="l").svg_data_uri(scale=5, border=2, dark="#182433", light="#ffffff")


def grouped(secret: str) -> str:
    """The secret in groups of four for typing by hand."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def new_recovery_codes() -> tuple[str, ...]:
    """Fresh codes of about 49 random bits, without look-alike characters."""
    return tuple(_recovery_code() for _ in range(RECOVERY_CODES))


def recovery_hash(secret_key: bytes, person: str, code: str) -> bytes:
    """Digest of a recovery code as typed: case, blanks and hyphens do not matter."""
    plain = "".join(character for character in code.upper() if character.isalnum())
    return keyed(secret_key, f"recovery:{person}", plain[:32])


def _recovery_code() -> str:
    characters = "".join(secrets.choice(_ALPHABET) for _ in range(10))
    return f"{characters[:5]}-{characters[5:]}"
