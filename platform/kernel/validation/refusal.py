"""Why a number was not accepted."""

from __future__ import annotations


class InvalidNumber(ValueError):
    """`code` is a stable word, `message_zh` (a gettext key) tells the person what to do.
    Never holds the number.
    """

    def __init__(self, code: str, message_zh: str) -> None:
        super().__init__(code)
        self.code = code
        self.message_zh = message_zh
