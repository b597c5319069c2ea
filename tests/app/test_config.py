"""Settings: everything that is wrong with a file is said at once, and nothing of a secret is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from kernel.config import secret_values
from kernel.config.reading import ConfigInvalid, read
from kernel.crypto.errors import KeyFileUnsafe
from kernel.db.roles import Login

GOOD = """
environment = "production"
base_url = "https://gjj.example.gov.cn"
[province]
code = "C37000"
name = "示例省住房和城乡建设厅"
short_name = "示例省"
[web]
https = true
trusted_proxies = 1
[database]
host = "db.example"
sslmode = "verify-full"
[issuer]
kind = "external"
issuer = "https://id.example.gov.cn/realms/gjj"
[[lines]]
name = "移动"
protocol = "cmpp30"
host = "10.0.0.1"
port = 7890
account = "901234"
secret_file = "secrets/line"
window = 32
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "gjj.toml"
    file.write_text(text, encoding="utf-8")
    return file


def problems(folder: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigInvalid) as refusal:
        read(written(folder, text))
    return refusal.value.problems


def test_a_good_file_is_read_with_places_beside_it(tmp_path: Path) -> None:
    settings = read(written(tmp_path, GOOD))
    assert settings.keys.context == tmp_path / "secrets" / "context.key"
    assert settings.database.passwords == tmp_path / "secrets" / "database"
    assert settings.lines[0].options == {"window": 32}
    assert not settings.issuer.embedded
    assert settings.web.port == 18080


def test_every_problem_is_named_at_once(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        'environment = "prod"\nbase_url = "http://127.0.0.1:1"\nbase_ulr = 1\n[web]\nport = 99999\nhttps = "yes"\n[database]\n',
    )
    assert found == (
        "设置“environment”应当是 production、rehearsal、demo 之一。",
        "缺少设置“province.code”：应当是一段文字。",
        "缺少设置“province.name”：应当是一段文字。",
        "缺少设置“province.short_name”：应当是一段文字。",
        "设置“web.port”应当是 1 到 65535 之间的整数。",
        "设置“web.https”应当是 true 或 false。",
        "缺少设置“database.host”：应当是一段文字。",
        "不认识设置“base_ulr”，请核对拼写或删去。",
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (('"https://gjj.example.gov.cn"', '"http://gjj.example.gov.cn"'), "必须以 https:// 开头"),
        (('"https://gjj.example.gov.cn"', '"https://gjj.example.gov.cn/path"'), "不带路径的网址"),
        (("https = true", "https = false"), "不一致"),
        (("https = true", 'https = false\nhost = "0.0.0.0"'), "只能是本机地址"),
        (('"verify-full"', '"prefer"'), "必须加密"),
        (('kind = "external"', 'kind = "external"\nsecond_factor = false'), "双因素"),
        (('"https://id.example', '"http://id.example'), "登录服务的地址必须以 https:// 开头"),
    ],
)
def test_what_would_be_unsafe_is_refused(tmp_path: Path, change: tuple[str, str], sentence: str) -> None:
    assert change[0] in GOOD
    assert any(sentence in problem for problem in problems(tmp_path, GOOD.replace(*change)))


def test_no_file_and_a_broken_file_have_their_sentences(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid) as missing:
        read(tmp_path / "none.toml")
    assert "没有找到设置文件" in missing.value.problems[0]
    assert "书写格式有误" in problems(tmp_path, "x = = 1")[0]


def test_a_secret_comes_from_its_file_or_from_the_environment(tmp_path: Path) -> None:
    settings = read(written(tmp_path, GOOD))
    folder = settings.database.passwords
    folder.mkdir(parents=True)
    place = folder / Login.WEB
    place.write_text("from-file\n")
    place.chmod(0o600)
    assert secret_values.database_password(settings, Login.WEB, {}) == "from-file"
    env = {"GJJ_DATABASE_PASSWORD_WEB": "from-environment"}
    assert secret_values.database_password(settings, Login.WEB, env) == "from-environment"
    other = tmp_path / "other"
    other.write_text("from-other-file")
    other.chmod(0o600)
    env = {"GJJ_DATABASE_PASSWORD_WEB_FILE": str(other)}
    assert secret_values.database_password(settings, Login.WEB, env) == "from-other-file"
    assert "from-" not in repr(settings)


def test_a_secret_file_open_to_others_is_refused(tmp_path: Path) -> None:
    settings = read(written(tmp_path, GOOD))
    settings.valkey_url.parent.mkdir(parents=True)
    settings.valkey_url.write_text("redis://x")
    settings.valkey_url.chmod(0o644)
    with pytest.raises(KeyFileUnsafe):
        secret_values.valkey_url(settings, {})
