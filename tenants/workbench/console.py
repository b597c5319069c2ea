"""The first screen of a centre's people."""

from __future__ import annotations

from flask import render_template

from kernel.approvals.console import state_of
from kernel.calendar import clock
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.blueprints import Pages
from tenants.channels import policy
from tenants.channels import queries as channels
from tenants.workbench import queries

pages = Pages("workbench", __name__, url_prefix="/console")


@pages.get("/workbench", permission=Permission.TENANT_READ)
def index() -> str:
    """What waits for me, the channels, the latest decisions."""
    actor = current.actor()
    desk = queries.desk(current.session(), actor)
    codes = channels.in_order(desk.openness.channels)
    rows = [
        {
            "code": code,
            "name": policy.CHANNEL_ZH[code],
            "open": desk.openness.channel_open(code),
            "stop": desk.openness.stops.get((code, "")),
            "hours": policy.hours_zh(channels.parameters_of(desk.openness.channels[code])),
        }
        for code in codes
    ]
    return render_template(
        "workbench/index.html",
        desk=desk,
        channels=rows,
        open_count=sum(row["open"] for row in rows),
        actor=actor,
        may=actor.may,
        state_of=state_of,
        as_of=clock.now(),
    )
