"""tshark, where it is installed, reads our CMPP 3.0 and SMPP 3.4 traffic without a malformed frame and understands it as we do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shared_channels.sms.carriers.dissected import TSHARK, recorded, words_of
from tests.shared_channels.sms.running import PHONE, Seen, carrier, linked, message, until, within

pytestmark = pytest.mark.skipif(TSHARK is None, reason="tshark is not installed")

LONG = "【示例住房公积金】" + "您的提取申请已办结，资金将在三个工作日内到账。" * 6 + "详情咨询12329"


async def _talk(protocol: str, file: Path) -> int:
    """Log-in, three messages (one of them long), keep-alive, reports, good-bye. Returns how many parts were sent."""
    seen = Seen()
    async with carrier(protocol, report_delay_ms=(5, 10)) as played, recorded(played.port) as recording:
        async with linked(protocol, recording.port, seen) as link:
            parts = 0
            for number, text in enumerate(("【住房公积金】您的验证码是 123456。", "short", LONG)):
                outcome = await link.submit(message(number, text))
                parts += len(outcome.carrier_ids)
            await until(lambda: len(seen.reports) >= parts)
            await link.probe(5)
        recording.capture(file)
    return parts


def _all(name: str, file: Path, show: str) -> set[str]:
    return {word.rstrip("\0") for row in words_of(file, "cmpp", show, name) for word in row[0].split(",")}


@within(20)
async def test_cmpp_30_is_read_by_tshark(tmp_path: Path) -> None:
    file = tmp_path / "cmpp.pcap"
    parts = await _talk("cmpp30", file)
    assert words_of(file, "cmpp", "_ws.malformed", "frame.number") == []
    commands = [
        word for row in words_of(file, "cmpp", "cmpp", "cmpp.Command_Id") for word in row[0].split(",")
    ]
    wanted = {0x1, 0x80000001, 0x4, 0x80000004, 0x5, 0x80000005, 0x8, 0x80000008}
    assert wanted <= {int(word, 0) for word in commands}
    assert [int(word, 0) for word in commands].count(0x4) == parts > 3
    phones = _all("cmpp.Dest_terminal_Id", file, "cmpp.submit.Pk_total")
    assert phones == {PHONE}
    assert _all("cmpp.deliver.Report.Status", file, "cmpp.deliver.Report.Status") == {"DELIVRD"}


@within(20)
async def test_smpp_34_is_read_by_tshark(tmp_path: Path) -> None:
    file = tmp_path / "smpp.pcap"
    parts = await _talk("smpp34", file)
    assert words_of(file, "smpp", "_ws.malformed", "frame.number") == []
    commands = [
        int(word, 0)
        for row in words_of(file, "smpp", "smpp", "smpp.command_id")
        for word in row[0].split(",")
    ]
    assert commands.count(0x4) == parts > 3
    assert {0x9, 0x80000009, 0x80000004, 0x5, 0x80000005, 0x15, 0x80000015} <= set(commands)


@within(20)
async def test_a_damaged_frame_would_be_seen(tmp_path: Path) -> None:
    file = tmp_path / "damaged.pcap"
    await _talk("cmpp30", file)
    raw = bytearray(file.read_bytes())
    at = raw.index(
        (4).to_bytes(4, "big") + b"\0\0\0"
    )  # a submit's command id: its length field stands before it
    raw[at - 1] = 60
    file.write_bytes(bytes(raw))
    assert words_of(file, "cmpp", "_ws.malformed || !cmpp && tcp.len > 0", "frame.number") != []
