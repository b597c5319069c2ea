"""A dossier opens anywhere, verifies with the standard library alone, and names whatever changed."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path
from random import Random

import pytest

from kernel.crypto.signing import SigningKey
from kernel.evidence.container import container
from kernel.evidence.dossier import VERIFIER, file_member, text_member, verifier_source, write_dossier
from kernel.evidence.verifier.gjj_dossier import verify

KEY = SigningKey.generate()
PARAGRAPHS = [
    ("一、基本情况", "示例市住房公积金管理中心。"),
    ("二、验收结论", "同意通过验收。"),
    ("三、整改要求", "无。"),
]
MEMBERS = (
    text_member("验收意见书.txt", PARAGRAPHS),
    file_member("附件/评分表.bin", Random(1).randbytes(3000)),
    file_member("空.txt", b""),
)
FACTS = {"title": "示例市验收卷宗", "number": 1}
DOSSIER = write_dossier(MEMBERS, FACTS, KEY)


def test_it_verifies_and_says_what_it_is() -> None:
    code, lines = verify(DOSSIER, [KEY.public.raw])
    assert code == 0
    assert lines == ["title：示例市验收卷宗", "文件 4 个，段落 6 个", "结论：核对通过。"]


def test_any_unpacker_opens_it() -> None:
    with zipfile.ZipFile(io.BytesIO(DOSSIER)) as archive:
        assert archive.testzip() is None
        assert archive.read("验收意见书.txt").decode().startswith("一、基本情况\n示例市")
        assert archive.namelist()[0] == "manifest.json"
        assert archive.read(VERIFIER) == verifier_source()


def test_the_same_content_has_the_same_bytes() -> None:
    assert write_dossier(MEMBERS, FACTS, KEY) == DOSSIER


def test_every_one_of_two_hundred_changed_bytes_is_found_and_named() -> None:
    draw, names = (
        Random(20261124),
        {"manifest.json", "signature.json", *(member.path for member in MEMBERS), VERIFIER},
    )
    for _ in range(200):
        at, bit = draw.randrange(len(DOSSIER)), 1 << draw.randrange(8)
        broken = bytearray(DOSSIER)
        broken[at] ^= bit
        code, lines = verify(bytes(broken), [KEY.public.raw])
        assert code == 1, (at, bit, lines)
        found = "".join(lines)
        assert any(name in found for name in names) or "目录" in found, (at, bit, lines)


def test_every_byte_outside_the_large_members_is_vouched_for() -> None:
    """Headers, directory, manifest, signature: all of them, not a sample."""
    at_verifier = DOSSIER.index(verifier_source())
    places = [
        at
        for at in range(len(DOSSIER))
        if not at_verifier + 64 < at < at_verifier + len(verifier_source()) - 64
    ]
    for at in places[::3]:
        broken = bytearray(DOSSIER)
        broken[at] ^= 0x20
        assert verify(bytes(broken), [KEY.public.raw])[0] == 1, at


def test_a_changed_paragraph_is_named() -> None:
    code, lines = verify(
        DOSSIER.replace("同意通过验收".encode(), "同意不过验收".encode(), 1), [KEY.public.raw]
    )
    assert code == 1
    assert any("“验收意见书.txt”被改动过：二、验收结论。" in line for line in lines)
    assert not any("一、基本情况" in line for line in lines)


@pytest.mark.parametrize("broken", [DOSSIER[:-1], DOSSIER + b"\0", DOSSIER[:5000], b"", b"PK"])
def test_cut_or_longer_is_found(broken: bytes) -> None:
    assert verify(broken, [KEY.public.raw])[0] == 1


def test_another_signer_is_found_and_no_key_is_no_pass() -> None:
    other = SigningKey.generate()
    assert verify(write_dossier(MEMBERS, FACTS, other), [KEY.public.raw])[0] == 1
    code, lines = verify(DOSSIER)
    assert code == 2
    assert "没有给出可信的公钥" in lines[-1]


def test_own_names_are_refused() -> None:
    with pytest.raises(ValueError, match="own"):
        write_dossier((file_member("manifest.json", b"x"),), {}, KEY)
    with pytest.raises(ValueError, match="two members"):
        container([("a", b""), ("a", b"")])


def test_the_verifier_needs_nothing_but_python(tmp_path: Path) -> None:
    """Isolated mode, no site packages, a script taken out of the dossier itself."""
    (tmp_path / "卷宗.zip").write_bytes(DOSSIER)
    with zipfile.ZipFile(tmp_path / "卷宗.zip") as archive:
        (tmp_path / VERIFIER).write_bytes(archive.read(VERIFIER))
    command = [
        sys.executable,
        "-I",
        "-S",
        str(tmp_path / VERIFIER),
        str(tmp_path / "卷宗.zip"),
        "--key",
        KEY.public.hex,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=60)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "结论：核对通过。")
    done = subprocess.run([*command[:4]], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
