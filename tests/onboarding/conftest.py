"""A province with two officers, and small cities to join."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

import psycopg
import pytest

from app import rooms
from kernel.crypto.signing import SigningKey
from kernel.identity.actor import Actor
from onboarding.manifests.service import Signature, sign
from onboarding.provisioning.ports import Places
from tests.database import TestDatabase
from tests.people import person

KEY = SigningKey.generate()
_numbers = count(1)

CITY = """version: 1
centre:
  code: C{n:02d}100
  name: 试验{n}市住房公积金管理中心
  short_name: 试验{n}市
  legal_entity: 试验{n}市住房公积金管理中心
  build_mode: provincial_shared
  fictional: true
  contact: 试验路 1 号
units:
  - {{code: ZHB, name: 综合部, kind: department}}
  - {{code: BH, name: 滨河管理部, kind: branch, parent: ZHB}}
catalogue: {{adopt: template}}
channels: {{counter: open, portal: open, hall: open, kiosk: open, hotline: open, sms: open, app: open, wechat: open, weibo: closed}}
staff:
  - {{user: city{n}.admin, name: 甲一, title: 中心管理员, unit: ZHB, roles: [centre_admin]}}
  - {{user: city{n}.security, name: 甲二, title: 安全管理员, roles: [security_officer]}}
budget: {{sms_monthly: 1000, allowance_fen: 480000}}
figures:
  - {{code: depositors, label: 缴存职工, value: 12.34, unit: 万人, period: "2025", source: 试验数据，不是真实数据, as_of: "2026-03-31"}}
notes:
  - {{on_date: "2025", text: 仅供测试的说明。}}
{subs}twin: {twin}
"""
SUB = """  - code: C{n:02d}2{k:02d}
    name: 试验{n}市第{k}分中心
    short_name: 第{k}分中心
    legal_entity: 试验{n}市第{k}分中心
    build_mode: provincial_shared
    plug: {{state: plugged_in}}
    consolidates_into: C{n:02d}100
    units:
      - {{code: YWB, name: 业务部, kind: department}}
    channels: {{counter: open, portal: open, hall: open, kiosk: closed, hotline: open, sms: open, app: open, wechat: open, weibo: closed}}
    staff:
      - {{user: sub{n}.{k}.admin, name: 乙{k}, title: 分中心管理员, unit: YWB, roles: [sub_centre_admin]}}
    budget: {{sms_monthly: 100, allowance_fen: 48000}}
"""


@dataclass(frozen=True)
class Manifest:
    """A city's file and its signature."""

    number: int
    body: bytes

    @property
    def code(self) -> str:
        return f"C{self.number:02d}100"

    @property
    def signature(self) -> Signature:
        return sign(self.body, KEY)

    def altered(self, old: str, new: str) -> Manifest:
        assert old.encode() in self.body
        return Manifest(self.number, self.body.replace(old.encode(), new.encode()))


@pytest.fixture(scope="session", autouse=True)
def _everything_known() -> None:
    rooms.load()


@pytest.fixture(scope="session", autouse=True)
def _erasure_secured(database: TestDatabase) -> None:
    """What `gjj migrate` does after its last migration: tables of later migrations get their policy too."""
    with psycopg.connect(database.superuser_dsn) as connection:
        connection.execute("set role gjj_owner")
        connection.execute("select k.secure_erasure()")


@pytest.fixture
def manifest() -> Callable[..., Manifest]:
    def make(subs: int = 1, twin: bool = True) -> Manifest:
        number = next(_numbers)
        below = "".join(SUB.format(n=number, k=k) for k in range(1, subs + 1))
        text = CITY.format(n=number, subs=f"sub_centres:\n{below}" if subs else "", twin=str(twin).lower())
        return Manifest(number, text.encode())

    return make


@pytest.fixture(scope="session")
def maker(database: TestDatabase) -> Actor:
    return person(database, database.province_id, "省甲", "province_officer")


@pytest.fixture(scope="session")
def checker(database: TestDatabase) -> Actor:
    return person(database, database.province_id, "省乙", "province_officer")


@pytest.fixture
def places(database: TestDatabase) -> Places:
    return Places(database.door(), database.province_id)
