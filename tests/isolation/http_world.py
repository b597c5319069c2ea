"""The hostile world over HTTP: who attacks, with which browser, and which texts must not reach them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

import psycopg
from flask import Flask
from flask.testing import FlaskClient
from psycopg import sql

from app import rooms
from kernel.identity.actor import Actor
from kernel.tenancy import tenants
from tenants.catalogue.seed import seed_province_template
from tests.database import TestDatabase
from tests.isolation.http_city import PROVINCE_ROLES, City, apply_city
from tests.isolation.http_more import leave_more, prepare_province
from tests.isolation.rows import plant, tenant_tables
from tests.people import person
from tests.web_client import app_for, client_for, visitor

PLANTED = "栽canaryQ7"
"""In every text, JSON and byte column of the third body."""


@dataclass
class Attacker:
    """A browser with somebody behind it. `secrets` are the words that no answer may hold."""

    name: str
    kind: str
    actor: Actor | None
    client: FlaskClient
    secrets: tuple[str, ...]

    def may(self, permission: str) -> bool:
        """By `role_permissions.csv` as the database grants it."""
        return permission == "public" or (
            self.actor is not None and (permission == "signed_in" or permission in self.actor.permissions)
        )


@dataclass
class HttpWorld:
    """City A attacks city B; a third body has a planted row in every table."""

    database: TestDatabase
    app: Flask
    ours: City
    theirs: City
    planted: dict[tuple[str, UUID], UUID]
    planted_id: UUID
    province: dict[str, Actor]
    attackers: list[Attacker] = field(default_factory=list)

    @cached_property
    def foreign_ids(self) -> dict[str, UUID]:
        """One id of city B for each table that has a row of it, one of the third body for each table."""
        found = {f"planted {table}": row for (table, _), row in self.planted.items()}
        return found | dict(_ids(self.database, self.theirs.centre.id)) | {"tenant": self.theirs.centre.id}

    @cached_property
    def twin_code(self) -> str:
        """City B's place for rehearsals."""
        with self.database.door().tenant_tx(self.database.scope(), read_only=True) as session:
            return next(t.code for t in tenants.tree(session) if t.twin_of == self.theirs.centre.id)

    def owner(self, role: str, *, below: bool = False) -> FlaskClient:
        """A browser of somebody of city B."""
        body = self.theirs.sub_centre if below else self.theirs.centre
        return client_for(self.database, body.people[role])

    def fingerprint(self) -> dict[str, str]:
        """A hash of every row of city B and of the third body, by table."""
        tenants = [*(body.id for body in self.theirs.bodies), self.planted_id]
        return dict(_hashes(self.database, tenants))

    def own_fingerprint(self) -> dict[str, str]:
        """The same of city A and of the province, without the log of refusals, which grows by design."""
        tenants = [*(body.id for body in self.ours.bodies), self.database.province_id]
        found = dict(_hashes(self.database, tenants))
        return {table: value for table, value in found.items() if not table.startswith("audit_")}


def make_world(database: TestDatabase) -> HttpWorld:
    """Everything, once for a worker."""
    rooms.load()
    with database.door().tenant_tx(database.scope()) as session:
        if seed_province_template(session):
            session.audit("test.seeded", "catalogue", "template", "导入省级事项模板")
        else:
            session.rollback()
    prepare_province(database)
    province = {
        role: person(database, database.province_id, f"省岗{n}", role)
        for n, role in enumerate(PROVINCE_ROLES)
    }
    officers = (
        province["province_officer"],
        person(database, database.province_id, "省岗复", "province_officer"),
    )
    ours = apply_city(database, 951, "甲一市", "甲Kx3", officers, "Y")
    theirs = apply_city(database, 952, "乙二市", "乙Zw8", officers, "Z")
    leave_more(ours)
    leave_more(theirs)
    third = database.open_centre("C99530", "丙三市住房公积金管理中心")
    planted = plant(database, [third], PLANTED)
    world = HttpWorld(database, app_for(database), ours, theirs, planted, third, province)
    world.attackers = list(_attackers(world))
    return world


def _attackers(world: HttpWorld) -> Iterator[Attacker]:
    """Everyone of city A and of its sub-centre, the province's people, and a visitor."""
    theirs, (ours, below) = world.theirs, world.ours.bodies
    foreign = (*(word for body in theirs.bodies for word in (body.inner, body.named)), PLANTED)
    elsewhere = (theirs.centre.published, theirs.registered, *foreign)
    for body, kind, hidden in (
        (ours, "centre", (below.inner, below.named)),
        (below, "sub_centre", (ours.inner,)),
    ):
        for role, actor in body.people.items():
            client = client_for(world.database, actor)
            yield Attacker(f"{kind} {role}", kind, actor, client, (*elsewhere, *hidden))
    every = (*foreign, ours.inner, ours.named, below.inner, below.named)
    for role, actor in world.province.items():
        yield Attacker(f"province {role}", "province", actor, client_for(world.database, actor), every)
    nobody = (*every, world.ours.registered, theirs.registered)
    yield Attacker("visitor", "public", None, visitor(world.database), nobody)


def _ids(database: TestDatabase, tenant: UUID) -> Iterator[tuple[str, UUID]]:
    with psycopg.connect(database.superuser_dsn) as connection:
        for table in tenant_tables(database):
            query = sql.SQL("select id from {} where tenant_id = %s order by id desc limit 1")
            row = connection.execute(query.format(sql.Identifier(table.name)), (tenant,)).fetchone()
            if row is not None:
                yield table.name, row[0]


def _hashes(database: TestDatabase, tenants: list[UUID]) -> Iterator[tuple[str, str]]:
    with psycopg.connect(database.superuser_dsn) as connection:
        for table in tenant_tables(database):
            query = sql.SQL(
                "select md5(coalesce(string_agg(md5(t::text), '' order by t.id), '')) from {} t where tenant_id = any(%s)"
            )
            row = connection.execute(query.format(sql.Identifier(table.name)), (tenants,)).fetchone()
            assert row is not None
            yield table.name, row[0]
