"""Handing over: freeze, keep on this side, publish; on the other side keep exactly what was frozen, then its files one by one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert as plain_insert
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from acceptance.assessments.errors import PackageDamaged
from acceptance.assessments.events import Handover
from acceptance.assessments.models import AcceptancePackage, PackageFile
from acceptance.assessments.policy.packages import digest, frozen, thawed
from kernel import vault
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.events import publish
from kernel.storage import queries as stored
from kernel.storage import service as storage
from kernel.storage.following import folder
from kernel.storage.kinds import FileKind
from kernel.storage.purposes import EVIDENCE
from kernel.tenancy import tenants


def send(
    session: TenantSession,
    event: type[Handover],
    *,
    target_id: UUID,
    subject_id: UUID,
    assessment_id: UUID,
    kind: str,
    content: Mapping[str, Any],
) -> AcceptancePackage:
    """Freeze `content`, keep it here and publish it for the other side. The caller audits."""
    package_id, now = uuid7(), clock.now()
    body = frozen(
        {
            "kind": kind, "package_id": str(package_id), "assessment_id": str(assessment_id), "subject_id": str(subject_id),
            "made_at": now.isoformat(), **content,
        }
    )  # fmt: skip
    row = AcceptancePackage(
        package_id=package_id, kind=kind, subject_id=subject_id, assessment_id=assessment_id, body=body,
        body_hash=digest(body), made_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    publish(
        session,
        event(target_id, subject_id, assessment_id, package_id, kind, body.decode(), digest(body).hex(), now.isoformat()),
    )  # fmt: skip
    return row


def keep(session: TenantSession, event: Handover) -> dict[str, Any] | None:
    """Keep what arrived, once; None when it was here already. Raises PackageDamaged for anything that is not what it says."""
    body = event.body.encode()
    if digest(body).hex() != event.sha256:
        raise PackageDamaged("hash")
    content = _checked(body, event)
    known = {tenant.id for tenant in tenants.tree(session)}
    if event.subject_id not in known:
        raise PackageDamaged("not of this province")
    new = session.execute(
        insert(AcceptancePackage)
        .values(
            tenant_id=session.tenant_id, id=uuid7(), package_id=event.package_id, kind=event.kind, subject_id=event.subject_id,
            assessment_id=event.assessment_id, body=body, body_hash=digest(body), made_at=datetime.fromisoformat(event.made_at),
            received_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "package_id"])
        .returning(AcceptancePackage.id)
    ).first()  # fmt: skip
    if new is None:
        session.changed_nothing()
        return None
    return content


def keep_files(
    session: TenantSession, package_id: UUID, subject_id: UUID, files: Iterable[tuple[str, Mapping[str, Any]]]
) -> list[UUID]:
    """Note the files that a package names (reference, description); the ids of the rows to be fetched."""
    rows = [
        {
            "tenant_id": session.tenant_id, "id": uuid7(), "package_id": package_id, "subject_id": subject_id,
            "source_file_id": UUID(str(file["file_id"])), "sha256": bytes.fromhex(str(file["sha256"])), "size": int(file["size"]),
            "kind": str(file["kind"]), "title_zh": str(file["title_zh"]), "reference": reference,
        }
        for reference, file in files
    ]  # fmt: skip
    unique = {row["source_file_id"]: row for row in rows}
    if unique:
        session.execute(plain_insert(PackageFile), list(unique.values()))
    return [row["id"] for row in unique.values() if isinstance(row["id"], UUID)]


def take_file(session: TenantSession, row_id: UUID) -> bool:
    """Copy one file that a package handed over into this tenant. False when it is here already.

    Only the province, above the centre, can open the centre's object; it opens none that the centre did not name and freeze itself.
    Raises PackageDamaged when the bytes are not those of the package.
    """
    row = session.scalar(select(PackageFile).where(PackageFile.id == row_id).with_for_update())
    if row is None or row.file_id is not None:
        return False
    sealed = folder(session).read(row.subject_id, row.source_file_id)
    place = stored.object_place(row.subject_id, row.source_file_id)
    data = vault.of(session, row.subject_id).cipher.decrypt(place, sealed)
    if len(data) != row.size or hashlib.sha256(data).digest() != row.sha256:
        raise PackageDamaged("file")
    kind = FileKind.named(row.kind)
    kept = storage.keep(
        session,
        name=f"{row.title_zh}{kind.suffix}",
        media_type=kind.media_type,
        data=data,
        purpose=EVIDENCE.code,
    )
    session.execute(
        update(PackageFile)
        .where(PackageFile.id == row_id)
        .values(file_id=kept.id, received_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    session.audit(
        "assessments.file_received", "acceptance_package", row.package_id, f"收到验收材料：{row.title_zh}", file=str(kept.id)
    )  # fmt: skip
    return True


def described(session: TenantSession, file_id: UUID, title_zh: str, **more: Any) -> dict[str, Any]:
    """How a package names a file: by its hash. The name that people gave it stays where it is."""
    row = stored.row(session, file_id)
    return description(row, title_zh, **more)


def description(row: Any, title_zh: str, **more: Any) -> dict[str, Any]:
    """The same for a row at hand."""
    return {
        "file_id": str(row.id), "sha256": row.sha256_hex, "size": row.size, "kind": row.kind, "title_zh": title_zh, **more,
    }  # fmt: skip


def _checked(body: bytes, event: Handover) -> dict[str, Any]:
    try:
        content = thawed(body)
    except ValueError as error:
        raise PackageDamaged("bytes") from error
    said = (
        content.get("package_id"),
        content.get("assessment_id"),
        content.get("subject_id"),
        content.get("kind"),
    )
    if said != (str(event.package_id), str(event.assessment_id), str(event.subject_id), event.kind):
        raise PackageDamaged("envelope")
    return content
