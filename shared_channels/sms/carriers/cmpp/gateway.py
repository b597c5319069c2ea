"""The gateway's side of CMPP."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import count

from shared_channels.sms.carriers.cmpp import pdus, wire
from shared_channels.sms.carriers.cmpp.reports import StatusReport
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

_NUMBERS = count(1)  # one for the process: ids stay apart over connections
_GATEWAY = 100_001


class CmppGateway(Gateway):
    """``report_phone``: 21, or 32 as some 3.0 gateways have it."""

    throttle_code = 8
    wrong_login_code = 3
    refuse_code = 13

    def __init__(self, account: str, secret: str, version: wire.Version, report_phone: int = 21) -> None:
        self.account, self.secret, self.version, self.report_phone = account, secret, version, report_phone
        self._sequence = Sequence()

    def read(self, frame: bytes) -> GatewayIncoming:
        _, command, sequence = wire.HEADER.unpack_from(frame)
        body = frame[12:]
        if command == wire.SUBMIT:
            return self._submission(sequence, pdus.Submit.read(body, self.version))
        if command == wire.DELIVER_RESP:
            return Answered(sequence, pdus.Taken.read(body).result)
        if command == wire.CONNECT:
            return self._login(sequence, pdus.Connect.read(body))
        return self._simple(command, sequence, body)

    def _login(self, sequence: int, connect: pdus.Connect) -> Login:
        proof = wire.authenticator_source(self.account, self.secret, connect.timestamp)
        proven = connect.source_addr == self.account and proof == connect.authenticator
        return Login(wire.CONNECT, sequence, connect.source_addr, proven, connect.authenticator)

    def _submission(self, sequence: int, submit: pdus.Submit) -> Submission:
        return Submission(
            sequence, submit.destinations, submit.source, submit.content, submit.message_format, bool(submit.udhi),
            submit.report == 1, submit.tail,
        )  # fmt: skip

    def _simple(self, command: int, sequence: int, body: bytes) -> Simple:
        if command == wire.ACTIVE_TEST:
            return Simple("ping", wire.frame(wire.ACTIVE_TEST_RESP, sequence, b"\0"))
        if command == wire.TERMINATE:
            return Simple("bye", wire.frame(wire.TERMINATE_RESP, sequence), ends=True)
        if command == wire.QUERY:
            query = pdus.Query.read(body)
            told = pdus.QueryResp(query.day, query.kind, query.code, (0,) * 8)
            return Simple("query", wire.frame(wire.QUERY_RESP, sequence, told.pack()))
        if command == wire.CANCEL:
            return Simple(
                "cancel", wire.frame(wire.CANCEL_RESP, sequence, pdus.CancelResp(1).pack(self.version))
            )
        return Simple("other", b"")

    def login_answer(self, login: Login, code: int, *, false_proof: bool) -> bytes:
        status = self.version.result.pack(code)
        proof = bytes(16) if code else wire.authenticator_ismg(status, login.proof, self.secret)
        if false_proof:
            proof = bytes(byte ^ 0x5A for byte in proof)
        answer = pdus.ConnectResp(code, proof, self.version.number)
        return wire.frame(wire.CONNECT_RESP, number(login.sequence), answer.pack(self.version))

    def new_id(self, submission: Submission) -> bytes:
        now = china_now()
        number = next(_NUMBERS)
        gateway = _GATEWAY + (number >> 16)
        return wire.MessageId(
            now.month, now.day, now.hour, now.minute, now.second, gateway, number & 0xFFFF
        ).pack()

    def submit_answer(self, submission: Submission, code: int, message_id: bytes) -> bytes:
        taken = pdus.Taken(message_id if code == 0 else bytes(8), code)
        return wire.frame(wire.SUBMIT_RESP, number(submission.sequence), taken.pack(self.version))

    def report(self, message_id: bytes, phone: str, source: str, state: str) -> tuple[Hashable, bytes]:
        minute = china_now().strftime("%y%m%d%H%M")
        told = StatusReport(message_id, state, minute, minute, phone, 1)
        deliver = pdus.Deliver(
            self._own_id(), source, phone, told.pack(self.report_phone), is_report=1, message_format=0
        )
        return self._deliver(deliver)

    def mo(
        self, phone: str, to: str, content: bytes, message_format: int, *, headed: bool
    ) -> tuple[Hashable, bytes]:
        deliver = pdus.Deliver(
            self._own_id(), to, phone, content, message_format=message_format, udhi=1 if headed else 0
        )
        return self._deliver(deliver)

    def _own_id(self) -> bytes:
        now = china_now()
        number = next(_NUMBERS)
        return wire.MessageId(now.month, now.day, now.hour, now.minute, now.second, 1, number & 0xFFFF).pack()

    def _deliver(self, deliver: pdus.Deliver) -> tuple[Hashable, bytes]:
        sequence = self._sequence()
        return sequence, wire.frame(wire.DELIVER, sequence, deliver.pack(self.version))

    def ping(self) -> bytes:
        return wire.frame(wire.ACTIVE_TEST, self._sequence())
