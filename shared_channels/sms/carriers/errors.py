"""What can go wrong below the port. None of these leaves a link: they end in an outcome or a log line."""

from __future__ import annotations


class FrameError(Exception):
    """The byte stream cannot be cut into PDUs any more, or a PDU is shorter than its fixed fields: the link closes."""


class FieldError(ValueError):
    """A value does not fit the field of a PDU; nothing was written. ``field`` is the field's name in the specification."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field


class LoginRefused(Exception):
    """The gateway answered the log-in with a refusal, or an answer that a strict link does not accept."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(f"{code}: {words}")
        self.code = code
        self.words = words
