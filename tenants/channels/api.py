"""Channels for programs: state now, with an ETag."""

from __future__ import annotations

from typing import Any

from kernel.permissions import Permission
from kernel.web import current
from kernel.web.blueprints import Api
from tenants.channels import policy, ports, queries
from tenants.channels.schemas import ChannelOut

api = Api("channels_api", __name__, url_prefix="/api/v1/channels", description="渠道")


@api.get("", permission=Permission.CHANNEL_READ)
@api.response(200, ChannelOut(many=True))
def channels() -> list[dict[str, Any]]:
    """渠道现状"""
    session = current.session()
    state, items = queries.openness(session), ports.offered(session).values()
    found = []
    for code in queries.in_order(state.channels):
        revision = state.channels[code]
        offered = [i for i in items if code in i.channels]
        found.append(
            {
                "code": code,
                "name_zh": policy.CHANNEL_ZH[code],
                "open": state.channel_open(code),
                "source": revision.source,
                "hours_zh": policy.hours_zh(queries.parameters_of(revision)),
                "items_open": sum(state.open(i.code, code) for i in offered),
                "items_offered": len(offered),
            }
        )
    return found
