"""Length-prefixed framing: joined parts can be read in one way only, so no two inputs share a hash."""

from __future__ import annotations


def framed(*parts: bytes) -> bytes:
    """Each part as `u32be(length) ‖ bytes`, in order. Raises OverflowError above 4 GiB a part."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def u64(value: int) -> bytes:
    """Eight bytes, big-endian. Raises OverflowError for a negative number or one above 2**64-1."""
    return value.to_bytes(8, "big")
