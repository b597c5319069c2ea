"""The page 「短信通道」: how the lines are, what waits in the queue and since when, what became of today's messages."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for

from kernel.calendar import clock
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.blueprints import Pages
from shared_channels.sms.links import policy, queries

pages = Pages("sms_links", __name__, url_prefix="/console/sms/lines")


@pages.get("", permission=Permission.SMS_READ)
def index() -> str:
    return render_template("links/index.html", live_url=url_for("sms_links.live"), **_content())


@pages.get("/live", permission=Permission.SMS_READ)
def live() -> str:
    """The part that refreshes itself."""
    return render_template("links/_live.html", **_content())


def _content() -> dict[str, Any]:
    session = current.session()
    depth, lines = queries.depth(session), queries.lines(session)
    today = queries.today(session, clock.today())
    lanes = {
        lane: (sum(row.waiting for row in depth if row.lane == lane), _oldest(depth, lane))
        for lane in policy.LANE_ZH
    }
    return {
        "lines": lines, "depth": depth, "today": today, "lanes": lanes, "states": policy.STATE_ZH, "lane_words": policy.LANE_ZH,
        "protocols": policy.PROTOCOL_ZH, "outcomes": policy.OUTCOME_ZH, "good": sum(line.state in ("up", "idle") for line in lines),
        "ended": sum(sum(row.messages.values()) for row in today), "delivered": sum(row.messages["delivered"] for row in today),
        "operates": current.actor().may(Permission.SMS_OPERATE),
    }  # fmt: skip


def _oldest(depth: list[queries.DepthRow], lane: int) -> float | None:
    return max((row.age_s for row in depth if row.lane == lane and row.age_s is not None), default=None)
