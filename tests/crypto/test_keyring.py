"""Key files are private, versions live side by side, wrapped keys open only in their own place."""

from __future__ import annotations

import os
import pickle
import stat
from pathlib import Path

import pytest

from kernel.crypto.errors import CannotDecrypt, KeyFileExists, KeyFileUnsafe, KeyMissing
from kernel.crypto.keyring import Keyring
from kernel.crypto.suites import Suite
from kernel.crypto.tenant_key import KeyPurpose, TenantKey
from tests.crypto.keys import OURS, THEIRS, keyring_in, tenant_key


def material(key: TenantKey) -> bytes:
    """Something that only the same key gives."""
    return key.subkey("test", 32)


def test_folder_and_files_are_private(tmp_path: Path) -> None:
    keyring_in(tmp_path)
    folder = tmp_path / "keys"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()] == [0o600]


def test_created_keys_are_never_overwritten(tmp_path: Path) -> None:
    keyring_in(tmp_path)
    before = (tmp_path / "keys" / "kek-00001.key").read_bytes()
    with pytest.raises(KeyFileExists):
        keyring_in(tmp_path)
    assert (tmp_path / "keys" / "kek-00001.key").read_bytes() == before
    (tmp_path / "keys" / "kek-00001.key").rename(tmp_path / "keys" / "kek-00002.key")
    with pytest.raises(KeyFileExists):
        keyring_in(tmp_path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620, 0o601])
def test_key_file_open_to_others_is_refused(mode: int, tmp_path: Path) -> None:
    keyring_in(tmp_path)
    os.chmod(tmp_path / "keys" / "kek-00001.key", mode)
    with pytest.raises(KeyFileUnsafe, match="0600"):
        Keyring.load(tmp_path / "keys")


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o711])
def test_folder_open_to_others_is_refused(mode: int, tmp_path: Path) -> None:
    keyring_in(tmp_path)
    os.chmod(tmp_path / "keys", mode)
    with pytest.raises(KeyFileUnsafe, match="0700"):
        Keyring.load(tmp_path / "keys")


def test_links_missing_folders_and_damaged_files_are_refused(tmp_path: Path) -> None:
    keyring_in(tmp_path)
    file = tmp_path / "keys" / "kek-00001.key"
    moved = file.rename(tmp_path / "elsewhere.key")
    file.symlink_to(moved)
    with pytest.raises(KeyFileUnsafe):
        Keyring.load(tmp_path / "keys")
    file.unlink()
    with pytest.raises(KeyMissing):
        Keyring.load(tmp_path / "keys")
    (tmp_path / "link").symlink_to(tmp_path / "keys")
    for folder in ("nowhere", "link"):
        with pytest.raises(KeyFileUnsafe):
            Keyring.load(tmp_path / folder)
    file.write_bytes(moved.read_bytes()[:-5])
    file.chmod(0o600)
    with pytest.raises(KeyFileUnsafe, match="备份"):
        Keyring.load(tmp_path / "keys")


@pytest.mark.parametrize("suite", list(Suite))
def test_tenant_key_survives_a_restart_and_a_renewal(suite: Suite, tmp_path: Path) -> None:
    first = keyring_in(tmp_path)
    wrapped = first.new_tenant_key(OURS, KeyPurpose.DATA, 1, suite)
    known = material(first.unwrap(OURS, KeyPurpose.DATA, 1, wrapped))
    renewed = Keyring.renew(tmp_path / "keys")
    assert (renewed.versions, renewed.current) == ((1, 2), 2)
    assert material(Keyring.load(tmp_path / "keys").unwrap(OURS, KeyPurpose.DATA, 1, wrapped)) == known
    assert renewed.needs_rewrap(wrapped)
    again = renewed.rewrap(OURS, KeyPurpose.DATA, 1, wrapped, suite)
    assert not renewed.needs_rewrap(again)
    (tmp_path / "keys" / "kek-00001.key").unlink()
    only_new = Keyring.load(tmp_path / "keys")
    assert material(only_new.unwrap(OURS, KeyPurpose.DATA, 1, again)) == known
    with pytest.raises(KeyMissing, match="第 1 版"):
        only_new.unwrap(OURS, KeyPurpose.DATA, 1, wrapped)


def test_wrapped_key_opens_only_in_its_own_place(tmp_path: Path) -> None:
    ring = keyring_in(tmp_path)
    wrapped = ring.new_tenant_key(OURS, KeyPurpose.DATA, 1)
    assert len(wrapped) == 66
    for tenant, purpose, version in (
        (THEIRS, KeyPurpose.DATA, 1),
        (OURS, KeyPurpose.INDEX, 1),
        (OURS, KeyPurpose.DATA, 2),
    ):
        with pytest.raises(CannotDecrypt):
            ring.unwrap(tenant, purpose, version, wrapped)


def test_every_flipped_bit_of_a_wrapped_key_is_refused(tmp_path: Path) -> None:
    ring = keyring_in(tmp_path)
    wrapped = ring.new_tenant_key(OURS, KeyPurpose.DATA, 1)
    for place in range(len(wrapped)):
        for bit in range(8):
            changed = wrapped[:place] + bytes((wrapped[place] ^ 1 << bit,)) + wrapped[place + 1 :]
            with pytest.raises((CannotDecrypt, KeyMissing)):
                ring.unwrap(OURS, KeyPurpose.DATA, 1, changed)


def test_keys_differ_by_tenant_label_length_and_hash(tmp_path: Path) -> None:
    ring = keyring_in(tmp_path)
    one, two = tenant_key(ring), tenant_key(ring)
    made = [one.subkey("a", 32), one.subkey("b", 32), one.subkey("a", 32, sm=True), two.subkey("a", 32)]
    made += [ring.subkey("a", 1), ring.subkey("b", 1)]
    assert len(set(made)) == 6
    assert one.subkey("a", 32) == one.subkey("a", 32)


def test_keys_are_never_shown_or_pickled(tmp_path: Path) -> None:
    ring = keyring_in(tmp_path)
    key = tenant_key(ring)
    content = (tmp_path / "keys" / "kek-00001.key").read_text().split()[1]
    assert content not in repr(ring) + repr(vars(Keyring)) + repr([getattr(ring, "_keks", None)])
    assert repr(key) == "<TenantKey data v1>"
    for thing in (ring, key):
        with pytest.raises(TypeError, match="never pickled"):
            pickle.dumps(thing)
    with pytest.raises(ValueError, match="32 bytes"):
        TenantKey(OURS, KeyPurpose.DATA, 1, bytes(16))
