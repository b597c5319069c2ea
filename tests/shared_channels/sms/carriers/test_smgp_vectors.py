"""SMGP bytes worked out by hand from the specification; digests made with another tool (md5sum)."""

from __future__ import annotations

import pytest

from shared_channels.sms.carriers.dialect import Delivery, LoginAnswer, SubmitAnswer
from shared_channels.sms.carriers.ports import OutgoingMessage, ReportState
from shared_channels.sms.carriers.settings import Padding, link_settings
from shared_channels.sms.carriers.smgp import pdus, wire
from shared_channels.sms.carriers.smgp.client import SmgpClient
from shared_channels.sms.carriers.smgp.reports import StatusReport

CLIENT_PROOF = "4936c91f38d30d5ab4cb18da2be155e0"
SERVER_PROOF = "85e6911691f6d6b95bc00aebba35a8a2"
MESSAGE_ID = "31000111241330000042"


def client(**values: object) -> SmgpClient:
    return SmgpClient(
        link_settings(
            "smgp30", host="192.0.2.1", port=8890, account="30001", secret="secret", source="12329001",
            service_id="GJJ", **values,
        )
    )  # fmt: skip


def test_the_authenticators_have_seven_zeros_and_a_four_byte_status() -> None:
    assert wire.authenticator_client("30001", "secret", 1124133005).hex() == CLIENT_PROOF
    assert wire.authenticator_server(0, bytes.fromhex(CLIENT_PROOF), "secret").hex() == SERVER_PROOF


def test_a_padded_account_is_hashed_in_its_eight_bytes() -> None:
    proof = wire.authenticator_client("30001", "secret", 1124133005, Padding.PADDED).hex()
    assert proof == "e4a7f21ad0cadc20e89ea259d227cc10"


def test_login() -> None:
    body = pdus.Login("30001", bytes.fromhex(CLIENT_PROOF), 2, 1124133005, 0x30).pack()
    assert wire.frame(wire.LOGIN, 1, body).hex() == (
        "0000002a" "00000001" "00000001" "3330303031000000" + CLIENT_PROOF + "02" "4300e88d" "30"
    )  # fmt: skip


def test_submit() -> None:
    line = client()
    (segment,) = line.segments(OutgoingMessage("m", "13300001234", "公积金"), 1)
    _, data = line.submit(segment)
    assert data.hex() == (
        "00000099" "00000002" "00000001"
        "06" "01" "00"  # MsgType, NeedReport, Priority
        "474a4a00000000000000"  # ServiceID
        "3030" "303030303030" "303030303030"  # FeeType, FeeCode, FixedFee
        "08" + "00" * 34  # MsgFormat, ValidTime, AtTime
        + "3132333239303031" + "00" * 13  # SrcTermID
        + "00" * 21  # ChargeTermID
        + "01" "3133333030303031323334" + "00" * 10  # DestTermIDCount, DestTermID
        + "06" "516c79ef91d1" + "00" * 8  # MsgLength, MsgContent, Reserve
    )  # fmt: skip


def test_a_long_text_says_so_in_options() -> None:
    line = client(company="AH0001")
    first, _ = line.segments(OutgoingMessage("m", "13300001234", "字" * 71), 7)
    _, data = line.submit(first)
    submit = pdus.Submit.read(data[12:])
    assert submit.options == {
        wire.MSG_SRC: b"AH0001\0\0", wire.TP_UDHI: b"\x01", wire.PK_TOTAL: b"\x02", wire.PK_NUMBER: b"\x01",
    }  # fmt: skip
    assert data[-27:].hex() == "00100008" "4148303030310000" "0002000101" "0009000102" "000a000101"  # fmt: skip


def test_submit_resp() -> None:
    vector = bytes.fromhex("0000001a" "80000002" "00000007" + MESSAGE_ID + "00000000")  # fmt: skip
    assert client().read(vector) == SubmitAnswer(7, 0, MESSAGE_ID)


def test_message_id_is_digits() -> None:
    assert wire.message_id(310_001, 11_241_330, 42).hex() == MESSAGE_ID


def test_login_answer() -> None:
    line = client()
    line._authenticator = bytes.fromhex(CLIENT_PROOF)
    answer = line.read(wire.frame(wire.LOGIN_RESP, 1, bytes(4) + bytes.fromhex(SERVER_PROOF) + b"\x30"))
    assert isinstance(answer, LoginAnswer)
    assert (answer.code, answer.authentic, answer.remarks) == (0, True, ())


@pytest.mark.parametrize(
    ("status", "words"), [(21, "认证未通过，请核对账号和口令"), (3, "认证未通过，请核对账号和口令")]
)
def test_a_wrong_secret_has_two_codes(status: int, words: str) -> None:
    answer = client().read(wire.frame(wire.LOGIN_RESP, 1, status.to_bytes(4, "big")))
    assert isinstance(answer, LoginAnswer)
    assert (answer.code, answer.word.words) == (status, words)


def report_text(submit: bytes, done: bytes, stat: bytes, err: bytes, text: bytes, raw_id: bytes) -> bytes:
    return (
        b"id:" + raw_id + b" sub:001 dlvrd:001" + submit + b"2611241330" + done + b"2611241331"
        + stat + b"DELIVRD" + err + b"000" + text + bytes(20)
    )  # fmt: skip


LOWER = (b" submit date:", b" done date:", b" stat:", b" err:", b" text:")
UPPER = (b" Submit date:", b" Done date:", b" Stat:", b" Err:", b" Text:")


@pytest.mark.parametrize("names", [LOWER, UPPER])
@pytest.mark.parametrize(
    "raw_id", [MESSAGE_ID, "20737461743a20202020", "00" * 10], ids=["digits", "like a name", "zeros"]
)
def test_a_report_is_read_by_offset(names: tuple[bytes, ...], raw_id: str) -> None:
    content = report_text(*names, bytes.fromhex(raw_id))
    assert len(content) == 122
    incoming = client().read(
        wire.frame(wire.DELIVER, 3, pdus.Deliver(bytes(10), "13300001234", "12329001", content, 1, 0).pack())
    )
    assert isinstance(incoming, Delivery)
    report = incoming.report
    assert report is not None
    assert (report.carrier_id, report.state, report.error_code) == (raw_id, ReportState.DELIVERED, "000")
    assert report.done_at is not None
    assert report.done_at.isoformat() == "2026-11-24T05:31:00+00:00"
    assert incoming.answer.hex() == "0000001a" "80000003" "00000003" + "00" * 10 + "00000000"  # fmt: skip


def test_a_report_is_written_as_the_specification_prints_it() -> None:
    told = StatusReport(bytes.fromhex(MESSAGE_ID), "DELIVRD", "000", "2611241330", "2611241331")
    assert told.pack() == report_text(*LOWER, bytes.fromhex(MESSAGE_ID))


def test_a_report_with_its_id_in_digits_is_read() -> None:
    content = report_text(*LOWER, MESSAGE_ID.encode())
    assert StatusReport.read(content).message_id.hex() == MESSAGE_ID
