"""A tenant's own copies of checkpoints: kept once an hour, compared with what the log says now.

A history that was rewritten and signed anew proves itself against its own checkpoints; only copies made before show that it is another.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert

from kernel.audit import extracts
from kernel.audit.chain import HASH_BYTES, Head
from kernel.audit.checkpoint import CheckpointExtract, SignedCheckpoint
from kernel.audit.extracts import KeyedExtract
from kernel.audit.models import AuditEvent, AuditWitness
from kernel.crypto.signing import VerifyKey
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.db.model import utc_now

COMPARED = 200


def keep(session: TenantSession, found: KeyedExtract) -> bool:
    """Keep a copy of a checkpoint that was proven. False when there was one of this number. Raises CheckpointRefused."""
    found.proven()
    extract = found.extract
    values = {
        "tenant_id": session.tenant_id, "id": uuid7(), "number": found.number, "body": extract.signed.body,
        "signature": extract.signed.signature, "public": found.key.raw, "size": extract.head.size,
        "head_hash": extract.head.hash, "place": extract.index, "proof": b"".join(extract.proof), "kept_at": utc_now(),
    }  # fmt: skip
    statement = (
        insert(AuditWitness).values(**values).on_conflict_do_nothing(index_elements=["tenant_id", "number"])
    )
    return session.execute(statement.returning(AuditWitness.id)).first() is not None


def differences(session: TenantSession, latest: KeyedExtract | None) -> list[str]:
    """What the newest two hundred copies know differently, in sentences; empty when they agree."""
    copies = session.scalars(_newest().limit(COMPARED)).all()
    if not copies:
        return []
    if latest is None:
        return ["本机构留存过检查点，现在却一个也查不到：检查点被删除过。"]
    found = []
    now = extracts.bodies(session, [copy.number for copy in copies])
    changed = [copy.number for copy in copies if now.get(copy.number) != copy.body]
    if changed:
        found.append(f"检查点 {min(changed)} 与本机构留存的副本不同：历史被改写过。")
    shrunk = [copy for copy in copies if copy.size > latest.extract.head.size]
    if shrunk:
        found.append(
            f"留存的副本显示曾有 {max(c.size for c in shrunk)} 条记录，现在的检查点只覆盖更少的记录。"
        )
    rewritten = session.scalar(_rewritten([copy.number for copy in copies]))
    if rewritten is not None:
        found.append(f"截至第 {rewritten} 条的记录与本机构留存的副本不同：历史被改写过。")
    if latest.key.raw not in {copy.public for copy in copies}:
        found.append("签名公钥与以往不同。如果没有接到更换密钥的通知，请立即向省厅核实。")
    return found


def copies(session: TenantSession) -> list[CheckpointExtract]:
    """The newest copies as a witness file holds them, ascending."""
    rows = session.scalars(_newest().limit(COMPARED)).all()
    return [_extract(session, row) for row in reversed(rows)]


def _newest() -> Select[AuditWitness]:
    return select(AuditWitness).order_by(AuditWitness.number.desc())


def _rewritten(numbers: Sequence[int]) -> Select[int]:
    """The smallest size at which the chain's hash is not the one that a copy holds, or the entry is gone."""
    return (
        select(AuditWitness.size)
        .outerjoin(
            AuditEvent,
            (AuditEvent.tenant_id == AuditWitness.tenant_id)
            & (AuditEvent.seq == AuditWitness.size)
            & (AuditEvent.entry_hash == AuditWitness.head_hash),
        )
        .where(AuditWitness.number.in_(numbers), AuditEvent.seq.is_(None))
        .order_by(AuditWitness.size)
        .limit(1)
    )


def _extract(session: TenantSession, row: AuditWitness) -> CheckpointExtract:
    signed = SignedCheckpoint(row.body, VerifyKey(row.public).key_id, row.signature)
    proof = tuple(row.proof[i : i + HASH_BYTES] for i in range(0, len(row.proof), HASH_BYTES))
    return CheckpointExtract(signed, Head(session.tenant_id, row.size, row.head_hash), row.place, proof)
