"""``gjj sms link …``: commands for whoever connects a centre to its carriers."""

from __future__ import annotations

import click

from shared_channels.sms.links.commands.check import check


@click.group(name="link", help="短信线路")
def link() -> None:
    """The group; its commands hang below."""


link.add_command(check)

UNDER = "sms"
COMMANDS = (link,)
