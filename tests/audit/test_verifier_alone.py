"""AUD-3: the verifier is one file of the standard library, runs by itself, speaks Chinese and is fast enough."""

from __future__ import annotations

import ast
import hashlib
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kernel.audit.bundle import checkpoints_json, write_bundle
from kernel.audit.chain import Head
from kernel.audit.verifier import gjj_verify
from kernel.audit.verifier.gjj_verify import ed25519_verify
from tests.audit.sealed_world import OURS, THEIRS, World, members, with_events, world_of, zipped

SOURCE = Path(gjj_verify.__file__)
# RFC 8032 §7.1: tests 1, 2, 3 and SHA(abc), as secret key, public key, message, signature.
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        "387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
        "4a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        hashlib.sha512(b"abc").hexdigest(),
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e030"
        "3dca179c138ac17ad9bef1177331a704",
    ),
]


@pytest.mark.parametrize(("secret", "public", "message", "signature"), VECTORS)
def test_signature_check_agrees_with_the_standard(
    secret: str, public: str, message: str, signature: str
) -> None:
    pub, msg, sig = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
    assert Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret)).sign(msg) == sig
    assert ed25519_verify(pub, msg, sig)
    assert not ed25519_verify(pub, msg + b"\0", sig)
    for place in range(64):
        assert not ed25519_verify(
            pub, msg, sig[:place] + bytes((sig[place] ^ 1 << place % 8,)) + sig[place + 1 :]
        )


def test_malformed_keys_and_signatures_are_false() -> None:
    pub, msg, sig = (bytes.fromhex(part) for part in VECTORS[1][1:])
    order = gjj_verify.ORDER
    larger = sig[:32] + (int.from_bytes(sig[32:], "little") + order).to_bytes(32, "little")
    assert not ed25519_verify(pub, msg, larger)
    for key in (b"", bytes(31), b"\xff" * 32, (gjj_verify.P + 1).to_bytes(32, "little"), b"\2" + bytes(31)):
        assert not ed25519_verify(key, msg, sig)
    assert not ed25519_verify(b"\1" + bytes(30) + b"\x80", msg, sig)
    assert not ed25519_verify(pub, msg, sig[:63])
    neutral = b"\1" + bytes(63)
    assert not ed25519_verify((gjj_verify.P + 1).to_bytes(32, "little"), msg, neutral)


def test_file_needs_nothing_but_the_standard_library() -> None:
    text = SOURCE.read_text("utf-8")
    tree = ast.parse(text, feature_version=(3, 8))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names <= set(sys.stdlib_module_names)
    assert not names & {"socket", "urllib", "http", "ssl", "sqlite3", "subprocess", "ctypes", "importlib"}
    assert len(text.splitlines()) < 400


def run_alone(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """A copy of the file in an empty folder, run without site packages."""
    script = folder / "gjj_verify.py"
    script.write_bytes(SOURCE.read_bytes())
    command = [sys.executable, "-I", "-S", "-W", "error", str(script), *words]
    return subprocess.run(command, cwd=folder, capture_output=True, timeout=60, check=False, env=environment)


@pytest.fixture(scope="module")
def world() -> World:
    return world_of(6, seal_every=3)


def test_three_answers_and_their_exit_codes(world: World, tmp_path: Path) -> None:
    content = members(world, OURS, tmp_path)
    good, key = str(tmp_path / "bundle.zip"), world.key.public.hex
    bad = tmp_path / "bad.zip"
    bad.write_bytes(zipped(with_events(content, world.entries[OURS][:4])).getvalue())
    passed = run_alone(tmp_path, good, "--key", key)
    assert (passed.returncode, passed.stderr) == (0, b"")
    assert "核对通过" in passed.stdout.decode()
    assert "已核对 6 条" in passed.stdout.decode()
    found = run_alone(tmp_path, str(bad), "--key", key.upper())
    assert found.returncode == 1
    assert "第 5 条缺失" in found.stdout.decode()
    assert run_alone(tmp_path, good, "--key", key, "--tenant", str(THEIRS)).returncode == 1


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["nowhere.zip", "--key", "00" * 32],
        ["gjj_verify.py", "--key", "00" * 32],
        ["bundle.zip", "--key", "xyz"],
        ["bundle.zip", "--key"],
        ["bundle.zip", "--key", "é" * 64],
        ["bundle.zip", "--witness", "nowhere.json"],
        ["bundle.zip", "--tenant", "nobody"],
        ["bundle.zip", "--help"],
        ["bundle.zip", "another.zip"],
    ],
)
def test_what_could_not_be_checked_is_never_passed(words: list[str], world: World, tmp_path: Path) -> None:
    members(world, OURS, tmp_path)
    result = run_alone(tmp_path, *words)
    assert (result.returncode, result.stderr) == (2, b"")
    assert "没有完成核对" in result.stdout.decode()


def test_without_a_trusted_key_nothing_passes(world: World, tmp_path: Path) -> None:
    members(world, OURS, tmp_path)
    result = run_alone(tmp_path, "bundle.zip")
    assert result.returncode == 2
    assert "--key" in result.stdout.decode()


def test_own_copy_is_read_from_a_file(world: World, tmp_path: Path) -> None:
    members(world_of(6, seal_every=3, key=world.key, word="未受理"), OURS, tmp_path)
    (tmp_path / "kept.json").write_bytes(checkpoints_json(world.extracts(OURS)[:1]))
    words = ("bundle.zip", "--key", world.key.public.hex)
    assert run_alone(tmp_path, *words).returncode == 0
    assert run_alone(tmp_path, *words, "--witness", "kept.json").returncode == 1


def test_console_without_chinese_does_not_stop_it(world: World, tmp_path: Path) -> None:
    members(world, OURS, tmp_path)
    command = ["gjj_verify.py", "bundle.zip", "--key", world.key.public.hex]
    (tmp_path / "gjj_verify.py").write_bytes(SOURCE.read_bytes())
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    result = subprocess.run(
        [sys.executable, *command],
        cwd=tmp_path,
        capture_output=True,
        timeout=60,
        check=False,
        env=environment,
    )
    assert (result.returncode, result.stderr) == (0, b"")


def test_sixty_thousand_rows_are_hashed_quickly(tmp_path: Path) -> None:
    made = World()
    for n in range(60_000):
        made.write(OURS, b'{"action":"cases.accept","n":%d,"pad":"%s"}' % (n, b"x" * 200))
    made.seal()
    members(made, OURS, tmp_path)
    report = gjj_verify.verify_bundle(str(tmp_path / "bundle.zip"), [made.key.public.raw])
    assert (report.code, report.rows) == (0, 60_000)
    assert report.rows / report.seconds > 30_000


def test_bundle_is_private_and_never_overwritten(world: World, tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    rows, extracts, keys = world.entries[OURS], world.extracts(OURS), [world.key.public]
    assert write_bundle(path, Head.empty(OURS), rows, extracts, keys) == world.head(OURS)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        write_bundle(path, Head.empty(OURS), rows, extracts, keys)
    for wrong in ([], world.extracts(THEIRS)):
        with pytest.raises(ValueError, match="one tenant"):
            write_bundle(tmp_path / "x.zip", Head.empty(OURS), rows, wrong, keys)
    with pytest.raises(ValueError, match="missing"):
        write_bundle(tmp_path / "x.zip", Head.empty(OURS), rows, extracts, [])
    assert not (tmp_path / "x.zip").exists()


def test_same_content_gives_the_same_file(world: World, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("one.zip", "two.zip")]
    for path in paths:
        write_bundle(path, Head.empty(OURS), world.entries[OURS], world.extracts(OURS), [world.key.public])
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_rows_after_the_last_checkpoint_are_left_out(tmp_path: Path) -> None:
    made = world_of(4, seal_every=4)
    made.write(OURS, b"{}")
    path = tmp_path / "export.zip"
    head = write_bundle(path, Head.empty(OURS), made.entries[OURS], made.extracts(OURS), [made.key.public])
    assert head.size == 4
    assert gjj_verify.verify_bundle(str(path), [made.key.public.raw]).code == 0
