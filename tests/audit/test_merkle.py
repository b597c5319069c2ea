"""Tree hashes and proofs, with the published vectors of RFC 6962's reference code."""

from __future__ import annotations

import hashlib

import pytest

from kernel.audit.chain import Head
from kernel.audit.merkle import head_leaf, inclusion_proof, leaf_hash, node_hash, root, verify_inclusion
from tests.audit.sealed_world import OURS

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(9))
def test_root_is_the_published_one(size: int) -> None:
    assert root(LEAVES[:size]).hex() == ROOTS[size]


def test_every_leaf_of_trees_up_to_forty_is_proved() -> None:
    for size in range(1, 41):
        leaves = [bytes((n,)) for n in range(size)]
        top = root(leaves)
        for index in range(size):
            assert verify_inclusion(leaves[index], index, size, inclusion_proof(leaves, index), top)


def test_no_other_claim_passes() -> None:
    for size in range(1, 17):
        leaves = [bytes((n,)) for n in range(size)]
        top = root(leaves)
        for index in range(size):
            proof = inclusion_proof(leaves, index)
            for claimed in range(-1, size + 2):
                if claimed != index:
                    assert not verify_inclusion(leaves[index], claimed, size, proof, top)
            assert not verify_inclusion(b"other", index, size, proof, top)
            assert not verify_inclusion(leaves[index], index, size, [*proof, bytes(32)], top)
            assert not verify_inclusion(leaves[index], index, size, [p[:31] for p in proof], bytes(32))
            for cut in range(len(proof)):
                assert not verify_inclusion(leaves[index], index, size, proof[:cut] + proof[cut + 1 :], top)


def test_node_cannot_stand_for_a_leaf() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


def test_head_leaf_has_the_documented_bytes() -> None:
    head = Head(OURS, 258, bytes(range(32)))
    expected = bytes.fromhex("00000011") + b"gjj.audit.head.v1" + bytes.fromhex("00000010") + OURS.bytes
    expected += bytes.fromhex("00000008000000000000010200000020") + bytes(range(32))
    assert head_leaf(head) == expected
    assert leaf_hash(expected) == hashlib.sha256(b"\0" + expected).digest()


def test_wrong_use_is_refused() -> None:
    with pytest.raises(IndexError):
        inclusion_proof(LEAVES, 8)
    with pytest.raises(ValueError, match="32 bytes"):
        head_leaf(Head(OURS, 1, b""))
