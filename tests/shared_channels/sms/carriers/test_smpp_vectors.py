"""SMPP bytes worked out by hand from the specification, and receipts in their several forms."""

from __future__ import annotations

import pytest

from shared_channels.sms.carriers.dialect import Delivery, Other, Pong, SubmitAnswer
from shared_channels.sms.carriers.ports import OutgoingMessage, Part, ReportState
from shared_channels.sms.carriers.settings import link_settings
from shared_channels.sms.carriers.smpp import pdus, wire
from shared_channels.sms.carriers.smpp.client import SmppClient


def client(**values: object) -> SmppClient:
    return SmppClient(
        link_settings(
            "smpp34", host="192.0.2.1", port=2775, account="gjj", secret="pw", source="12329", **values
        )
    )


def test_bind_transceiver() -> None:
    assert client().login().hex() == (
        "0000001c" "00000009" "00000000" "00000001" "676a6a00" "707700" "00" "34" "00" "00" "00"
    )  # fmt: skip


def test_submit_sm() -> None:
    line = client()
    (segment,) = line.segments(OutgoingMessage("m", "8613800001234", "公积金"), 1)
    _, data = line.submit(segment)
    assert data.hex() == (
        "00000039" "00000004" "00000000" "00000001"
        "00" "00" "00" "313233323900"  # service_type, source ton, npi, address
        "01" "01" "3836313338303030303132333400"  # destination ton, npi, address
        "00" "00" "00" "00" "00"  # esm_class, protocol_id, priority, schedule, validity
        "01" "00" "08" "00" "06" "516c79ef91d1"  # registered, replace, data_coding, default id, length, text
    )  # fmt: skip


def test_latin_text_goes_in_the_default_alphabet_when_allowed() -> None:
    line = client(coding="auto")
    (segment,) = line.segments(OutgoingMessage("m", "13800001234", "a@{€"), 1)
    assert (segment.message_format, segment.content.hex()) == (0, "61" "00" "1b28" "1b65")  # fmt: skip


@pytest.mark.parametrize("form", ["udh", "sar", "payload"])
def test_a_long_text_in_each_form(form: str) -> None:
    line = client(long_form=form)
    text = "字" * 140
    sent = [
        pdus.ShortMessage.read(line.submit(segment)[1][16:])
        for segment in line.segments(OutgoingMessage("m", "13800001234", text), 0x0203)
    ]
    if form == "payload":
        (whole,) = sent
        assert whole.content == b""
        assert whole.options[wire.MESSAGE_PAYLOAD].decode("utf-16-be") == text
        return
    assert len(sent) == 3
    headed = form == "udh"
    assert all(bool(each.esm_class & wire.UDHI) == headed for each in sent)
    assert (
        "".join((each.content[6:] if headed else each.content).decode("utf-16-be") for each in sent) == text
    )
    if not headed:
        assert sent[1].options == {
            wire.SAR_REFERENCE: b"\x02\x03",
            wire.SAR_TOTAL: b"\x03",
            wire.SAR_NUMBER: b"\x02",
        }


@pytest.mark.parametrize(
    ("vector", "expected"),
    [
        ("00000015" "80000004" "00000000" "00000007" "3141304600", SubmitAnswer(7, 0, "1A0F")),
        ("00000010" "80000004" "00000058" "00000007", SubmitAnswer(7, 0x58, "")),  # no body
        ("00000010" "80000000" "00000003" "00000007", SubmitAnswer(7, 3, "")),  # generic_nack
    ],
)  # fmt: skip
def test_submit_answers(vector: str, expected: SubmitAnswer) -> None:
    assert client().read(bytes.fromhex(vector)) == expected


def test_a_nack_of_a_keep_alive_is_a_sign_of_life() -> None:
    line = client()
    line.ping()
    assert line.read(bytes.fromhex("00000010" "80000000" "00000003" "00000001")) == Pong()  # fmt: skip


def test_an_unknown_command_is_refused() -> None:
    incoming = client().read(bytes.fromhex("00000010" "00000777" "00000000" "00000009"))  # fmt: skip
    assert isinstance(incoming, Other)
    assert incoming.answer.hex() == "00000010" "80000000" "00000003" "00000009"  # fmt: skip


TEXT = b"id:0000001A0F sub:001 dlvrd:001 submit date:2611241330 done date:261124133105 stat:DELIVRD err:000 text:id:9 stat:X"


def receipt(content: bytes, options: dict[int, bytes] | None = None, **values: object) -> Delivery:
    message = pdus.ShortMessage("8613800001234", "12329", content, esm_class=4, options=options or {})
    incoming = client(**values).read(wire.frame(wire.DELIVER_SM, 0, 5, message.pack()))
    assert isinstance(incoming, Delivery)
    assert incoming.report is not None
    return incoming


def test_a_receipt_in_text() -> None:
    incoming = receipt(TEXT)
    report = incoming.report
    assert report is not None
    assert (report.carrier_id, report.state, report.phone) == (
        "0000001A0F",
        ReportState.DELIVERED,
        "13800001234",
    )
    assert report.done_at is not None
    assert report.done_at.isoformat() == "2026-11-24T05:31:05+00:00"
    assert incoming.answer.hex() == "00000011" "80000005" "00000000" "00000005" "00"  # fmt: skip


def test_a_receipt_in_options_only() -> None:
    incoming = receipt(b"", {wire.RECEIPTED_MESSAGE_ID: b"1A0F\0", wire.MESSAGE_STATE: b"\x05"})
    assert incoming.report is not None
    assert (incoming.report.carrier_id, incoming.report.state) == ("1A0F", ReportState.FAILED)


@pytest.mark.parametrize(
    ("form", "answered", "told"),
    [
        ("same", "1A0F", "1A0F"),
        ("hex_then_decimal", "1A0F", "6671"),
        ("decimal_then_hex", "6671", "00001a0f"),
    ],
)
def test_ids_of_answers_and_receipts_meet(form: str, answered: str, told: str) -> None:
    answer = client(id_form=form).read(wire.frame(0x80000004, 0, 1, answered.encode() + b"\0"))
    report = receipt(b"id:" + told.encode() + b" stat:DELIVRD", id_form=form).report
    assert isinstance(answer, SubmitAnswer)
    assert report is not None
    assert answer.carrier_id == report.carrier_id


def test_an_uplink_message_by_sar() -> None:
    options = {wire.SAR_REFERENCE: b"\x01\x02", wire.SAR_TOTAL: b"\x02", wire.SAR_NUMBER: b"\x01"}
    message = pdus.ShortMessage(
        "13800001234", "12329", "查".encode("utf-16-be"), data_coding=8, options=options
    )
    incoming = client().read(wire.frame(wire.DELIVER_SM, 0, 5, message.pack()))
    assert isinstance(incoming, Delivery)
    assert incoming.mo is not None
    assert (incoming.mo.text, incoming.mo.part) == ("查", Part(0x0102, 2, 1))
