"""The eight channels and the counter, open or closed at the start (tenants.channels). Later states are the centre's own decisions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kernel.db import TenantSession
from onboarding.manifests.service import BodyPlan
from onboarding.provisioning.policy import PlanLine, compare
from tenants.channels import seed


class ChannelsStep:
    """First state of each channel of the manifest."""

    name = "channels"
    title_zh = "服务渠道"

    def compare(self, session: TenantSession | None, body: BodyPlan) -> Sequence[PlanLine]:
        missing = len(body.channels) if session is None else self.run(session, body)
        before = "" if missing == len(body.channels) else _words(body)
        if 0 < missing < len(body.channels):
            before = f"缺少 {missing} 个渠道"
        return [compare(body.short_name_zh, "服务渠道", before, _words(body))]

    def run(self, session: TenantSession, body: BodyPlan) -> int:
        return seed.seed_channels(
            session, {code: _given(body, code, open_) for code, open_ in body.channels.items()}
        )


def _given(body: BodyPlan, code: str, open_: bool) -> dict[str, Any]:
    own = body.build_mode == "self_built" or (code == "app" and body.own_app)
    return {"open": open_, "source": "own" if own else "provincial", "owner_zh": body.name_zh if own else ""}


def _words(body: BodyPlan) -> str:
    opened = sum(body.channels.values())
    return f"{len(body.channels)} 个渠道（开放 {opened} 个，关闭 {len(body.channels) - opened} 个）"
