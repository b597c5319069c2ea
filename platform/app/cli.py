"""`gjj`: the platform's own commands, and those that the rooms bring (`COMMANDS` in a feature's `commands.py`).

A room's module may say `UNDER = "sms"`: its commands then stand below `gjj sms`. Every command takes `--data DIR` or
`--config FILE`; `ctx.obj` is the `Installation`, opened at first use.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Iterable
from typing import Any

import click

from app.commands.place import Place, place_options, show_plainly

OWN = {
    "demo": ("app.commands.demo", "demo"),
    "up": ("app.commands.up", "up"),
    "doctor": ("app.commands.doctor", "doctor"),
    "migrate": ("app.commands.database", "migrate"),
    "db": ("app.commands.database", "db"),
    "keys": ("app.commands.keys", "keys"),
    "web": ("app.commands.processes", "web"),
    "worker": ("app.commands.processes", "worker"),
    "relay": ("app.commands.processes", "relay"),
    "scheduler": ("app.commands.processes", "scheduler"),
    "gateway": ("app.commands.processes", "gateway"),
    "sealer": ("app.commands.processes", "sealer"),
}


class Commands(click.Group):
    """Imports what was asked for and no more: a process starts without the rooms' commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*OWN, *sorted(name for name in _of_rooms() if name not in OWN)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in OWN:
            module, name = OWN[cmd_name]
            command: click.Command = getattr(importlib.import_module(module), name)
            return command
        return _of_rooms().get(cmd_name)


@click.group(
    cls=Commands, help="省级住房公积金综合服务平台", context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="gjj-platform", prog_name="gjj", message="%(prog)s %(version)s")
@place_options
@click.pass_context
def group(ctx: click.Context) -> None:
    """The root; opens nothing."""


def main(arguments: list[str] | None = None) -> int:
    """Entry of the console script: what goes wrong is one plain message and an exit code."""
    return show_plainly(lambda: group.main(arguments, prog_name="gjj", standalone_mode=False))


@functools.cache
def _of_rooms() -> dict[str, click.Command]:
    from app import rooms

    rooms.load()
    found: dict[str, click.Command] = {}
    for module in rooms.modules("commands"):
        parent = getattr(module, "UNDER", "")
        for command in getattr(module, "COMMANDS", ()):
            _with_place(command)
            _add(found, parent, command)
    return found


def _add(found: dict[str, click.Command], parent: str, command: click.Command) -> None:
    if parent:
        above = found.setdefault(parent, click.Group(parent, help=GROUPS.get(parent, parent)))
        siblings = above.commands if isinstance(above, click.Group) else {}
    else:
        siblings = found
    name = command.name or ""
    there = siblings.get(name)
    if isinstance(there, click.Group) and isinstance(command, click.Group):
        there.commands.update(command.commands)
    else:
        siblings[name] = command


GROUPS = {"sms": "短信"}


def _with_place(command: click.Command) -> None:
    """Give every leaf the two options and the installation."""
    if isinstance(command, click.Group):
        for below in command.commands.values():
            _with_place(below)
        return
    names = {option for parameter in command.params for option in parameter.opts}
    wanted: Iterable[str] = {"--data", "--config"} - names
    command.params += [option for option in Place.options() if option.opts[0] in wanted]
    if command.callback is not None:
        command.callback = _opened(command.callback)


def _opened(callback: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(callback)
    def call(*arguments: Any, **options: Any) -> Any:
        ctx = click.get_current_context()
        ctx.obj = Place.installation(ctx)
        try:
            return callback(*arguments, **options)
        finally:
            ctx.obj.close()

    return call


if __name__ == "__main__":
    raise SystemExit(main())
