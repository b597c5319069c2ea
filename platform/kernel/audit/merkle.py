"""Merkle tree hash of RFC 6962 §2.1 with SHA-256: one root over all tenants' heads, or over the items of a
bulk event.

Leaf hash `SHA-256(0x00 ‖ leaf)`, node `SHA-256(0x01 ‖ left ‖ right)`, empty tree `SHA-256("")`. The leaf of
a head frames
tag `gjj.audit.head.v1`, tenant id (16 bytes), size (u64 big-endian) and head hash (32 bytes), each as
`u32be(length) ‖ bytes`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from kernel.audit.chain import HASH_BYTES, Head
from kernel.crypto.framing import framed, u64

HEAD_TAG = b"gjj.audit.head.v1"


def head_leaf(head: Head) -> bytes:
    """The leaf bytes of one tenant's head. Raises ValueError when the hash has not 32 bytes."""
    if len(head.hash) != HASH_BYTES:
        raise ValueError("a head hash has 32 bytes")
    return framed(HEAD_TAG, head.tenant_id.bytes, u64(head.size), head.hash)


def leaf_hash(leaf: bytes) -> bytes:
    """Hash of one leaf; the prefix keeps leaves and nodes apart."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Tree hash over the leaves in this order."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    return _root([leaf_hash(leaf) for leaf in leaves])


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes beside the path from leaf `index` to the root, lowest first.
    Raises IndexError outside the tree.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    return _path([leaf_hash(leaf) for leaf in leaves], index)


def verify_inclusion(
    leaf: bytes, index: int, tree_size: int, proof: Sequence[bytes], expected_root: bytes
) -> bool:
    """True when `leaf` stands at `index` of that tree (RFC 9162 §2.1.3.2). Never raises."""
    if not 0 <= index < tree_size or any(len(part) != HASH_BYTES for part in proof):
        return False
    place, last, value = index, tree_size - 1, leaf_hash(leaf)
    for part in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            value = node_hash(part, value)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            value = node_hash(value, part)
        place >>= 1
        last >>= 1
    return last == 0 and value == expected_root


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def _root(hashes: Sequence[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    k = _split(len(hashes))
    return node_hash(_root(hashes[:k]), _root(hashes[k:]))


def _path(hashes: Sequence[bytes], index: int) -> list[bytes]:
    if len(hashes) == 1:
        return []
    k = _split(len(hashes))
    if index < k:
        return [*_path(hashes[:k], index), _root(hashes[k:])]
    return [*_path(hashes[k:], index - k), _root(hashes[:k])]
