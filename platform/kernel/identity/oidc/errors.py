"""What can go wrong between us and an identity service. `reason` is a fixed word for logs; it never holds token text."""

from __future__ import annotations


class OidcError(Exception):
    """`reason` is one of a closed set of words, safe to log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TokenRefused(OidcError):
    """A token failed a check: treat the caller as not logged in."""


class LoginRefused(OidcError):
    """A log-in could not be completed: start again. Also when the person cancelled."""


class RefreshRefused(OidcError):
    """The refresh token is not good any more: end the session."""


class ProviderUnreachable(OidcError):
    """The identity service did not answer properly in time: keep the session, try later, never let anyone in."""
