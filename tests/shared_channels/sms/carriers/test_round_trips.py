"""Whatever is written is read back; whatever comes in never does more than close the link."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_channels.sms.carriers.cmpp import pdus as cmpp
from shared_channels.sms.carriers.cmpp import wire as cmpp_wire
from shared_channels.sms.carriers.cmpp.client import CmppClient
from shared_channels.sms.carriers.cmpp.gateway import CmppGateway
from shared_channels.sms.carriers.cmpp.reports import StatusReport as CmppReport
from shared_channels.sms.carriers.errors import FieldError, FrameError
from shared_channels.sms.carriers.frames import FrameReader
from shared_channels.sms.carriers.settings import link_settings
from shared_channels.sms.carriers.sgip import pdus as sgip
from shared_channels.sms.carriers.sgip.client import SgipClient
from shared_channels.sms.carriers.sgip.gateway import SgipGateway
from shared_channels.sms.carriers.sgip.wire import SequenceMaker
from shared_channels.sms.carriers.smgp import pdus as smgp
from shared_channels.sms.carriers.smgp.client import SmgpClient
from shared_channels.sms.carriers.smgp.gateway import SmgpGateway
from shared_channels.sms.carriers.smgp.reports import StatusReport as SmgpReport
from shared_channels.sms.carriers.smpp import pdus as smpp
from shared_channels.sms.carriers.smpp.client import SmppClient
from shared_channels.sms.carriers.smpp.gateway import SmppGateway

BYTE = st.integers(0, 255)
VERSIONS = st.sampled_from([cmpp_wire.V20, cmpp_wire.V30])


def ascii_text(size: int) -> st.SearchStrategy[str]:
    return st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=size)


OPTIONS = st.dictionaries(st.integers(0, 0xFFFF), st.binary(max_size=30), max_size=4)
PHONES = st.lists(ascii_text(21), min_size=1, max_size=5).map(tuple)


@given(
    VERSIONS,
    st.builds(
        cmpp.Submit, PHONES, st.binary(max_size=255), BYTE, ascii_text(21), ascii_text(6), ascii_text(10), BYTE, BYTE,
        BYTE, BYTE, BYTE, ascii_text(21), st.just(0), BYTE, BYTE, ascii_text(2), ascii_text(6), ascii_text(17),
        ascii_text(17), st.just(0), ascii_text(8), st.binary(min_size=8, max_size=8),
    ),
)  # fmt: skip
def test_cmpp_submit(version: cmpp_wire.Version, submit: cmpp.Submit) -> None:
    assert cmpp.Submit.read(submit.pack(version), version) == submit


@given(
    VERSIONS,
    st.builds(
        cmpp.Deliver, st.binary(min_size=8, max_size=8), ascii_text(21), ascii_text(21), st.binary(max_size=255), BYTE,
        BYTE, ascii_text(10), BYTE, BYTE, st.just(0), ascii_text(8),
    ),
)  # fmt: skip
def test_cmpp_deliver(version: cmpp_wire.Version, deliver: cmpp.Deliver) -> None:
    assert cmpp.Deliver.read(deliver.pack(version), version) == deliver


@given(
    st.builds(
        CmppReport, st.binary(min_size=8, max_size=8), ascii_text(7), ascii_text(10), ascii_text(10), ascii_text(21),
        st.integers(0, 2**32 - 1),
    ),
    st.sampled_from([21, 32]),
)  # fmt: skip
def test_cmpp_report(report: CmppReport, size: int) -> None:
    packed = report.pack(size)
    assert len(packed) == {21: 60, 32: 71}[size]
    assert CmppReport.read(packed) == report


@given(
    st.builds(
        cmpp.Connect, ascii_text(6), st.binary(min_size=16, max_size=16), BYTE, st.integers(0, 2**32 - 1)
    )
)
def test_cmpp_connect(connect: cmpp.Connect) -> None:
    assert cmpp.Connect.read(connect.pack()) == connect


@given(VERSIONS, BYTE, st.binary(min_size=8, max_size=8))
def test_cmpp_small_answers(version: cmpp_wire.Version, code: int, raw: bytes) -> None:
    assert cmpp.Taken.read(cmpp.Taken(raw, code).pack(version)) == cmpp.Taken(raw, code)
    assert cmpp.CancelResp.read(cmpp.CancelResp(code).pack(version)) == cmpp.CancelResp(code)
    assert cmpp.Cancel.read(cmpp.Cancel(raw).pack()) == cmpp.Cancel(raw)
    answer = cmpp.ConnectResp.read(cmpp.ConnectResp(code, raw * 2, 0x30).pack(version))
    assert (answer.status, answer.authenticator, answer.version, answer.layout) == (
        code,
        raw * 2,
        0x30,
        version,
    )


@given(
    st.builds(
        smgp.Submit, PHONES, st.binary(max_size=255), BYTE, ascii_text(21), ascii_text(10), BYTE, BYTE, BYTE,
        ascii_text(2), ascii_text(6), ascii_text(6), ascii_text(17), ascii_text(17), ascii_text(21), OPTIONS,
    )
)  # fmt: skip
def test_smgp_submit(submit: smgp.Submit) -> None:
    assert smgp.Submit.read(submit.pack()) == submit


@given(
    st.builds(
        smgp.Deliver, st.binary(min_size=10, max_size=10), ascii_text(21), ascii_text(21), st.binary(max_size=255),
        st.just(0), BYTE, ascii_text(14), OPTIONS,
    )
)  # fmt: skip
def test_smgp_deliver(deliver: smgp.Deliver) -> None:
    assert smgp.Deliver.read(deliver.pack()) == deliver


@given(st.binary(min_size=10, max_size=10), st.booleans())
def test_smgp_report(raw_id: bytes, capital: bool) -> None:
    report = SmgpReport(raw_id, "UNDELIV", "012", "2611241330", "2611241331", bytes(20))
    packed = report.pack(capital=capital)
    assert len(packed) == 122
    assert SmgpReport.read(packed) == report


COUNTS = st.lists(st.integers(0, 2**32 - 1), min_size=8, max_size=8).map(tuple)


@given(ascii_text(8), BYTE, ascii_text(10), COUNTS)
def test_queries(day: str, kind: int, code: str, counts: tuple[int, ...]) -> None:
    for module in (cmpp, smgp):
        query = module.Query(day, kind, code)
        assert module.Query.read(query.pack()) == query
        answer = module.QueryResp(day, kind, code, counts)
        assert module.QueryResp.read(answer.pack()) == answer


@given(
    st.builds(
        sgip.Submit, PHONES, st.binary(max_size=2000), BYTE, ascii_text(21), ascii_text(5), ascii_text(10),
        ascii_text(21), BYTE, ascii_text(6), ascii_text(6), BYTE, BYTE, BYTE, ascii_text(16), ascii_text(16), BYTE, BYTE,
        BYTE, BYTE, ascii_text(8),
    )
)  # fmt: skip
def test_sgip_submit(submit: sgip.Submit) -> None:
    assert sgip.Submit.read(submit.pack()) == submit


@given(st.builds(sgip.Deliver, ascii_text(21), ascii_text(21), st.binary(max_size=500), BYTE, BYTE, BYTE))
def test_sgip_deliver(deliver: sgip.Deliver) -> None:
    assert sgip.Deliver.read(deliver.pack()) == deliver


@given(st.builds(sgip.Report, st.binary(min_size=12, max_size=12), ascii_text(21), BYTE, BYTE, BYTE))
def test_sgip_report(report: sgip.Report) -> None:
    assert len(report.pack()) == 44
    assert sgip.Report.read(report.pack()) == report


@given(st.builds(sgip.Bind, BYTE, ascii_text(16), ascii_text(16)))
def test_sgip_bind(bind: sgip.Bind) -> None:
    assert sgip.Bind.read(bind.pack()) == bind


@given(
    st.builds(
        smpp.ShortMessage, ascii_text(20), ascii_text(20), st.binary(max_size=254), ascii_text(5), BYTE, BYTE, BYTE,
        BYTE, BYTE, BYTE, BYTE, ascii_text(16), ascii_text(16), BYTE, BYTE, BYTE, BYTE, OPTIONS,
    )
)  # fmt: skip
def test_smpp_short_message(message: smpp.ShortMessage) -> None:
    assert smpp.ShortMessage.read(message.pack()) == message


@given(ascii_text(15), ascii_text(8), ascii_text(12), OPTIONS, BYTE)
def test_smpp_small(name: str, password: str, kind: str, options: dict[int, bytes], state: int) -> None:
    bind = smpp.Bind(name, password, kind, address_range=name)
    assert smpp.Bind.read(bind.pack()) == bind
    assert smpp.Named.read(smpp.Named(name, options).pack()) == smpp.Named(name, options)
    assert smpp.QuerySm.read(smpp.QuerySm(name, kind).pack()) == smpp.QuerySm(name, kind)
    answer = smpp.QuerySmResp(name, kind, state, 0)
    assert smpp.QuerySmResp.read(answer.pack()) == answer
    cancel = smpp.CancelSm(name, kind, kind, password[:5])
    assert smpp.CancelSm.read(cancel.pack()) == cancel


@pytest.mark.parametrize("write", [
    lambda: cmpp.Connect("1234567", bytes(16), 1, 1).pack(),
    lambda: cmpp.Submit(("字",), b"").pack(cmpp_wire.V20),
    lambda: cmpp.Submit(("1",), bytes(256)).pack(cmpp_wire.V20),
    lambda: cmpp.Submit((), b"").pack(cmpp_wire.V20),
    lambda: smgp.Submit(("1",) * 100, b"").pack(),
    lambda: sgip.Submit((), b"").pack(),
    lambda: smpp.ShortMessage("1" * 21, "2", b"").pack(),
    lambda: smpp.ShortMessage("1", "2", bytes(255)).pack(),
])  # fmt: skip
def test_what_does_not_fit_is_refused_and_never_cut(write: Callable[[], bytes]) -> None:
    with pytest.raises(FieldError):
        write()


def readers() -> dict[str, tuple[int, Callable[[bytes], Any]]]:
    def made(protocol: str) -> Any:
        return link_settings(protocol, host="h", port=1, account="901234", secret="s")

    return {
        "cmpp20": (12, CmppClient(made("cmpp20")).read),
        "cmpp30": (12, CmppClient(made("cmpp30")).read),
        "smgp": (12, SmgpClient(made("smgp30")).read),
        "sgip": (20, SgipClient(made("sgip12"), SequenceMaker(1)).read),
        "smpp": (16, SmppClient(made("smpp34")).read),
        "cmpp gateway": (12, CmppGateway("a", "b", cmpp_wire.V30).read),
        "smgp gateway": (12, SmgpGateway("a", "b").read),
        "sgip gateway": (20, SgipGateway("a", "b").read),
        "smpp gateway": (16, SmppGateway("a", "b").read),
    }


READERS = readers()
COMMANDS = st.sampled_from([*range(1, 10), 0x15, 0x11, 0x1000, 0x103, 0]).flatmap(
    lambda number: st.sampled_from([number, number | 0x80000000])
)


@pytest.mark.parametrize("side", READERS)
@settings(max_examples=300)
@given(COMMANDS, st.binary(max_size=320), st.data())
def test_any_body_of_any_command_is_read_or_refused(
    side: str, command: int, body: bytes, data: st.DataObject
) -> None:
    header, read = READERS[side]
    middle = data.draw(st.binary(min_size=header - 8, max_size=header - 8))
    frame = (len(body) + header).to_bytes(4, "big") + command.to_bytes(4, "big") + middle + body
    with suppress(FrameError):  # anything else would end the test
        read(frame)


@given(st.lists(st.binary(max_size=60), max_size=8), st.integers(1, 50))
def test_frames_survive_every_way_of_cutting(bodies: list[bytes], size: int) -> None:
    frames = [(len(body) + 12).to_bytes(4, "big") + bytes(8) + body for body in bodies]
    stream = b"".join(frames)
    reader = FrameReader(12, 1000)
    got = [frame for at in range(0, len(stream), size) for frame in reader.feed(stream[at : at + size])]
    assert got == frames
    assert reader.pending == 0


@given(st.binary(max_size=300), st.integers(1, 40))
def test_random_bytes_end_in_frames_an_error_or_patience(stream: bytes, size: int) -> None:
    reader = FrameReader(12, 200)
    taken = 0
    try:
        for at in range(0, len(stream), size):
            taken += sum(len(frame) for frame in reader.feed(stream[at : at + size]))
    except FrameError:
        with pytest.raises(FrameError):
            list(reader.feed(b""))
        return
    assert taken + reader.pending == len(stream)
    assert reader.pending < 200


@pytest.mark.parametrize("length", [0, 11, 201, 0xFFFFFFFF])
def test_a_false_length_is_an_error_after_the_whole_frames_before_it(length: int) -> None:
    good = (14).to_bytes(4, "big") + bytes(10)
    reader = FrameReader(12, 200)
    frames = reader.feed(good + good + length.to_bytes(4, "big") + bytes(20))
    assert [next(frames), next(frames)] == [good, good]
    with pytest.raises(FrameError):
        next(frames)
