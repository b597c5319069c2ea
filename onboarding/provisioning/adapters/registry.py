"""Profile and sourced figures of a body (tenants.registry)."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.db import TenantSession
from onboarding.manifests.service import BodyPlan
from onboarding.provisioning.policy import PlanLine, compare
from tenants.registry import service as registry
from tenants.registry.policy import BUILD_MODE_ZH


class ProfileStep:
    """Legal entity, build mode, consolidation, contact, figures with their sources."""

    name = "profile"
    title_zh = "机构概况与数据"

    def compare(self, session: TenantSession | None, body: BodyPlan) -> Sequence[PlanLine]:
        here = body.short_name_zh
        wanted, there = profile_of(body), None if session is None else registry.profile_of(session)
        lines = [compare(here, "机构概况", "" if there is None else _words(there), _words(wanted))]
        if there is not None and there != wanted and lines[0].before_zh == lines[0].after_zh:
            lines = [compare(here, "机构概况", "原联系方式与说明", "新联系方式与说明")]
        known = {} if session is None else {(f.code, f.period): f.words for f in registry.figures_of(session)}
        asked = {(f.code, f.period): f.words for f in figures_of(body)}
        for key in sorted(known.keys() | asked.keys()):
            lines.append(compare(here, "公开数据", known.get(key, ""), asked.get(key, "")))
        return lines

    def run(self, session: TenantSession, body: BodyPlan) -> int:
        return int(registry.put_profile(session, profile_of(body))) + registry.put_figures(
            session, figures_of(body)
        )


def profile_of(body: BodyPlan) -> registry.Profile:
    """The registry's form of the same facts."""
    return registry.Profile(
        code=body.code, name_zh=body.name_zh, short_name_zh=body.short_name_zh, legal_entity_zh=body.legal_entity_zh,
        build_mode=body.build_mode, own_app=body.own_app, fictional=body.fictional,
        consolidates_into=body.consolidates_into, contact_zh=body.contact_zh, notes=body.notes,
    )  # fmt: skip


def figures_of(body: BodyPlan) -> tuple[registry.Figure, ...]:
    """The registry's form of the figures."""
    return tuple(registry.Figure(**vars(figure)) for figure in body.figures)


def _words(profile: registry.Profile) -> str:
    parts = [profile.name_zh, f"法人单位 {profile.legal_entity_zh}", BUILD_MODE_ZH[profile.build_mode]]
    if profile.own_app:
        parts.append("保留自有客户端")
    if profile.consolidates_into:
        parts.append(f"数据并入 {profile.consolidates_into}")
    return "，".join(parts)
