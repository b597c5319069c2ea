"""Programs are registered and stopped under four eyes. A shared secret is made here, shown once and kept sealed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from kernel.approvals.kinds import Difference, Execution, GuardedKind, Line, register
from kernel.crypto.secret import Secret
from kernel.crypto.signing import VerifyKey
from kernel.db import TenantSession, utc_now
from kernel.db.ids import uuid7
from kernel.errors import Invalid
from kernel.permissions import Permission
from kernel.tenancy import tenants
from kernel.vault import of as vault_of
from shared_channels.accounts.policy import CHANNEL_ZH
from shared_channels.channel_api.errors import ProgramExists, ProgramUnknown, ProvinceOnly
from shared_channels.channel_api.models import ChannelClient
from shared_channels.channel_api.policy import CODE, PROGRAM_CHANNELS, SCOPE_ZH, Algorithm, ProgramScope
from shared_channels.channel_api.queries import live_client

ALGORITHM_ZH = {
    Algorithm.ED25519: "公钥签名（Ed25519）",
    Algorithm.HMAC_SHA256: "共享密钥签名（HMAC-SHA256）",
}


def new_secret() -> Secret[str]:
    """32 random bytes in hex, for a program that signs with a shared secret. The caller shows them once."""
    return Secret(secrets.token_hex(32))


def add(
    session: TenantSession,
    payload: Mapping[str, Any],
    *,
    change_id: UUID | None,
    shared_secret: Secret[str] | None = None,
) -> ChannelClient:
    """Write a program's row. With `change_id` by an approval; without by the installation's command, whose caller audits.

    Raises ProgramExists, Invalid.
    """
    _check(session, payload, shared=shared_secret is not None)
    new = uuid7()
    key = (
        bytes.fromhex(str(payload["public_key"]))
        if shared_secret is None
        else vault_of(session).seal("channel_client", "key", new, shared_secret)
    )
    row = ChannelClient(
        id=new,
        code=str(payload["code"]),
        name_zh=str(payload["name_zh"]),
        channel=str(payload["channel"]),
        scopes=sorted(str(scope) for scope in payload["scopes"]),
        algorithm=Algorithm.ED25519 if shared_secret is None else Algorithm.HMAC_SHA256,
        key=key,
        centre_id=_centre(session, payload),
        change_id=change_id,
        valid_to=datetime.fromisoformat(payload["valid_to"]) if payload.get("valid_to") else None,
    )
    session.add(row)
    session.flush()
    return row


def stop(session: TenantSession, code: str) -> None:
    """The program's next request is refused, everywhere. The caller audits. Raises ProgramUnknown."""
    stopped = session.execute(
        update(ChannelClient)
        .where(ChannelClient.code == code, ChannelClient.stopped_at.is_(None))
        .values(stopped_at=utc_now())
        .returning(ChannelClient.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if stopped is None:
        raise ProgramUnknown


def _check(session: TenantSession, payload: Mapping[str, Any], *, shared: bool) -> None:
    wrong: dict[str, str] = {}
    if not CODE.match(str(payload["code"])):
        wrong["code"] = "程序编号为3到40个小写字母、数字和连字符，以字母开头。"
    if not 2 <= len(str(payload["name_zh"]).strip()) <= 60:
        wrong["name_zh"] = "请填写2到60个字的名称。"
    if payload["channel"] not in PROGRAM_CHANNELS:
        wrong["channel"] = "请从给出的渠道中选择。"
    if not payload["scopes"] or not set(payload["scopes"]) <= {str(scope) for scope in ProgramScope}:
        wrong["scopes"] = "请至少选择一项授权。"
    if not shared and not _is_public_key(str(payload.get("public_key", ""))):
        wrong["public_key"] = "公钥为64位十六进制字符。"
    if wrong:
        raise Invalid(wrong)
    taken = select(ChannelClient.id).where(ChannelClient.code == str(payload["code"]))
    if session.scalar(taken) is not None:
        raise ProgramExists


def _is_public_key(text: str) -> bool:
    try:
        VerifyKey.from_hex(text)
    except ValueError:
        return False
    return True


def _centre(session: TenantSession, payload: Mapping[str, Any]) -> UUID | None:
    code = payload.get("centre_code")
    if not code:
        return None
    found = next((t.id for t in tenants.tree(session) if t.code == code and t.parent_id is not None), None)
    if found is None:
        raise Invalid({"centre_code": "没有这个编号的中心。"})
    return found


def _describe_new(session: TenantSession, payload: Mapping[str, Any]) -> Difference:
    if any(t.id == session.tenant_id and t.parent_id is not None for t in tenants.tree(session)):
        raise ProvinceOnly
    _check(session, payload, shared=False)
    _centre(session, payload)
    code = str(payload["code"])
    lines = (
        Line("名称", "", str(payload["name_zh"])),
        Line("渠道", "", CHANNEL_ZH[payload["channel"]]),
        Line("授权", "", "、".join(SCOPE_ZH[ProgramScope(scope)] for scope in payload["scopes"])),
        Line("适用中心", "", str(payload.get("centre_code") or "全省")),
        Line("签名方式", "", ALGORITHM_ZH[Algorithm.ED25519]),
        Line("公钥指纹", "", VerifyKey.from_hex(str(payload["public_key"])).key_id),
    )
    return Difference(
        f"登记渠道程序：{payload['name_zh']}",
        "channel_client",
        code,
        lines,
        ("批准后，该程序可以代表渠道办理上述事项。",),
    )


def _add(session: TenantSession, execution: Execution) -> None:
    add(session, execution.payload, change_id=execution.change_id)


def _describe_stop(session: TenantSession, payload: Mapping[str, Any]) -> Difference:
    client = live_client(session, str(payload["code"]))
    if client is None:
        raise ProgramUnknown
    lines = (Line("状态", "使用中", "停用"),)
    return Difference(
        f"停用渠道程序：{client.name_zh}",
        "channel_client",
        client.code,
        lines,
        ("批准后，该程序的请求立即被拒绝，不能恢复。",),
    )


def _stop(session: TenantSession, execution: Execution) -> None:
    stop(session, str(execution.payload["code"]))


REGISTER = register(
    GuardedKind(
        "channel_api.register",
        "登记渠道程序",
        Permission.SYSTEM_PARAMETERS,
        Permission.SECURITY_POLICY,
        _describe_new,
        _add,
    )
)
STOP = register(
    GuardedKind(
        "channel_api.stop",
        "停用渠道程序",
        Permission.SYSTEM_PARAMETERS,
        Permission.SECURITY_POLICY,
        _describe_stop,
        _stop,
    )
)
