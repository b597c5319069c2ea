"""SGIP bytes worked out by hand from the specification."""

from __future__ import annotations

from shared_channels.sms.carriers.dialect import Bye, Delivery, LoginAnswer, SubmitAnswer
from shared_channels.sms.carriers.ports import Category, OutgoingMessage, ReportState
from shared_channels.sms.carriers.settings import link_settings
from shared_channels.sms.carriers.sgip import pdus, wire
from shared_channels.sms.carriers.sgip.client import SgipClient

SEQUENCE = "b36924b9" "4300e88d" "0614dc45"  # node 3010012345, 1124133005, counter 102030405  # fmt: skip
SEQUENCE_TEXT = "3010012345" "1124133005" "0102030405"  # fmt: skip


class FixedSequence(wire.SequenceMaker):
    def __call__(self) -> bytes:
        return bytes.fromhex(SEQUENCE)


def client(**values: object) -> SgipClient:
    settings = link_settings(
        "sgip12", host="192.0.2.1", port=8801, account="sp0001", secret="secret", source="12329001",
        service_id="GJJ", company="12345", node_id=3010012345, **values,
    )  # fmt: skip
    return SgipClient(settings, FixedSequence(3010012345))


def test_bind() -> None:
    assert client().login().hex() == (
        "0000003d" "00000001" + SEQUENCE + "01"
        "73703030303100000000000000000000" "73656372657400000000000000000000" + "00" * 8
    )  # fmt: skip


def test_submit() -> None:
    line = client()
    (segment,) = line.segments(OutgoingMessage("m", "13000001234", "公积金"), 1)
    sequence, data = line.submit(segment)
    assert sequence == bytes.fromhex(SEQUENCE)
    assert data.hex() == (
        "000000aa" "00000003" + SEQUENCE
        + "3132333239303031" + "00" * 13  # SPNumber
        + "30" * 21  # ChargeNumber
        + "01" "38363133303030303031323334" + "00" * 8  # UserCount, UserNumber with 86
        + "3132333435" "474a4a00000000000000"  # CorpId, ServiceType
        + "01" "300000000000" "300000000000"  # FeeType, FeeValue, GivenValue
        + "00" "02" "00"  # AgentFlag, MorelatetoMTFlag, Priority
        + "00" * 32  # ExpireTime, ScheduleTime
        + "01" "00" "00" "08" "00"  # ReportFlag, TP_pid, TP_udhi, MessageCoding, MessageType
        + "00000006" "516c79ef91d1" + "00" * 8  # MessageLength, MessageContent, Reserve
    )  # fmt: skip


def test_a_phone_that_has_its_prefix_keeps_one() -> None:
    (segment,) = client().segments(OutgoingMessage("m", "8613000001234", "公积金"), 1)
    assert segment.phone == "8613000001234"


def test_an_answer_repeats_the_sequence_and_that_is_the_carrier_id() -> None:
    answer = client().read(bytes.fromhex("0000001d" "80000003" + SEQUENCE + "00" + "00" * 8))  # fmt: skip
    assert answer == SubmitAnswer(bytes.fromhex(SEQUENCE), 0, SEQUENCE_TEXT)


def test_an_answer_without_its_reserve_is_read() -> None:
    answer = client().read(bytes.fromhex("00000015" "80000003" + SEQUENCE + "0b"))  # fmt: skip
    assert answer == SubmitAnswer(bytes.fromhex(SEQUENCE), 11, "")


def test_bind_resp() -> None:
    answer = client().read(bytes.fromhex("0000001d" "80000001" + SEQUENCE + "01" + "00" * 8))  # fmt: skip
    assert isinstance(answer, LoginAnswer)
    assert (answer.code, answer.word.category) == (1, Category.ACCOUNT)


def report(state: int, error: int) -> bytes:
    body = SEQUENCE + "00" "38363133303030303031323334" + "00" * 8 + f"{state:02x}{error:02x}" + "00" * 8  # fmt: skip
    return bytes.fromhex("00000040" "00000005" + "00000001" * 3 + body)  # fmt: skip


def test_a_report_names_the_submit_by_its_sequence() -> None:
    incoming = client().read(report(0, 0))
    assert isinstance(incoming, Delivery)
    assert incoming.report is not None
    assert (incoming.report.carrier_id, incoming.report.phone) == (SEQUENCE_TEXT, "13000001234")
    assert incoming.report.state is ReportState.DELIVERED
    assert incoming.answer.hex() == "0000001d" "80000005" + "00000001" * 3 + "00" * 9  # fmt: skip


def test_a_failed_report_says_why() -> None:
    incoming = client().read(report(2, 29))
    assert isinstance(incoming, Delivery)
    assert incoming.report is not None
    assert (incoming.report.state, incoming.report.category) == (ReportState.FAILED, Category.NUMBER)
    assert incoming.report.words == "号码不存在"


def test_unbind_is_answered() -> None:
    incoming = client().read(bytes.fromhex("00000014" "00000002" + SEQUENCE))  # fmt: skip
    assert incoming == Bye(bytes.fromhex("00000014" "80000002" + SEQUENCE))  # fmt: skip


def test_the_text_of_a_sequence_turns_back() -> None:
    assert wire.id_bytes(SEQUENCE_TEXT).hex() == SEQUENCE


def test_the_middle_word_is_the_time_of_day() -> None:
    _, moment, _ = wire.SequenceNumber.unpack(wire.SequenceMaker(1)())
    text = f"{moment:010d}"
    assert 1 <= int(text[:2]) <= 12
    assert 1 <= int(text[2:4]) <= 31
    assert int(text[4:6]) < 24


def test_trace_and_user_report_turn_back() -> None:
    trace = pdus.Trace(bytes.fromhex(SEQUENCE), "8613000001234")
    assert pdus.Trace.read(trace.pack()) == trace
    user = pdus.UserReport("12329001", "8613000001234", 1)
    assert pdus.UserReport.read(user.pack()) == user
