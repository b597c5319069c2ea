"""Which roles go together and where, without a session."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tenants.staff import errors

STATE_ZH: Mapping[str, str] = {"invited": "待首次登录", "active": "正常", "disabled": "已停用"}
STATE_TONES: Mapping[str, str] = {"invited": "waiting", "active": "success", "disabled": "neutral"}


@dataclass(frozen=True)
class RoleRule:
    """What the rules need of a role."""

    code: str
    name_zh: str
    tenant_kinds: frozenset[str]
    exclusive_with: frozenset[str]
    officer: str | None


def check_grant(role: RoleRule, held: Collection[RoleRule], tenant_kind: str) -> None:
    """Raises NotForThisTenant, or Exclusive with the two roles in words."""
    if tenant_kind not in role.tenant_kinds:
        raise errors.NotForThisTenant
    for other in held:
        if other.code in role.exclusive_with or role.code in other.exclusive_with:
            raise errors.Exclusive(
                message_zh=f"“{role.name_zh}”与已有岗位“{other.name_zh}”互斥，不能由同一人担任。"
            )
