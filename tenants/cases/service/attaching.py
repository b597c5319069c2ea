"""Files of an application: which file was handed in for which material."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, func, select

from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.errors import Invalid
from kernel.storage import queries as files
from kernel.storage.errors import FileNotFound
from kernel.storage.purposes import CASE_MATERIAL
from tenants.cases import queries
from tenants.cases.errors import CaseNotFound, TooManyMaterials
from tenants.cases.models import CaseMaterial
from tenants.cases.policy.states import EDITABLE
from tenants.cases.ports import Party
from tenants.cases.service.steps import own_case

MOST = 30


def attach(session: TenantSession, party: Party, case_id: UUID, file_id: UUID, material: str) -> CaseMaterial:
    """Hand in a kept file (`kernel.storage`) for a material of the item, by its name.

    Raises Invalid for a name that the item does not ask for, TooManyMaterials, CaseNotFound, WrongState, FileNotFound for a file that
    is not the applicant's own.
    """
    case = own_case(session, party, case_id, EDITABLE)
    item = queries.revision_of(session, case).item
    if material not in {one.name_zh for one in item.materials if one.source == "upload"}:
        raise Invalid(fields={"material": ["请选择这份文件属于哪一项申请材料。"]})
    if files.row(session, file_id).purpose != CASE_MATERIAL.code:
        raise FileNotFound
    count = session.scalar(
        select(func.count()).select_from(CaseMaterial).where(CaseMaterial.case_id == case.id)
    )
    if (count or 0) >= MOST:
        raise TooManyMaterials
    row = CaseMaterial(
        case_id=case.id, account_id=case.account_id, material=material, file_id=file_id,
        channel=party.channel, added_at=clock.now(),
    )  # fmt: skip
    session.add(row)
    session.audit("cases.attached", "case", case.id, f"办件 {case.number} 上传材料：{material}", file=file_id)
    session.flush()
    return row


def detach(session: TenantSession, party: Party, case_id: UUID, file_id: UUID) -> None:
    """Take a file out of an application that is not handed in. The caller drops the file itself."""
    case = own_case(session, party, case_id, EDITABLE)
    gone = session.execute(
        delete(CaseMaterial)
        .where(CaseMaterial.case_id == case.id, CaseMaterial.file_id == file_id)
        .returning(CaseMaterial.id)
    ).scalar()
    if gone is None:
        raise CaseNotFound
    session.audit("cases.detached", "case", case.id, f"办件 {case.number} 删除材料", file=file_id)
