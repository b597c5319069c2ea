"""The service provider's side of SGIP on its own connection: it submits; reports may come down it as well."""

from __future__ import annotations

from collections.abc import Hashable

from shared_channels.sms.carriers.codes import sgip as codes
from shared_channels.sms.carriers.codes.words import Word, look_up
from shared_channels.sms.carriers.dialect import Dialect, Incoming, LoginAnswer, Segment, SubmitAnswer
from shared_channels.sms.carriers.fields import absolute_time
from shared_channels.sms.carriers.settings import LinkSettings, ReportWish
from shared_channels.sms.carriers.sgip import pdus, wire
from shared_channels.sms.carriers.sgip.inbound import read_inbound

_REPORT_FLAGS = {ReportWish.FAILURE: 0, ReportWish.ALWAYS: 1, ReportWish.NEVER: 2}


class SgipClient(Dialect):
    """One connection. There is no heartbeat and no message id: a submit's sequence number is its carrier id."""

    header = 20
    throttle = codes.THROTTLE

    def __init__(self, settings: LinkSettings, sequence: wire.SequenceMaker) -> None:
        super().__init__(settings)
        self._sequence = sequence

    def login(self) -> bytes:
        bind = pdus.Bind(1, self.settings.account, self.settings.secret)
        return wire.frame(wire.BIND, self._sequence(), bind.pack())

    def submit(self, segment: Segment) -> tuple[Hashable, bytes]:
        settings = self.settings
        submit = pdus.Submit(
            destinations=(segment.phone,),
            content=segment.content,
            coding=segment.message_format,
            source=segment.source,
            company=settings.company or settings.account[-5:],
            service_type=settings.service_id,
            fee_type=int(settings.fee_type),
            expires=absolute_time(segment.valid_until),
            report=_REPORT_FLAGS[settings.report],
            udhi=1 if segment.has_header else 0,
            token=segment.token,
        )
        sequence = self._sequence()
        return sequence, wire.frame(wire.SUBMIT, sequence, submit.pack())

    def ping(self) -> None:
        return None

    def bye(self) -> bytes:
        return wire.frame(wire.UNBIND, self._sequence())

    def verdict(self, code: int) -> Word:
        return look_up(codes.RESULT, code)

    def read(self, frame: bytes) -> Incoming:
        _, command, sequence = wire.HEADER.unpack_from(frame)
        if command == wire.SUBMIT_RESP:
            code = pdus.Result.read(frame[20:]).code
            return SubmitAnswer(sequence, code, "" if code else wire.id_text(sequence))
        if command == wire.BIND_RESP:
            code = pdus.Result.read(frame[20:]).code
            word = Word("登录成功", None) if code == 0 else look_up(codes.RESULT, code)
            return LoginAnswer(code, word, None, ())
        return read_inbound(command, sequence, frame[20:], self.settings.name)
