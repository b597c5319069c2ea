"""What a new password must be: GB/T 22239-2019 8.1.4.1 a (length and kinds of characters), and nothing easily guessed."""

from __future__ import annotations

from enum import StrEnum

MAX_LENGTH = 128
_COMMON = (
    "password",
    "passw0rd",
    "qwerty",
    "admin",
    "12345678",
    "123456789",
    "abc123",
    "1qaz2wsx",
    "gongjijin",
    "iloveyou",
)


class PasswordFault(StrEnum):
    """Why a password is not taken."""

    SHORT = "short"
    LONG = "long"
    FEW_KINDS = "few_kinds"
    HAS_NAME = "has_name"
    COMMON = "common"
    DIFFERS = "differs"


def password_fault(password: str, repeated: str, username: str, *, min_length: int) -> PasswordFault | None:
    """The first fault of a new password, or None."""
    lowered = password.casefold()
    checks = (
        (password != repeated, PasswordFault.DIFFERS),
        (len(password) < min_length, PasswordFault.SHORT),
        (len(password) > MAX_LENGTH, PasswordFault.LONG),
        (_kinds(password) < 3, PasswordFault.FEW_KINDS),
        (len(username) > 2 and username.casefold() in lowered, PasswordFault.HAS_NAME),
        (any(word in lowered for word in _COMMON) or len(set(password)) < 5, PasswordFault.COMMON),
    )
    return next((fault for failed, fault in checks if failed), None)


def _kinds(password: str) -> int:
    kinds = (str.isupper, str.islower, str.isdigit, lambda character: not character.isalnum())
    return sum(any(kind(character) for character in password) for kind in kinds)
