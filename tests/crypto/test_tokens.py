"""Random tokens and signed handles (rule R9)."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from kernel.crypto.keyring import Keyring
from kernel.crypto.secret import RevealPurpose, Secret, reveal
from kernel.crypto.tokens import HandleRefused, HandleSigner, new_digits, new_token, same, token_hash
from kernel.errors import NotFound
from tests.crypto.keys import OURS, THEIRS, keyring_in

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)
PERSON, OTHER = UUID(int=1), UUID(int=2)


@pytest.fixture
def signer(tmp_path: Path) -> HandleSigner:
    return HandleSigner(keyring_in(tmp_path))


def test_tokens_are_random_and_kept_as_hash() -> None:
    texts = {reveal(new_token("gjj_"), RevealPurpose.SHOW_ONCE) for _ in range(1000)}
    assert len(texts) == 1000
    assert all(text.startswith("gjj_") and len(text) == 47 for text in texts)
    token = new_token()
    plain = reveal(token, RevealPurpose.SHOW_ONCE)
    assert token_hash(token) == hashlib.sha256(plain.encode()).digest()
    assert plain not in repr(token)
    assert len(token_hash(Secret("\ud800"))) == 32
    with pytest.raises(ValueError, match="16"):
        new_token(size=8)


def test_one_time_codes_use_every_digit() -> None:
    texts = [reveal(new_digits(), RevealPurpose.DELIVERY) for _ in range(300)]
    assert all(len(text) == 6 and text.isascii() and text.isdigit() for text in texts)
    assert set("".join(texts)) == set("0123456789")


def test_comparison_is_by_bytes() -> None:
    assert same("济南", "济南")
    assert same(b"a", "a")
    assert not same("a", "b")


@pytest.mark.parametrize("ref", [b"", b"x", UUID(int=9).bytes, bytes(512)])
def test_handle_gives_back_its_reference(ref: bytes, signer: HandleSigner) -> None:
    text = signer.issue(OURS, PERSON, "download", ref, LATER)
    assert signer.open(text, OURS, PERSON, "download", NOW) == ref
    assert text.replace("-", "").replace("_", "").isalnum()


def test_handle_works_for_one_person_tenant_purpose_and_time(signer: HandleSigner) -> None:
    text = signer.issue(OURS, PERSON, "download", b"id", LATER)
    for tenant, person, purpose, now in (
        (THEIRS, PERSON, "download", NOW),
        (OURS, OTHER, "download", NOW),
        (OURS, PERSON, "cursor", NOW),
        (OURS, PERSON, "download", LATER),
    ):
        with pytest.raises(HandleRefused):
            signer.open(text, tenant, person, purpose, now)


def test_every_changed_character_is_refused(signer: HandleSigner) -> None:
    text = signer.issue(OURS, PERSON, "download", b"id", LATER)
    for place in range(len(text)):
        for letter in "AZaz09-_=+/ é":
            changed = text[:place] + letter + text[place + 1 :]
            if changed != text:
                with pytest.raises(HandleRefused):
                    signer.open(changed, OURS, PERSON, "download", NOW)


@pytest.mark.parametrize(
    "text", ["", "=", "A" * 60, "A" * 5000, "é", "\0", base64.urlsafe_b64encode(bytes(80)).decode()]
)
def test_nonsense_is_refused_as_not_found(text: str, signer: HandleSigner) -> None:
    with pytest.raises(NotFound):
        signer.open(text, OURS, PERSON, "download", NOW)


def test_padding_is_another_spelling_and_refused(signer: HandleSigner) -> None:
    text = signer.issue(OURS, PERSON, "download", b"id", LATER)
    for spelling in (text + "=", text + "\n", " " + text):
        with pytest.raises(HandleRefused):
            signer.open(spelling, OURS, PERSON, "download", NOW)


def test_handles_outlive_a_renewal_but_not_a_lost_key(tmp_path: Path) -> None:
    text = HandleSigner(keyring_in(tmp_path)).issue(OURS, PERSON, "download", b"id", LATER)
    renewed = HandleSigner(Keyring.renew(tmp_path / "keys"))
    assert renewed.open(text, OURS, PERSON, "download", NOW) == b"id"
    (tmp_path / "keys" / "kek-00001.key").unlink()
    with pytest.raises(HandleRefused):
        HandleSigner(Keyring.load(tmp_path / "keys")).open(text, OURS, PERSON, "download", NOW)


def test_naive_time_and_large_references_are_refused(signer: HandleSigner) -> None:
    with pytest.raises(ValueError, match="aware"):
        signer.issue(OURS, PERSON, "download", b"", LATER.replace(tzinfo=None))
    with pytest.raises(ValueError, match="512"):
        signer.issue(OURS, PERSON, "download", bytes(513), LATER)
