"""One command for each long-running process; `gjj up` and `gjj demo` start all of them."""

from __future__ import annotations

import functools
from collections.abc import Callable

import click

from app import logs, rooms
from app.commands.place import Place, place_options
from app.installation.installation import Installation
from app.processes.ending import Ending
from app.processes.heartbeat import Heartbeat
from app.processes.loop import Loop, wait_until_fit
from kernel.db.roles import Login

Run = Callable[[Installation, Ending, Heartbeat], None]


def _process(name: str, login: Login) -> Callable[[Run], Callable[[], None]]:
    """Logging, the end by signal, the database's fitness, then the process itself."""

    def wrap(run: Run) -> Callable[[], None]:
        @functools.wraps(run)
        def command() -> None:
            logs.set_up(name)
            ending = Ending()
            installation = Place.installation(click.get_current_context())
            heartbeat = Heartbeat(installation.settings.run_folder, name)
            heartbeat.say("starting")
            rooms.load()
            if wait_until_fit(installation.database(login), login, ending, heartbeat):
                run(installation, ending, heartbeat)
            installation.close()

        return command

    return wrap


@click.command(help="运行网页服务")
@place_options
def web() -> None:
    """granian in the foreground; it handles signals itself."""
    from app.processes.web import serve

    logs.set_up("web")
    installation = Place.installation(click.get_current_context())
    ending = Ending()
    heartbeat = Heartbeat(installation.settings.run_folder, "web")
    if not wait_until_fit(installation.database(Login.WEB), Login.WEB, ending, heartbeat):
        return
    heartbeat.gone()  # from here on `/healthz` tells
    installation.close()
    serve(installation)


@click.command(help="运行任务处理")
@place_options
@_process("worker", Login.WORKER)
def worker(installation: Installation, ending: Ending, heartbeat: Heartbeat) -> None:
    """Carries out jobs and events."""
    from app.processes.worker import Worker
    from app.schedule.plan import plan

    plan()
    Worker(installation.bell(), installation.database(Login.WORKER), ending, heartbeat).run()


@click.command(help="运行任务派发")
@place_options
@_process("relay", Login.RELAY)
def relay(installation: Installation, ending: Ending, heartbeat: Heartbeat) -> None:
    """Leases due work and rings."""
    from app.processes.relay import relay_step

    Loop(
        "relay", relay_step(installation.database(Login.RELAY), installation.bell()), ending, heartbeat
    ).run()


@click.command(help="运行定时任务")
@place_options
@_process("scheduler", Login.WORKER)
def scheduler(installation: Installation, ending: Ending, heartbeat: Heartbeat) -> None:
    """Stores what the clock makes due."""
    from app.processes.scheduler import scheduler_step
    from app.schedule.firing import Firing
    from app.schedule.plan import plan

    firing = Firing(installation.database(Login.WORKER), plan(), installation.province_id)
    Loop("scheduler", scheduler_step(firing), ending, heartbeat).run()


@click.command(help="运行短信网关")
@place_options
@_process("gateway", Login.GATEWAY)
def gateway(installation: Installation, ending: Ending, heartbeat: Heartbeat) -> None:
    """Sends what waits in the queue over the lines to the carriers."""
    from app.processes.gateway import Gateway

    Gateway(installation, ending, heartbeat).run()


@click.command(help="运行日志封存")
@place_options
@_process("sealer", Login.SEALER)
def sealer(installation: Installation, ending: Ending, heartbeat: Heartbeat) -> None:
    """Signs checkpoints over the audit chains."""
    from app.processes.sealer import sealer_step
    from kernel.audit.sealer import Sealer

    witness = installation.settings.witness_folder
    witness.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = Sealer(installation.database(Login.SEALER), installation.audit_key, witness)
    Loop("sealer", sealer_step(found), ending, heartbeat).run()
