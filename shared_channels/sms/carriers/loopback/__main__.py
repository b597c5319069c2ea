"""A loopback carrier as its own process: ``python -m shared_channels.sms.carriers.loopback --protocol cmpp30``.

Prints one JSON line when ready, one with the counts when ended by SIGTERM or SIGINT, and one with the counts at any
SIGUSR1. With ``--counts`` the counts are also written to a file twice a second.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import click

from shared_channels.sms.carriers.loopback.carrier import LoopbackCarrier
from shared_channels.sms.carriers.loopback.control import Control
from shared_channels.sms.carriers.loopback.factory import loopback
from shared_channels.sms.carriers.loopback.moods import mood_file
from shared_channels.sms.carriers.settings import ProtocolName
from shared_channels.sms.carriers.text import Alphabet

_EVERY_S = 0.5


def _write(path: Path, carrier: LoopbackCarrier) -> None:
    """Whole or not at all: a reader never meets half a file."""
    draft = path.with_suffix(path.suffix + ".new")
    draft.write_text(json.dumps(carrier.counts.as_dict()), "utf-8")
    draft.replace(path)


async def _serve(
    carrier: LoopbackCarrier,
    host: str,
    port: int,
    protocol: str,
    counts: Path | None,
    control_port: int | None,
) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    loop.add_signal_handler(signal.SIGUSR1, lambda: click.echo(json.dumps(carrier.counts.as_dict())))
    await carrier.start(host, port)
    said = {"ready": True, "protocol": protocol, "host": host, "port": carrier.port, "pid": os.getpid()}
    control = None
    if control_port is not None:
        control = Control(carrier, Alphabet.GSM7 if protocol == ProtocolName.SMPP34 else Alphabet.ASCII)
        await control.start(host, control_port)
        said["control_port"] = control.port
    click.echo(json.dumps(said))
    while not ended.is_set():
        try:
            await asyncio.wait_for(ended.wait(), _EVERY_S)
        except TimeoutError:
            if counts is not None:
                _write(counts, carrier)
    if control is not None:
        await control.stop()
    await carrier.stop()
    if counts is not None:
        _write(counts, carrier)
    click.echo(json.dumps(carrier.counts.as_dict()))


@click.command()
@click.option("--protocol", type=click.Choice([each.value for each in ProtocolName]), required=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--port", default=0, show_default=True, help="0 takes a free port; it is in the line printed when ready"
)
@click.option("--account", default="901234", show_default=True)
@click.option("--secret", default="loopback", show_default=True)
@click.option(
    "--mood", "mood_path", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="JSON file"
)
@click.option("--counts", "counts_path", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--deduplicate", is_flag=True, help="a submit whose reserved field was seen is not sent again")
@click.option(
    "--control-port",
    type=int,
    help="shows the phones' messages and takes moods on this machine only; 0 takes a free port",
)
def main(
    protocol: str,
    host: str,
    port: int,
    account: str,
    secret: str,
    mood_path: Path | None,
    counts_path: Path | None,
    control_port: int | None,
    deduplicate: bool,
) -> None:
    """Plays a carrier until it is ended."""
    mood = mood_file(mood_path)
    if deduplicate:
        mood = replace(mood, deduplicate=True)
    carrier = loopback(protocol, account, secret, mood)
    asyncio.run(_serve(carrier, host, port, protocol, counts_path, control_port))


if __name__ == "__main__":
    main()
