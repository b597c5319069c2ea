"""`gjj city` and `gjj province` as an administrator meets them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from kernel.db import Database
from kernel.db.roles import Login
from onboarding.manifests.service import DATA
from onboarding.provisioning.commands import city, province
from tests.database import TestDatabase
from tests.onboarding.conftest import Manifest
from tests.onboarding.rows import rows_of_city

AS = ["--as", "province.officer.one", "--as", "province.officer.two"]


@dataclass
class Opened:
    """What `gjj` hands to a command."""

    given: TestDatabase
    environment: str = "demo"

    @property
    def settings(self) -> SimpleNamespace:
        return SimpleNamespace(province=SimpleNamespace(code="C00000"), environment=self.environment)

    def database(self, login: Login) -> Database:
        return self.given.door(login)


Run = Callable[..., Result]


@pytest.fixture
def run(database: TestDatabase) -> Run:
    def call(*words: str, environment: str = "demo") -> Result:
        group = province if words[0] == "settle" else city
        return CliRunner().invoke(group, list(words), obj=Opened(database, environment))

    assert call("settle", str(DATA / "province.yaml")).exit_code == 0
    return call


@pytest.fixture
def file(tmp_path: Path, manifest: Callable[..., Manifest]) -> tuple[str, str]:
    given = manifest(subs=1)
    path = tmp_path / "city.yaml"
    path.write_bytes(given.body)
    return str(path), given.code


def test_plan_sign_apply_verify_undo(
    run: Run, file: tuple[str, str], database: TestDatabase, tmp_path: Path
) -> None:
    path, code = file
    assert "新增 " in run("plan", path).output
    assert rows_of_city(database, code) == {}
    assert run("verify", path).exit_code == 1
    assert "密钥编号" in run("sign", path, "--key", str(tmp_path / "contact.pem")).output
    applied = run("apply", path, *AS)
    assert applied.exit_code == 0, applied.output
    assert "核验一致" in applied.output
    assert "本版本未接入" not in applied.output
    assert "共 0 项变化" in run("plan", path).output
    assert run("verify", path).exit_code == 0
    assert "已撤销" in run("undo", path, *AS).output
    assert rows_of_city(database, code) == {}


@pytest.mark.parametrize(
    "people",
    [[], ["--as", "province.officer.one"], ["--as", "province.officer.one", "--as", "province.officer.one"]],
    ids=["nobody", "one person", "one person twice"],
)
def test_apply_and_undo_need_two_people(
    run: Run, file: tuple[str, str], people: list[str], database: TestDatabase
) -> None:
    path, code = file
    for verb in (["apply", path, "--demo-signature"], ["undo", path]):
        refused = run(*verb, *people)
        assert refused.exit_code == 1
        assert "两人办理" in refused.output
    assert rows_of_city(database, code) == {}


def test_a_manifest_without_signature_is_refused(run: Run, file: tuple[str, str]) -> None:
    refused = run("apply", file[0], *AS)
    assert refused.exit_code == 1
    assert "没有中心的签名" in refused.output


def test_a_temporary_key_signs_in_no_production(run: Run, file: tuple[str, str]) -> None:
    refused = run("apply", file[0], *AS, "--demo-signature", environment="production")
    assert refused.exit_code == 1
    assert "正式环境须由中心签名" in refused.output


def test_an_unknown_person_and_a_wrong_manifest_are_said_in_words(
    run: Run, file: tuple[str, str], tmp_path: Path
) -> None:
    nobody = run("apply", file[0], "--as", "nobody.one", "--as", "nobody.two", "--demo-signature")
    assert "省级没有这个登录名" in nobody.output
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("version: 9\n", encoding="utf-8")
    assert "第 1 行" in run("plan", str(wrong)).output


def test_the_province_settles_twice_and_writes_once(run: Run) -> None:
    assert "已写入 0 行" in run("settle", str(DATA / "province.yaml")).output
