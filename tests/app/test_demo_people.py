"""The demo's log-in page offers fictional people; no other installation offers anybody or spares them a second factor."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.demo.people import offered
from app.installation.installation import Installation
from app.installation.keys import make_missing
from app.installation.signing_in import sign_in_of
from kernel.identity.issuer.settings import DemoAccount
from kernel.web.settings import Environment
from onboarding.manifests import service as manifests
from tests.app.test_installation import demo_installation


def _offered_by(installation: Installation) -> tuple[DemoAccount, ...]:
    make_missing(installation.settings)
    issuer = sign_in_of(installation).issuer
    assert issuer is not None
    return issuer.settings.demo_accounts


def test_the_demo_offers_people_of_the_province_the_city_and_its_sub_centre(tmp_path: Path) -> None:
    found = {a.username: a for a in _offered_by(demo_installation(tmp_path))}
    city = manifests.read_city(manifests.bundled_body("C99010"))

    assert {post.user for post in city.centre.staff} < set(found)
    assert found["shili.editor"] == DemoAccount(
        "shili.editor", "林见川", "中心编辑岗", "示例市住房公积金管理中心"
    )
    assert {a.centre_zh for a in found.values()} == {
        "示例省住房和城乡建设厅",
        "示例市住房公积金管理中心",
        "示例油田分中心",
    }


@pytest.mark.parametrize("environment", [Environment.PRODUCTION, Environment.REHEARSAL])
def test_no_other_installation_offers_anybody(tmp_path: Path, environment: Environment) -> None:
    installation = demo_installation(tmp_path)
    real = replace(installation.settings, environment=environment)
    assert offered(real) == ()
    vars(installation)["settings"] = real

    assert _offered_by(installation) == ()
