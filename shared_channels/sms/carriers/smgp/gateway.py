"""The gateway's side of SMGP."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import count

from shared_channels.sms.carriers.fields import china_now, text_of
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
from shared_channels.sms.carriers.smgp import pdus, wire
from shared_channels.sms.carriers.smgp.reports import StatusReport

_NUMBERS = count(1)
_GATEWAY = 310_000


class SmgpGateway(Gateway):
    """One connection."""

    throttle_code = 1
    wrong_login_code = 21
    refuse_code = 47

    def __init__(self, account: str, secret: str) -> None:
        self.account, self.secret = account, secret
        self._sequence = Sequence()

    def read(self, frame: bytes) -> GatewayIncoming:
        _, command, sequence = wire.HEADER.unpack_from(frame)
        body = frame[12:]
        if command == wire.SUBMIT:
            return self._submission(sequence, pdus.Submit.read(body))
        if command == wire.DELIVER_RESP:
            return Answered(sequence, pdus.Taken.read(body).status)
        if command == wire.LOGIN:
            login = pdus.Login.read(body)
            proof = wire.authenticator_client(self.account, self.secret, login.timestamp)
            proven = login.client_id == self.account and proof == login.authenticator
            return Login(wire.LOGIN, sequence, login.client_id, proven, login.authenticator)
        if command == wire.ACTIVE_TEST:
            return Simple("ping", wire.frame(wire.ACTIVE_TEST_RESP, sequence))
        if command == wire.EXIT:
            return Simple("bye", wire.frame(wire.EXIT_RESP, sequence), ends=True)
        if command == wire.QUERY:
            query = pdus.Query.read(body)
            told = pdus.QueryResp(query.day, query.kind, query.code, (0,) * 8)
            return Simple("query", wire.frame(wire.QUERY_RESP, sequence, told.pack()))
        return Simple("other", b"")

    def _submission(self, sequence: int, submit: pdus.Submit) -> Submission:
        headed = submit.options.get(wire.TP_UDHI, b"\0") != b"\0"
        token = text_of(submit.options.get(wire.LINK_ID, b""))
        return Submission(
            sequence, submit.destinations, submit.source, submit.content, submit.message_format, headed,
            submit.report == 1, token,
        )  # fmt: skip

    def login_answer(self, login: Login, code: int, *, false_proof: bool) -> bytes:
        proof = bytes(16) if code else wire.authenticator_server(code, login.proof, self.secret)
        if false_proof:
            proof = bytes(byte ^ 0x5A for byte in proof)
        answer = pdus.LoginResp(code, proof, wire.VERSION)
        return wire.frame(wire.LOGIN_RESP, number(login.sequence), answer.pack())

    def new_id(self, submission: Submission) -> bytes:
        counter = next(_NUMBERS)
        return wire.message_id(_GATEWAY + counter // 10**6, int(china_now().strftime("%m%d%H%M")), counter)

    def submit_answer(self, submission: Submission, code: int, message_id: bytes) -> bytes:
        taken = pdus.Taken(message_id if code == 0 else bytes(10), code)
        return wire.frame(wire.SUBMIT_RESP, number(submission.sequence), taken.pack())

    def report(self, message_id: bytes, phone: str, source: str, state: str) -> tuple[Hashable, bytes]:
        minute = china_now().strftime("%y%m%d%H%M")
        told = StatusReport(message_id, state, "000" if state == "DELIVRD" else "001", minute, minute)
        return self._deliver(phone, source, told.pack(), 0, is_report=1, options={})

    def mo(
        self, phone: str, to: str, content: bytes, message_format: int, *, headed: bool
    ) -> tuple[Hashable, bytes]:
        options = {wire.TP_UDHI: b"\x01"} if headed else {}
        return self._deliver(phone, to, content, message_format, is_report=0, options=options)

    def _deliver(
        self,
        phone: str,
        to: str,
        content: bytes,
        message_format: int,
        *,
        is_report: int,
        options: dict[int, bytes],
    ) -> tuple[Hashable, bytes]:
        now = china_now()
        own = wire.message_id(1, int(now.strftime("%m%d%H%M")), next(_NUMBERS))
        deliver = pdus.Deliver(
            own, phone, to, content, is_report, message_format, now.strftime("%Y%m%d%H%M%S"), options
        )
        sequence = self._sequence()
        return sequence, wire.frame(wire.DELIVER, sequence, deliver.pack())

    def ping(self) -> bytes:
        return wire.frame(wire.ACTIVE_TEST, self._sequence())
