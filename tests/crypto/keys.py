"""Keys for tests: one keyring in a fresh folder, tenant keys made by it."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from kernel.crypto.keyring import Keyring
from kernel.crypto.tenant_key import KeyPurpose, TenantKey

OURS = UUID("0190a000-0000-7000-8000-000000000001")
THEIRS = UUID("0190a000-0000-7000-8000-000000000002")


def keyring_in(folder: Path) -> Keyring:
    """A keyring of one version."""
    return Keyring.create(folder / "keys")


def tenant_key(
    ring: Keyring, tenant: UUID = OURS, purpose: KeyPurpose = KeyPurpose.DATA, version: int = 1
) -> TenantKey:
    """A new key, wrapped and unwrapped once."""
    return ring.unwrap(tenant, purpose, version, ring.new_tenant_key(tenant, purpose, version))
