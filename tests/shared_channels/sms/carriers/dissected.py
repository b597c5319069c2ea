"""Our traffic as an independent dissector sees it: a recording relay on the wire, a capture file, and tshark's own words."""

from __future__ import annotations

import asyncio
import shutil
import socket
import struct
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

TSHARK = shutil.which("tshark")
_CLIENT, _SERVER = 40001, 7890
_RAW_IP = 101


@dataclass
class Recording:
    """What went over one connection: (from the client?, bytes) in their order."""

    port: int = 0
    pieces: list[tuple[bool, bytes]] = field(default_factory=list)

    def capture(self, file: Path) -> None:
        """Write it as a capture of one TCP connection on raw IP."""
        sent = {True: 1, False: 1}
        out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, _RAW_IP)]
        for at, (from_client, data) in enumerate(self.pieces):
            for start in range(0, len(data), 1400):
                part = data[start : start + 1400]
                packet = _packet(from_client, sent[from_client], sent[not from_client], part)
                out.append(struct.pack("<IIII", 1_800_000_000, at, len(packet), len(packet)) + packet)
                sent[from_client] += len(part)
        file.write_bytes(b"".join(out))


def _packet(from_client: bool, seq: int, ack: int, data: bytes) -> bytes:
    ports = (_CLIENT, _SERVER) if from_client else (_SERVER, _CLIENT)
    tcp = struct.pack(">HHIIBBHHH", *ports, seq, ack, 5 << 4, 0x18, 65535, 0, 0)
    ends = [socket.inet_aton("127.0.0.1")] * 2
    return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 40 + len(data), 0, 0, 64, 6, 0, *ends) + tcp + data


@asynccontextmanager
async def recorded(target: int) -> AsyncIterator[Recording]:
    """A relay before the carrier's port that keeps what it passes on."""
    recording = Recording()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, from_client: bool) -> None:
        while data := await reader.read(65536):
            recording.pieces.append((from_client, data))
            writer.write(data)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.gather(pump(reader, forth, True), pump(back, writer, False), return_exceptions=True)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    recording.port = int(server.sockets[0].getsockname()[1])
    try:
        yield recording
    finally:
        server.close()


def words_of(file: Path, protocol: str, show: str, *fields: str) -> list[list[str]]:
    """The rows that tshark prints for packets that match `show`."""
    assert TSHARK is not None
    shown = [option for name in fields for option in ("-e", name)]
    command = [
        TSHARK,
        "-n",
        "-r",
        str(file),
        "-d",
        f"tcp.port=={_SERVER},{protocol}",
        "-Y",
        show,
        "-T",
        "fields",
        *shown,
    ]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return [line.split("\t") for line in answer.stdout.splitlines()]
