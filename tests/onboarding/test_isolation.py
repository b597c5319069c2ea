"""A centre reads nothing of manifests and runs, a city nothing of another; a sub-centre sees its city's catalogue at once."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.calendar import clock
from kernel.identity.actor import Actor
from kernel.tenancy import tenants
from onboarding.provisioning.models import OnboardingManifest, OnboardingRun, OnboardingStep
from onboarding.provisioning.ports import Places
from onboarding.provisioning.service import approve_and_run, propose_city
from tenants.catalogue import queries as catalogue
from tenants.registry.models import CentreProfile, RegisteredCentre, SourcedFigure
from tests.database import TestDatabase
from tests.onboarding.conftest import Manifest

Make = Callable[..., Manifest]


@pytest.fixture
def joined(manifest: Make, places: Places, maker: Actor, checker: Actor) -> Manifest:
    given = manifest(subs=1)
    change = propose_city(places, maker, given.body, given.signature, "申请入驻。")
    approve_and_run(places, change, checker)
    return given


def _id(database: TestDatabase, code: str) -> UUID:
    found = tenants.by_code(database.door(), code)
    assert found is not None
    return found.id


def test_a_centre_reads_no_manifest_no_run_and_no_register(
    joined: Manifest, places: Places, database: TestDatabase
) -> None:
    with places.inside(_id(database, joined.code), read_only=True) as session:
        for model in (OnboardingManifest, OnboardingRun, OnboardingStep, RegisteredCentre):
            assert session.scalars(select(model)).all() == [], model.__name__


def test_figures_are_the_bodies_own_and_profiles_go_down_the_line(
    joined: Manifest, manifest: Make, places: Places, maker: Actor, checker: Actor, database: TestDatabase
) -> None:
    other = manifest(subs=0, twin=False)
    approve_and_run(places, propose_city(places, maker, other.body, other.signature, "申请入驻。"), checker)
    with places.inside(_id(database, f"C{joined.number:02d}201"), read_only=True) as session:
        assert session.scalars(select(SourcedFigure)).all() == []
        codes = set(session.scalars(select(CentreProfile.code)))
    assert codes == {joined.code, f"C{joined.number:02d}201"}


def test_a_sub_centre_sees_the_citys_catalogue_at_once(
    joined: Manifest, places: Places, database: TestDatabase
) -> None:
    seen = []
    for code in (joined.code, f"C{joined.number:02d}201"):
        with places.inside(_id(database, code), read_only=True) as session:
            seen.append(set(catalogue.in_force(session, clock.now())))
    assert seen[0] == seen[1]
    assert len(seen[0]) == 61
