"""The fictional people whom the demo's log-in page offers. A real installation offers nobody."""

from __future__ import annotations

from kernel.config.settings import Settings
from kernel.identity.issuer.settings import DemoAccount
from kernel.web.settings import Environment
from onboarding.manifests import service as manifests

SHOWN_CITY = "C99010"


def offered(settings: Settings) -> tuple[DemoAccount, ...]:
    """People of the province and of the city that the story shows, with its sub-centres; empty unless this is the demo."""
    if settings.environment is not Environment.DEMO:
        return ()
    names = manifests.role_names()
    city = manifests.read_city(manifests.bundled_body(SHOWN_CITY))
    province = manifests.read_province((manifests.DATA / "province.yaml").read_bytes())
    posts = [(post, settings.province.name_zh) for post in province.staff]
    posts += [(post, body.name_zh) for body in (city.centre, *city.sub_centres) for post in body.staff]
    return tuple(
        DemoAccount(post.user, post.name_zh, names.get(post.roles[0], "") if post.roles else "", body_zh)
        for post, body_zh in posts
    )
