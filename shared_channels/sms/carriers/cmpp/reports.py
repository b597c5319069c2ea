"""The report inside a CMPP_DELIVER: 60 bytes, in 3.0 also 71, read by its real length."""

from __future__ import annotations

from dataclasses import dataclass

from shared_channels.sms.carriers.fields import need, octets, text_of

_FIXED = 35  # Msg_Id 8, Stat 7, Submit_time 10, Done_time 10
_SEQUENCE = 4


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What a report says. ``message_id`` is the submit's, not the deliver's own."""

    message_id: bytes
    state: str
    submitted: str = ""
    done: str = ""
    phone: str = ""
    sequence: int = 0

    def pack(self, phone_size: int = 21) -> bytes:
        """60 bytes, or 71 with ``phone_size`` 32."""
        return b"".join(
            (
                self.message_id, octets(self.state, 7, "Stat"), octets(self.submitted, 10, "Submit_time"),
                octets(self.done, 10, "Done_time"), octets(self.phone, phone_size, "Dest_terminal_Id"),
                self.sequence.to_bytes(_SEQUENCE, "big"),
            )
        )  # fmt: skip

    @classmethod
    def read(cls, content: bytes) -> StatusReport:
        """Id and state are needed; the phone fills whatever stands between the times and the last four bytes."""
        need(content, 15, "CMPP report")
        phone_end = len(content) - _SEQUENCE if len(content) > _FIXED + _SEQUENCE else len(content)
        return cls(
            message_id=content[:8],
            state=text_of(content[8:15]),
            submitted=text_of(content[15:25]),
            done=text_of(content[25:35]),
            phone=text_of(content[_FIXED:phone_end]),
            sequence=int.from_bytes(content[phone_end:], "big"),
        )
