"""The gateway's side (SMSC) of SMPP."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import count

from shared_channels.sms.carriers.fields import china_now
from shared_channels.sms.carriers.gateway import (
    Answered,
    Gateway,
    GatewayIncoming,
    Login,
    Simple,
    Submission,
    number,
)
from shared_channels.sms.carriers.sequence import Sequence
from shared_channels.sms.carriers.settings import IdForm
from shared_channels.sms.carriers.smpp import pdus, wire
from shared_channels.sms.carriers.smpp.receipts import Receipt

_NUMBERS = count(0x1A0)
_BINDS = frozenset({wire.BIND_RECEIVER, wire.BIND_TRANSMITTER, wire.BIND_TRANSCEIVER})
_STATES = {"DELIVRD": 2, "EXPIRED": 3, "DELETED": 4, "UNDELIV": 5, "ACCEPTD": 6, "UNKNOWN": 7, "REJECTD": 8}


class SmppGateway(Gateway):
    """``id_form``: how ids are written in answers and in receipts."""

    header = 16
    throttle_code = 0x58
    wrong_login_code = 0x0E
    refuse_code = 0x0B

    def __init__(self, account: str, secret: str, id_form: IdForm = IdForm.SAME) -> None:
        self.account, self.secret, self.id_form = account, secret, id_form
        self._sequence = Sequence(last=0x7FFFFFFF)

    def read(self, frame: bytes) -> GatewayIncoming:
        _, command, status, sequence = wire.HEADER.unpack_from(frame)
        body = frame[16:]
        if command == wire.SUBMIT_SM:
            return self._submission(sequence, pdus.ShortMessage.read(body))
        if command == wire.DELIVER_SM | wire.RESP:
            return Answered(sequence, status)
        if command in _BINDS:
            bind = pdus.Bind.read(body)
            proven = (bind.system_id, bind.password) == (self.account, self.secret)
            return Login(command, sequence, bind.system_id, proven, b"")
        return self._simple(command, sequence)

    def _simple(self, command: int, sequence: int) -> Simple:
        if command == wire.ENQUIRE_LINK:
            return Simple("ping", wire.frame(wire.ENQUIRE_LINK | wire.RESP, 0, sequence))
        if command == wire.UNBIND:
            return Simple("bye", wire.frame(wire.UNBIND | wire.RESP, 0, sequence), ends=True)
        if command == wire.QUERY_SM:
            return Simple("query", wire.frame(wire.QUERY_SM | wire.RESP, 0x67, sequence))
        if command == wire.CANCEL_SM:
            return Simple("cancel", wire.frame(wire.CANCEL_SM | wire.RESP, 0x11, sequence))
        if command & wire.RESP:
            return Simple("other", b"")
        return Simple("other", wire.frame(wire.GENERIC_NACK, 0x03, sequence))

    def _submission(self, sequence: int, message: pdus.ShortMessage) -> Submission:
        content = message.options.get(wire.MESSAGE_PAYLOAD) or message.content
        token = message.options.get(wire.REFERENCE_TOKEN, b"").decode("ascii", "replace")
        return Submission(
            sequence, (message.destination,), message.source, content, message.data_coding,
            bool(message.esm_class & wire.UDHI), message.registered & 3 == 1, token,
        )  # fmt: skip

    def login_answer(self, login: Login, code: int, *, false_proof: bool) -> bytes:
        body = b"" if code else pdus.Named("LOOPBACK", {wire.SC_VERSION: bytes((wire.VERSION,))}).pack()
        return wire.frame(login.command | wire.RESP, code, number(login.sequence), body)

    def new_id(self, submission: Submission) -> bytes:
        return next(_NUMBERS).to_bytes(8, "big")

    def _written(self, message_id: bytes, *, in_receipt: bool) -> str:
        value = int.from_bytes(message_id, "big")
        decimal = (
            (self.id_form is IdForm.HEX_THEN_DECIMAL)
            if in_receipt
            else self.id_form is IdForm.DECIMAL_THEN_HEX
        )
        return str(value) if decimal else f"{value:X}"

    def submit_answer(self, submission: Submission, code: int, message_id: bytes) -> bytes:
        body = b"" if code else pdus.Named(self._written(message_id, in_receipt=False)).pack()
        return wire.frame(wire.SUBMIT_SM | wire.RESP, code, number(submission.sequence), body)

    def report(self, message_id: bytes, phone: str, source: str, state: str) -> tuple[Hashable, bytes]:
        written = self._written(message_id, in_receipt=True)
        minute = china_now().strftime("%y%m%d%H%M")
        told = Receipt(written, state, "000" if state == "DELIVRD" else "001", minute, minute)
        options = {
            wire.RECEIPTED_MESSAGE_ID: written.encode() + b"\0",
            wire.MESSAGE_STATE: bytes((_STATES.get(state, 5),)),
        }
        message = pdus.ShortMessage(phone, source, told.pack(), esm_class=wire.RECEIPT, options=options)
        return self._deliver(message)

    def mo(
        self, phone: str, to: str, content: bytes, message_format: int, *, headed: bool
    ) -> tuple[Hashable, bytes]:
        esm_class = wire.UDHI if headed else 0
        return self._deliver(
            pdus.ShortMessage(phone, to, content, esm_class=esm_class, data_coding=message_format)
        )

    def _deliver(self, message: pdus.ShortMessage) -> tuple[Hashable, bytes]:
        sequence = self._sequence()
        return sequence, wire.frame(wire.DELIVER_SM, 0, sequence, message.pack())

    def ping(self) -> bytes:
        return wire.frame(wire.ENQUIRE_LINK, 0, self._sequence())
