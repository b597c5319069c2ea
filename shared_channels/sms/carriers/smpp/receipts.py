"""Delivery receipts: a text in the short message, and two options that say the same in a form of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shared_channels.sms.carriers.codes.reports import BY_NUMBER
from shared_channels.sms.carriers.settings import IdForm
from shared_channels.sms.carriers.smpp.wire import MESSAGE_STATE, RECEIPTED_MESSAGE_ID

_FIELD = re.compile(r"(id|submit[ _]date|done[ _]date|stat|err):\s*([^\s]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt says. Dates are YYMMDDhhmm, with seconds at some carriers."""

    message_id: str
    state: str
    error: str = ""
    submitted: str = ""
    done: str = ""

    def pack(self) -> bytes:
        """The text of appendix B."""
        return (
            f"id:{self.message_id} sub:001 dlvrd:001 submit date:{self.submitted} done date:{self.done} "
            f"stat:{self.state} err:{self.error or '000'} text:"
        ).encode("ascii")

    @classmethod
    def read(cls, content: bytes, options: dict[int, bytes]) -> Receipt:
        """The options count over the text where both are there; the state word of the text is kept as written."""
        head = content.decode("ascii", "replace")
        text_at = head.lower().find(" text:")
        found: dict[str, str] = {}
        for name, value in _FIELD.findall(head if text_at < 0 else head[:text_at]):
            found.setdefault(name.lower().replace("_", " "), value)
        told = options.get(RECEIPTED_MESSAGE_ID, b"").split(b"\0", 1)[0].decode("ascii", "replace")
        number = options.get(MESSAGE_STATE, b"")
        state = found.get("stat") or (BY_NUMBER.get(number[0], "") if number else "")
        return cls(
            message_id=told or found.get("id", ""),
            state=state.upper(),
            error=found.get("err", ""),
            submitted=found.get("submit date", ""),
            done=found.get("done date", ""),
        )


def answer_id(written: str, form: IdForm) -> str:
    """The one form in which ids of answers and receipts are compared: decimal where the two differ, else as written."""
    return _decimal(written, 16 if form is IdForm.HEX_THEN_DECIMAL else 10, form)


def receipt_id(written: str, form: IdForm) -> str:
    """The same for the id in a receipt."""
    return _decimal(written, 10 if form is IdForm.HEX_THEN_DECIMAL else 16, form)


def _decimal(written: str, base: int, form: IdForm) -> str:
    if form is IdForm.SAME:
        return written
    try:
        return str(int(written, base))
    except ValueError:
        return written
