"""The gateway's side (SMG) of SGIP, on the provider's connection and on its own connection back."""

from __future__ import annotations

from collections.abc import Hashable

from shared_channels.sms.carriers.gateway import Answered, Gateway, GatewayIncoming, Login, Simple, Submission
from shared_channels.sms.carriers.sgip import pdus, wire

_NODE = 3_100_099_999
_ANSWERS = frozenset(
    {wire.DELIVER_RESP, wire.REPORT_RESP, wire.BIND_RESP, wire.UNBIND_RESP, wire.USERRPT_RESP}
)


def _raw(sequence: Hashable) -> bytes:
    assert isinstance(sequence, bytes)
    return sequence


class SgipGateway(Gateway):
    """One connection."""

    header = 20
    throttle_code = 88
    wrong_login_code = 1
    refuse_code = 6

    def __init__(self, account: str, secret: str) -> None:
        self.account, self.secret = account, secret
        self._sequence = wire.SequenceMaker(_NODE)

    def read(self, frame: bytes) -> GatewayIncoming:
        _, command, sequence = wire.HEADER.unpack_from(frame)
        body = frame[20:]
        if command == wire.SUBMIT:
            submit = pdus.Submit.read(body)
            return Submission(
                sequence, submit.destinations, submit.source, submit.content, submit.coding, bool(submit.udhi),
                submit.report == 1, submit.token,
            )  # fmt: skip
        if command in _ANSWERS:
            return Answered(sequence, pdus.Result.read(body).code)
        if command == wire.BIND:
            bind = pdus.Bind.read(body)
            proven = (bind.name, bind.password) == (self.account, self.secret)
            return Login(wire.BIND, sequence, bind.name, proven, b"")
        if command == wire.UNBIND:
            return Simple("bye", wire.frame(wire.UNBIND_RESP, sequence), ends=True)
        if command == wire.TRACE:
            return Simple("query", wire.frame(wire.TRACE_RESP, sequence, bytes(9)))
        return Simple("other", b"")

    def login_answer(self, login: Login, code: int, *, false_proof: bool) -> bytes:
        return wire.frame(wire.BIND_RESP, _raw(login.sequence), pdus.Result(code).pack())

    def bind_back(self, name: str, password: str) -> bytes:
        """The log-in of the connection back."""
        return wire.frame(wire.BIND, self._sequence(), pdus.Bind(2, name, password).pack())

    def new_id(self, submission: Submission) -> bytes:
        return _raw(submission.sequence)

    def submit_answer(self, submission: Submission, code: int, message_id: bytes) -> bytes:
        return wire.frame(wire.SUBMIT_RESP, _raw(submission.sequence), pdus.Result(code).pack())

    def report(self, message_id: bytes, phone: str, source: str, state: str) -> tuple[Hashable, bytes]:
        done = state == "DELIVRD"
        told = pdus.Report(message_id, phone, 0 if done else 2, 0 if done else 25)
        sequence = self._sequence()
        return sequence, wire.frame(wire.REPORT, sequence, told.pack())

    def mo(
        self, phone: str, to: str, content: bytes, message_format: int, *, headed: bool
    ) -> tuple[Hashable, bytes]:
        deliver = pdus.Deliver(phone, to, content, message_format, udhi=1 if headed else 0)
        sequence = self._sequence()
        return sequence, wire.frame(wire.DELIVER, sequence, deliver.pack())

    def ping(self) -> None:
        return None
