"""The channel interface for cases. Each request is signed by the program and carries the person's key (`channel_api.entering`)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel.errors import Invalid
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.blueprints import Api
from kernel.web.priority import Priority
from kernel.web.settings import Environment, web_settings
from shared_channels.accounts import queries as accounts
from shared_channels.accounts.adapters import demo_identity
from shared_channels.accounts.entering import Citizen, account_tx, province_of, province_tx
from shared_channels.accounts.entering.codes import count_proof_of_identity, forget_proofs
from shared_channels.accounts.errors import MeansMissing
from shared_channels.accounts.ports import Means
from shared_channels.accounts.service import stepping_up
from shared_channels.channel_api.entering import enter_channel_citizen, signed_person
from shared_channels.channel_api.policy import ProgramScope
from shared_channels.channel_cases.schemas import (
    CaseDetailOut,
    CaseListOut,
    CaseOut,
    CaseSaveIn,
    CaseStartIn,
    CaseSubmitIn,
    ProofIn,
    ProofOut,
    RatingIn,
)
from tenants.cases import queries, service
from tenants.cases.models import ServiceCase
from tenants.cases.ports import Party

api = Api(
    "channel_cases",
    __name__,
    url_prefix="/api/v1/channel",
    priority=Priority.CITIZEN,
    description="渠道办件接口",
)


@api.post("/proofs", permission=Permission.PUBLIC)
@api.arguments(ProofIn)
@api.response(200, ProofOut)
def prove(data: dict[str, str]) -> dict[str, Any]:
    """核验是否本人：每次尝试先计数，成功后 30 分钟内有效"""
    signed, centre = signed_person(ProgramScope.SESSIONS)
    demo = web_settings().environment is not Environment.PRODUCTION
    port = demo_identity.real_person(demo=demo).get(Means(data["means"]))
    if port is None:
        raise MeansMissing
    with account_tx(centre.id, signed.account_id) as session:
        bound = accounts.need_binding(session, signed.account_id)
        name, binding_id = accounts.name_of(session, bound), bound.id
    province_id = province_of(centre)
    count_proof_of_identity(province_id, signed.account_id)
    if not port.is_present(name, data["evidence"]):
        return {"proven": False, "level": signed.level(binding_id)}
    with province_tx(province_id, account_id=signed.account_id) as session:
        proven = stepping_up.mark_real_person(
            session, signed.account_id, signed.session_id, binding_id, Means(data["means"])
        )
    forget_proofs(province_id, signed.account_id)
    return {"proven": proven, "level": 3 if proven else signed.level(binding_id)}


@api.get("/cases", permission=Permission.PUBLIC)
@api.response(200, CaseListOut)
def mine() -> dict[str, Any]:
    """本人的办件，最新的在前"""
    citizen = enter_channel_citizen(ProgramScope.CASES)
    found = queries.own_cases(current.session(), citizen.account_id)
    return {"cases": [_shown(case) for case in found.rows]}


@api.post("/cases", permission=Permission.PUBLIC)
@api.arguments(CaseStartIn)
@api.response(201, CaseDetailOut)
def start(data: dict[str, str]) -> dict[str, Any]:
    """开始申请：同一人同一事项只有一件在办"""
    citizen = enter_channel_citizen(ProgramScope.CASES)
    return _detail(service.start(current.session(), _party(citizen), data["item_code"]))


@api.get("/cases/<uuid:case_id>", permission=Permission.PUBLIC)
@api.response(200, CaseDetailOut)
def one(case_id: UUID) -> dict[str, Any]:
    """一件办件，也用来在另一渠道继续填写"""
    citizen = enter_channel_citizen(ProgramScope.CASES)
    return _detail(queries.own_case(current.session(), citizen.account_id, case_id))


@api.put("/cases/<uuid:case_id>/form", permission=Permission.PUBLIC)
@api.arguments(CaseSaveIn)
@api.response(200, CaseDetailOut)
def save(data: dict[str, Any], case_id: UUID) -> dict[str, Any]:
    """保存草稿；版本不是最新的不覆盖"""
    citizen = enter_channel_citizen(ProgramScope.CASES)
    if not all(isinstance(value, str | int | bool | None) for value in data["form"].values()):
        raise Invalid({"form": ["表单各项应为文字、整数或是否。"]})
    return _detail(service.save(current.session(), _party(citizen), case_id, data["form"], data["version"]))


@api.post("/cases/<uuid:case_id>/submit", permission=Permission.PUBLIC)
@api.arguments(CaseSubmitIn)
@api.response(200, CaseOut)
def submit(data: dict[str, Any], case_id: UUID) -> dict[str, Any]:
    """提交"""
    citizen = enter_channel_citizen(ProgramScope.CASES)
    return _shown(service.submit(current.session(), _party(citizen), case_id, data["version"]))


@api.post("/cases/<uuid:case_id>/withdraw", permission=Permission.PUBLIC)
@api.response(200, CaseOut)
def withdraw(case_id: UUID) -> dict[str, Any]:
    """撤回"""
    citizen = enter_channel_citizen(ProgramScope.CASES)
    return _shown(service.withdraw(current.session(), _party(citizen), case_id))


@api.post("/cases/<uuid:case_id>/rating", permission=Permission.PUBLIC)
@api.arguments(RatingIn)
@api.response(201, RatingIn)
def rate(data: dict[str, str], case_id: UUID) -> dict[str, Any]:
    """评价一次，不能修改"""
    citizen = enter_channel_citizen(ProgramScope.CASES)
    service.rate(current.session(), _party(citizen), case_id, data["grade"], data["words"])
    return data


def _party(citizen: Citizen) -> Party:
    return Party(
        citizen.account_id, citizen.person_ref, citizen.channel, citizen.level, citizen.name, citizen.phone
    )


def _shown(case: ServiceCase) -> dict[str, Any]:
    now = queries.progress(current.session(), case)
    return {
        "id": case.id, "number": case.number, "item_code": case.item_code, "item_name_zh": case.item_name_zh,
        "state": str(case.state), "state_zh": now.state_zh, "now_zh": now.now_zh,
        "steps": [{"title_zh": title, "state": state} for title, state in now.steps],
        "due_on": now.due_on, "left_zh": now.left_zh, "payout_state": case.payout_state,
        "started_at": case.started_at, "version": case.version,
    }  # fmt: skip


def _detail(case: ServiceCase) -> dict[str, Any]:
    session = current.session()
    return {
        **_shown(case),
        "form": queries.form_of(session, case),
        "schema": queries.revision_of(session, case).item.form,
        "reason_zh": queries.reason_of(session, case),
    }
