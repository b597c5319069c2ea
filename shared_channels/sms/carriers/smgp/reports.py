"""The report inside an SMGP Deliver: 122 bytes of text around ten raw bytes of MsgID."""

from __future__ import annotations

from dataclasses import dataclass

from shared_channels.sms.carriers.fields import need, octets, text_of

_ID = slice(3, 13)
_AFTER_ID = 13


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What a report says. Dates are YYMMDDhhmm."""

    message_id: bytes
    state: str
    error: str = "000"
    submitted: str = ""
    done: str = ""
    text: bytes = b""

    def pack(self, *, capital: bool = False) -> bytes:
        """122 bytes; ``capital`` writes "Submit date" and "Text" as some gateways do."""
        names = (b" Submit date:", b" Done date:", b" Stat:", b" Err:", b" Text:")
        submit, done, stat, err, text = names if capital else (name.lower() for name in names)
        return b"".join(
            (
                b"id:", self.message_id, b" sub:001 dlvrd:001",
                submit, octets(self.submitted, 10, "submit date"), done, octets(self.done, 10, "done date"),
                stat, octets(self.state, 7, "stat"), err, octets(self.error, 3, "err"),
                text, self.text[:20].ljust(20, b"\0"),
            )
        )  # fmt: skip

    @classmethod
    def read(cls, content: bytes) -> StatusReport:
        """The id by its offset (its bytes may look like anything), the rest by name, in either case of letters. An id of
        twenty digits in place of ten bytes is read as such."""
        need(content, _AFTER_ID, "SMGP report")
        message_id, rest = content[_ID], content[_AFTER_ID:]
        if content[23:28].lower() == b" sub:" and content[3:23].isdigit():
            message_id, rest = bytes.fromhex(content[3:23].decode()), content[23:]
        names = rest.lower()

        def value(name: bytes, size: int) -> str:
            at = names.find(name)
            return text_of(rest[at + len(name) : at + len(name) + size]) if at >= 0 else ""

        text_at = names.find(b" text:")
        return cls(
            message_id=message_id,
            state=value(b" stat:", 7),
            error=value(b" err:", 3),
            submitted=value(b"submit date:", 10) or value(b"submit_date:", 10),
            done=value(b"done date:", 10) or value(b"done_date:", 10),
            text=rest[text_at + 6 :] if text_at >= 0 else b"",
        )
