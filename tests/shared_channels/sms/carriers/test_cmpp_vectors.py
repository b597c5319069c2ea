"""CMPP bytes worked out by hand from the specifications; digests made with another tool (md5sum)."""

from __future__ import annotations

import pytest

from shared_channels.sms.carriers.cmpp import pdus, wire
from shared_channels.sms.carriers.cmpp.client import CmppClient
from shared_channels.sms.carriers.cmpp.reports import StatusReport
from shared_channels.sms.carriers.dialect import Delivery, LoginAnswer, SubmitAnswer
from shared_channels.sms.carriers.ports import OutgoingMessage, ReportState
from shared_channels.sms.carriers.settings import Padding, link_settings

SOURCE_PROOF = "31d34f2e68b055682fbb4d225b7dd67f"
ISMG_PROOF_20 = "449e336867ce6a31117089400567fcb2"
ISMG_PROOF_30 = "9f6f6465bd4c5c3bd40b976968ff0bf2"
MESSAGE_ID = "bc3749f000018a88"


def client(protocol: str, **values: object) -> CmppClient:
    return CmppClient(
        link_settings(
            protocol, host="192.0.2.1", port=7890, account="901234", secret="secret", source="12329001",
            service_id="GJJ", **values,
        )
    )  # fmt: skip


def test_the_authenticator_of_a_login() -> None:
    assert wire.authenticator_source("901234", "secret", 1124133005).hex() == SOURCE_PROOF


def test_a_timestamp_keeps_its_leading_zero() -> None:
    proof = wire.authenticator_source("901234", "secret", 102030405).hex()
    assert proof == "1c39df8b9c01798a8f35c3c785cf91ce"


def test_a_short_account_is_raw_or_padded_by_setting() -> None:
    raw = wire.authenticator_source("9012", "secret", 1124133005, Padding.RAW)
    padded = wire.authenticator_source("9012", "secret", 1124133005, Padding.PADDED)
    assert raw != padded


@pytest.mark.parametrize(("status", "proof"), [(b"\0", ISMG_PROOF_20), (bytes(4), ISMG_PROOF_30)])
def test_the_authenticator_of_the_gateway(status: bytes, proof: str) -> None:
    assert wire.authenticator_ismg(status, bytes.fromhex(SOURCE_PROOF), "secret").hex() == proof


def test_connect() -> None:
    body = pdus.Connect("901234", bytes.fromhex(SOURCE_PROOF), 0x20, 1124133005).pack()
    assert wire.frame(wire.CONNECT, 1, body).hex() == (
        "00000027" "00000001" "00000001"  # 39 bytes, CMPP_CONNECT, sequence
        "393031323334" + SOURCE_PROOF + "20" "4300e88d"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (wire.V20, "0000001e8000000100000001" "00" + ISMG_PROOF_20 + "20"),
        (wire.V30, "000000218000000100000001" "00000000" + ISMG_PROOF_30 + "30"),
    ],
)  # fmt: skip
def test_connect_resp_has_30_or_33_bytes(version: wire.Version, expected: str) -> None:
    proof = bytes.fromhex(ISMG_PROOF_20 if version is wire.V20 else ISMG_PROOF_30)
    packed = wire.frame(wire.CONNECT_RESP, 1, pdus.ConnectResp(0, proof, version.number).pack(version))
    assert packed.hex() == expected


SUBMIT_20 = (
    "000000a500000004" "00000001"
    "0000000000000000" "01" "01" "01" "00"  # Msg_Id, Pk_total, Pk_number, Registered_Delivery, Msg_level
    "474a4a00000000000000" "02"  # Service_Id, Fee_UserType
    + "00" * 21  # Fee_terminal_Id
    + "00" "00" "08"  # TP_pId, TP_udhi, Msg_Fmt
    "393031323334" "3031" "303030303030"  # Msg_src, FeeType, FeeCode
    + "00" * 34  # ValId_Time, At_Time
    + "3132333239303031" + "00" * 13  # Src_Id
    + "01" "3133383030303031323334" + "00" * 10  # DestUsr_tl, Dest_terminal_Id
    + "06" "516c79ef91d1"  # Msg_Length, Msg_Content
    + "00" * 8  # Reserve
)  # fmt: skip
SUBMIT_30 = (
    "000000c900000004" "00000001"
    "0000000000000000" "01" "01" "01" "00"
    "474a4a00000000000000" "02"
    + "00" * 32 + "00"  # Fee_terminal_Id, Fee_terminal_type
    + "00" "00" "08"
    "393031323334" "3031" "303030303030"
    + "00" * 34
    + "3132333239303031" + "00" * 13
    + "01" "3133383030303031323334" + "00" * 21 + "00"  # Dest_terminal_Id, Dest_terminal_type
    + "06" "516c79ef91d1"
    + "00" * 20  # LinkID
)  # fmt: skip


@pytest.mark.parametrize(("protocol", "expected"), [("cmpp20", SUBMIT_20), ("cmpp30", SUBMIT_30)])
def test_submit(protocol: str, expected: str) -> None:
    line = client(protocol)
    (segment,) = line.segments(OutgoingMessage("m", "13800001234", "公积金"), 1)
    sequence, data = line.submit(segment)
    assert sequence == 1
    assert data.hex() == expected


@pytest.mark.parametrize(("protocol", "vector"), [("cmpp20", SUBMIT_20), ("cmpp30", SUBMIT_30)])
def test_submit_is_read_as_it_was_written(protocol: str, vector: str) -> None:
    version = wire.V20 if protocol == "cmpp20" else wire.V30
    submit = pdus.Submit.read(bytes.fromhex(vector)[12:], version)
    assert submit.destinations == ("13800001234",)
    assert (submit.source, submit.company, submit.service_id) == ("12329001", "901234", "GJJ")
    assert submit.content.decode("utf-16-be") == "公积金"
    assert submit.pack(version).hex() == vector[24:]


def test_a_long_text_carries_its_place_twice() -> None:
    line = client("cmpp30")
    first, second = line.segments(OutgoingMessage("m", "13800001234", "字" * 71), 0x1A2)
    _, data = line.submit(first)
    submit = pdus.Submit.read(data[12:], wire.V30)
    assert (submit.total, submit.number, submit.udhi, len(submit.content)) == (2, 1, 1, 140)
    assert submit.content[:6].hex() == "050003a20201"
    assert second.content[:6].hex() == "050003a20202"


@pytest.mark.parametrize(
    ("protocol", "vector"),
    [
        ("cmpp20", "00000015" "80000004" "00000007" + MESSAGE_ID + "00"),
        ("cmpp30", "00000018" "80000004" "00000007" + MESSAGE_ID + "00000000"),
        ("cmpp20", "00000018" "80000004" "00000007" + MESSAGE_ID + "00000000"),  # a 3.0 answer on a 2.0 link
    ],
)  # fmt: skip
def test_submit_resp_is_read_by_its_length(protocol: str, vector: str) -> None:
    assert client(protocol).read(bytes.fromhex(vector)) == SubmitAnswer(7, 0, MESSAGE_ID)


def test_a_refusal_has_no_carrier_id() -> None:
    answer = client("cmpp20").read(bytes.fromhex("00000015" "80000004" "00000007" + "00" * 8 + "08"))  # fmt: skip
    assert answer == SubmitAnswer(7, 8, "")


def test_message_id_bits() -> None:
    parts = wire.MessageId(11, 24, 6, 29, 15, 4_194_303, 65_535)
    # 1011 11000 00110 011101 001111, then 22 and 16 ones
    assert parts.pack().hex() == "bc19d3ffffffffff"
    assert wire.MessageId.unpack(parts.pack()) == parts


REPORT = (
    MESSAGE_ID + "44454c49565244"  # Msg_Id, DELIVRD
    "32363131323431333330" "32363131323431333331"  # 2611241330, 2611241331
)  # fmt: skip
PHONE_21 = "3133383030303031323334" + "00" * 10
PHONE_32 = "3133383030303031323334" + "00" * 21


def deliver(version: wire.Version, content: bytes, *, is_report: int = 1) -> bytes:
    own = pdus.Deliver(bytes(7) + b"\x09", "12329001", "13800001234", content, is_report, 0)
    return wire.frame(wire.DELIVER, 5, own.pack(version))


@pytest.mark.parametrize("protocol", ["cmpp20", "cmpp30"])
@pytest.mark.parametrize(("phone", "size"), [(PHONE_21, 60), (PHONE_32, 71)])
def test_a_report_of_either_length(protocol: str, phone: str, size: int) -> None:
    content = bytes.fromhex(REPORT + phone + "00000001")
    assert len(content) == size
    version = wire.V20 if protocol == "cmpp20" else wire.V30
    incoming = client(protocol).read(deliver(version, content))
    assert isinstance(incoming, Delivery)
    report = incoming.report
    assert report is not None
    assert (report.carrier_id, report.phone, report.state) == (
        MESSAGE_ID,
        "13800001234",
        ReportState.DELIVERED,
    )
    assert report.done_at is not None
    assert report.done_at.isoformat() == "2026-11-24T05:31:00+00:00"


@pytest.mark.parametrize("size", [15, 35, 40, 58, 64, 90])
def test_a_report_of_an_unknown_length_still_names_id_and_state(size: int) -> None:
    content = bytes.fromhex(REPORT + PHONE_32 + "00000001").ljust(90, b"\0")[:size]
    told = StatusReport.read(content)
    assert (told.message_id.hex(), told.state) == (MESSAGE_ID, "DELIVRD")


def test_deliver_resp_answers_the_deliver_and_not_the_report() -> None:
    incoming = client("cmpp30").read(deliver(wire.V30, bytes.fromhex(REPORT + PHONE_21 + "00000001")))
    assert isinstance(incoming, Delivery)
    assert incoming.answer.hex() == "00000018" "80000005" "00000005" "0000000000000009" "00000000"  # fmt: skip


@pytest.mark.parametrize("protocol", ["cmpp20", "cmpp30"])
@pytest.mark.parametrize("layout", [wire.V20, wire.V30])
def test_a_deliver_in_the_other_version_is_read(protocol: str, layout: wire.Version) -> None:
    incoming = client(protocol).read(deliver(layout, "查询".encode("utf-16-be"), is_report=0))
    assert isinstance(incoming, Delivery)
    assert incoming.mo is not None
    assert (incoming.mo.phone, incoming.mo.to) == ("13800001234", "12329001")


@pytest.mark.parametrize("length", [18, 21])
def test_a_login_answer_of_either_version_is_read(length: int) -> None:
    line = client("cmpp20")
    line._authenticator = bytes.fromhex(SOURCE_PROOF)
    status = bytes(1 if length == 18 else 4)
    proof = ISMG_PROOF_20 if length == 18 else ISMG_PROOF_30
    body = status + bytes.fromhex(proof) + (b"\x20" if length == 18 else b"\x30")
    answer = line.read(wire.frame(wire.CONNECT_RESP, 1, body))
    assert isinstance(answer, LoginAnswer)
    assert (answer.code, answer.authentic) == (0, True)
    assert bool(answer.remarks) == (length == 21)


def test_a_gateway_that_hashes_four_status_bytes_in_20_is_told_and_believed() -> None:
    line = client("cmpp20")
    line._authenticator = bytes.fromhex(SOURCE_PROOF)
    answer = line.read(wire.frame(wire.CONNECT_RESP, 1, b"\0" + bytes.fromhex(ISMG_PROOF_30) + b"\x20"))
    assert isinstance(answer, LoginAnswer)
    assert answer.authentic is True
    assert answer.remarks == ("网关认证码按 4 字节状态计算",)


@pytest.mark.parametrize("body", ["03", "00000003", "03" + "00" * 16 + "20", "00000003" + "00" * 16 + "30"])
def test_a_refused_login_is_read_with_and_without_an_authenticator(body: str) -> None:
    answer = client("cmpp30").read(wire.frame(wire.CONNECT_RESP, 1, bytes.fromhex(body)))
    assert isinstance(answer, LoginAnswer)
    assert (answer.code, answer.authentic, answer.word.words) == (3, None, "认证未通过，请核对账号和口令")


def test_a_link_follows_the_version_of_the_gateway_when_told_to() -> None:
    line = client("cmpp20", follow_version=True)
    line.read(wire.frame(wire.CONNECT_RESP, 1, bytes(20) + b"\x30"))
    _, data = line.submit(line.segments(OutgoingMessage("m", "13800001234", "公积金"), 1)[0])
    assert data.hex()[24:] == SUBMIT_30[24:]


def test_keep_alive_and_terminate() -> None:
    line = client("cmpp30")
    assert line.ping().hex() == "0000000c" "00000008" "00000001"  # fmt: skip
    assert line.bye().hex() == "0000000c" "00000002" "00000002"  # fmt: skip
