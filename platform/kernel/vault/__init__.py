"""The vault: seals and opens personal fields with the keys of their tenant (rule R12)."""

from kernel.vault.vault import TenantVault, Vault, of

__all__ = ["TenantVault", "Vault", "of"]
