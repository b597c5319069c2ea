"""A value that no log, page, traceback, JSON or pickle can show: every rendering is its mask (rule R12).

`reveal(secret, purpose)` is the only way to the value; an architecture guard allows its import in named
modules only.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from enum import StrEnum
from typing import Generic, NoReturn, TypeVar

from kernel.crypto.masks import STAR, MaskKind, mask

T_co = TypeVar("T_co", covariant=True)


class RevealPurpose(StrEnum):
    """Why a value is taken out: there is no purpose "other"."""

    ENCRYPTION = "encryption"
    BLIND_INDEX = "blind_index"
    VALIDATION = "validation"
    PASSWORD_CHECK = "password_check"
    TOKEN_HASH = "token_hash"
    SHOW_ONCE = "show_once"
    DELIVERY = "delivery"
    CORE_SYSTEM = "core_system"
    AUTHORISED_VIEW = "authorised_view"
    AUTHORISED_EXPORT = "authorised_export"


class Secret(Generic[T_co]):
    """Holds one value. Equal secrets compare equal in constant time; it has no length, order or iteration."""

    # The value sits in a closure, so a dump of attributes (debuggers, serialisers) finds a function only.
    __slots__ = ("_open", "kind")

    def __init__(self, value: T_co, kind: MaskKind = MaskKind.OPAQUE) -> None:
        if isinstance(value, Secret):
            raise TypeError("a secret does not hold a secret")
        object.__setattr__(self, "_open", lambda: value)
        object.__setattr__(self, "kind", kind)

    kind: MaskKind
    _open: Callable[[], T_co]

    @property
    def masked(self) -> str:
        """The visible form."""
        value = self._open()
        return mask(self.kind, value) if isinstance(value, str) else STAR * 6

    def __repr__(self) -> str:
        return f"Secret({self.masked})"

    def __str__(self) -> str:
        return self.masked

    def __format__(self, spec: str) -> str:
        return format(self.masked, spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        mine, theirs = self._open(), other._open()
        if isinstance(mine, str) and isinstance(theirs, str):
            return hmac.compare_digest(
                mine.encode("utf-8", "surrogatepass"), theirs.encode("utf-8", "surrogatepass")
            )
        return bool(mine == theirs)

    def __hash__(self) -> int:
        return hash((Secret, self._open()))

    def __copy__(self) -> Secret[T_co]:
        return self

    def __deepcopy__(self, memo: object) -> Secret[T_co]:
        return self

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a secret does not change")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a secret does not change")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a secret is never pickled")

    def __init_subclass__(cls, **kwargs: object) -> NoReturn:
        raise TypeError("a secret has no subclasses: one could show the value")


def reveal(secret: Secret[T_co], purpose: RevealPurpose) -> T_co:
    """The value itself, for one stated purpose.
    Raises TypeError for anything but a Secret and a RevealPurpose.
    """
    if not isinstance(secret, Secret) or not isinstance(purpose, RevealPurpose):
        raise TypeError("reveal takes a Secret and a RevealPurpose")
    return secret._open()
