"""Two people at the province and the centre's signature stand behind every first grant (decision D16): the guarded kinds of onboarding."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from kernel.approvals import service as approvals
from kernel.approvals.kinds import Difference, Execution, GuardedKind, Line, register
from kernel.approvals.models import ChangeRequest
from kernel.calendar import clock
from kernel.crypto.signing import VerifyKey
from kernel.db import TenantSession
from kernel.identity.actor import Actor
from kernel.jobs.registry import enqueue
from kernel.permissions import Permission
from kernel.tenancy.models import TENANT_STATUS_ZH, TenantStatus
from onboarding.manifests.errors import SignatureMissing
from onboarding.manifests.service import City, Signature, read_city
from onboarding.provisioning import queries
from onboarding.provisioning.errors import CityNotFound, InUse, RunOpen, SecondPersonNeeded
from onboarding.provisioning.models import OnboardingManifest, OnboardingRun, OnboardingStep, RunKind
from onboarding.provisioning.policy import ACTION_ZH, RUN_JOB, Action, PlanLine, changed
from onboarding.provisioning.ports import Places
from onboarding.provisioning.service.acts import acts_of
from onboarding.provisioning.service.planning import plan_city
from onboarding.provisioning.service.running import Checkpoint, Outcome, city_tenants, run_to_end
from onboarding.provisioning.service.settling import line_of, refuse_codes
from tenants.registry import service as registry

OBJECT = "city"


@dataclass(frozen=True)
class Proposed:
    """A change request that waits for the second person."""

    change_id: UUID
    code: str
    content_hash: bytes

    @classmethod
    def of(cls, change: ChangeRequest) -> Proposed:
        return cls(change.id, change.object_id, change.content_hash)


def payload_of(body: bytes, signature: Signature, lines: Sequence[PlanLine]) -> dict[str, Any]:
    """What is proposed, hashed and later executed: the manifest's text, the signature, and the differences that the maker saw."""
    return {
        "manifest": body.decode("utf-8-sig" if body.startswith(b"\xef\xbb\xbf") else "utf-8"),
        "bom": body.startswith(b"\xef\xbb\xbf"),
        "public_key": signature.public_key.hex(),
        "signature": signature.value.hex(),
        "plan": [[line.place_zh, line.label_zh, line.before_zh, line.after_zh] for line in changed(lines)],
    }


def propose_city(
    places: Places, actor: Actor, body: bytes, signature: Signature | None, reason_zh: str
) -> Proposed:
    """Plan a manifest and propose it in the maker's name, in a transaction of its own.

    Raises ManifestInvalid, SignatureMissing, SignatureWrong, CodeRetired, CodeTaken, RunOpen, and what proposing raises.
    """
    city = read_city(body)
    if signature is None:
        raise SignatureMissing
    signature.check(body)
    payload = payload_of(body, signature, plan_city(places, city))
    with places.acting_as(actor).inside(places.province_id) as session:
        return Proposed.of(approvals.propose(session, actor, APPLY.code, payload, reason_zh))


def propose_undo(session: TenantSession, actor: Actor, code: str, reason_zh: str) -> Proposed:
    """Propose that a city which never went into use is removed. Raises CityNotFound, RunOpen, InUse at the execution."""
    return Proposed.of(approvals.propose(session, actor, UNDO.code, {"code": code}, reason_zh))


def approve_and_run(
    places: Places, change: Proposed, checker: Actor | None, checkpoint: Checkpoint = lambda _: None
) -> Outcome:
    """For commands: approve as the second person, then carry it out at once instead of waiting for a worker.

    Raises SecondPersonNeeded without a checker, OwnChange when it is the maker.
    """
    if checker is None:
        raise SecondPersonNeeded
    with places.acting_as(checker).inside(places.province_id) as session:
        approvals.approve(session, checker, change.change_id, change.content_hash, "")
    with places.inside(places.province_id, read_only=True) as session:
        run = queries.open_run(session, change.code)
        run_id = None if run is None else run.id
    if run_id is None:
        raise CityNotFound
    return run_to_end(places, run_id, checkpoint)


def open_run(session: TenantSession, code: str, body: bytes | None = None) -> OnboardingRun | None:
    """The approved run of that city that has not finished. With `body`, only when it is for exactly this manifest."""
    run = queries.open_run(session, code)
    if run is None or body is None:
        return run
    _, stored, _ = queries.run_with_progress(session, run.id)
    return run if stored == body else None


def _body_of(payload: Mapping[str, Any]) -> bytes:
    return (b"\xef\xbb\xbf" if payload["bom"] else b"") + str(payload["manifest"]).encode()


def _describe_apply(session: TenantSession, payload: Mapping[str, Any]) -> Difference:
    body = _body_of(payload)
    city = read_city(body)
    signature = Signature(bytes.fromhex(payload["public_key"]), bytes.fromhex(payload["signature"]))
    signature.check(body)
    refuse_codes(session, city)
    if queries.open_run(session, city.centre.code) is not None:
        raise RunOpen
    lines = tuple(
        Line(f"{place} · {label}", before, after) for place, label, before, after in payload["plan"]
    )
    return Difference(
        f"{city.centre.name_zh} 入驻", OBJECT, city.centre.code, lines, _consequences(city, signature)
    )


def _consequences(city: City, signature: Signature) -> tuple[str, ...]:
    plain = (city.centre, *city.sub_centres)
    grants = sum(len(post.roles) for post in city.people)
    found = [
        f"开通 {len(plain)} 个机构空间（中心 1 个、独立运作分中心 {len(city.sub_centres)} 个）"
        + (f"及 {len(plain)} 个演练环境。" if city.with_twin else "，不建演练环境。"),
        f"{len(city.people)} 人获得共 {grants} 项首次授权，批准后立即有效。",
        "机构代码一经使用不再分配给其他机构；投入使用 7 天后不能撤销。",
        f"中心已签名，密钥编号 {VerifyKey(signature.public_key).key_id}。请在同意前向中心联系人核对这个编号。",
    ]
    return tuple(found)


def _apply(session: TenantSession, execution: Execution) -> None:
    payload = execution.payload
    body = _body_of(payload)
    city = read_city(body)
    if queries.open_run(session, city.centre.code) is not None:
        raise RunOpen
    manifest = OnboardingManifest(
        code=city.centre.code, name_zh=city.centre.name_zh, body=body, body_hash=hashlib.sha256(body).digest(),
        public_key=bytes.fromhex(payload["public_key"]), signature=bytes.fromhex(payload["signature"]),
    )  # fmt: skip
    session.add(manifest)
    session.flush()
    run = _start(session, execution, manifest, RunKind.APPLY)
    session.add_all(
        OnboardingStep(
            run_id=run.id, position=position, name=act.name, title_zh=act.title_zh,
            place_code=act.body.code, place_zh=act.body.short_name_zh,
        )
        for position, act in enumerate(acts_of(city))
    )  # fmt: skip
    session.flush()


def _start(
    session: TenantSession, execution: Execution, manifest: OnboardingManifest, kind: RunKind
) -> OnboardingRun:
    run = OnboardingRun(
        manifest_id=manifest.id, change_id=execution.change_id, code=manifest.code, name_zh=manifest.name_zh, kind=kind,
        maker_zh=execution.maker_name, checker_zh=execution.checker_name, approved_at=clock.now(),
    )  # fmt: skip
    session.add(run)
    session.flush()
    enqueue(session, RUN_JOB, {"run_id": str(run.id)})
    return run


def _describe_undo(session: TenantSession, payload: Mapping[str, Any]) -> Difference:
    code = str(payload["code"])
    rows = registry.registered_city(session, code)
    if not rows or code not in line_of(session):
        raise CityNotFound
    if queries.open_run(session, code) is not None:
        raise RunOpen
    _refuse_in_use(session, code)
    lines = tuple(
        Line(
            f"{ACTION_ZH[Action.REMOVE]} {row['code']} {row['name_zh']}",
            TENANT_STATUS_ZH[TenantStatus(row["status"])],
            "",
        )
        for row in rows
    )
    consequences = (
        "这些机构及其演练环境的全部数据从所有表中删除，包括操作日志；省级日志保留删除数量与原日志链的末端校验值。",
        "机构代码停用，以后不能再用。",
        "只有入驻中的机构，或者开通不满 7 天的机构可以撤销。",
    )
    return Difference(f"撤销 {rows[0]['name_zh']} 的入驻", OBJECT, code, lines, consequences)


def _refuse_in_use(session: TenantSession, code: str) -> None:
    for tenant_id in city_tenants(session, code):
        if not session.scalar(select(func.k.tenant_erasable(session.tenant_id, tenant_id))):
            raise InUse


def _undo(session: TenantSession, execution: Execution) -> None:
    code = str(execution.payload["code"])
    manifest = queries.newest_manifest(session, code)
    if manifest is None:
        raise CityNotFound
    _refuse_in_use(session, code)
    _start(session, execution, manifest, RunKind.UNDO)


APPLY = register(
    GuardedKind(
        "onboarding.apply", "中心入驻", Permission.ONBOARD, Permission.ONBOARD_CHECK, _describe_apply, _apply
    )
)
UNDO = register(
    GuardedKind(
        "onboarding.undo", "撤销入驻", Permission.ONBOARD, Permission.ONBOARD_CHECK, _describe_undo, _undo
    )
)
