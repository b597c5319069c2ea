"""Act one: the province takes its cities in, by signed manifests and two people; a sub-centre sees its catalogue at once."""

from __future__ import annotations

from contextlib import AbstractContextManager

from sqlalchemy import select

from app.demo.note import DemoAccount
from app.installation.rows import rows_of_tenants
from app.story import operator
from app.story.entering import actor_of, browser_of, tenant_of
from app.story.stage import Stage
from app.story.step import NotProved, Step, prove
from kernel.approvals.models import ChangeRequest
from kernel.audit.models import AuditEvent
from kernel.db import TenantSession
from kernel.db.roles import Login
from kernel.identity.models import RoleGrant
from kernel.tenancy import tenants
from onboarding.manifests import service as manifests

OFFICERS = ("province.officer.one", "province.officer.two")
AS = [word for user in OFFICERS for word in ("--as", user)]
SHOWN_CITY, SUB_CENTRE = "C99010", "C99011"
LEAVING = "C99090"
STANDARD_ITEMS = 61


def settle(stage: Stage) -> str:
    """The province's own people."""
    body = (manifests.DATA / "province.yaml").read_bytes()
    operator.must(stage, "province", "settle", str(operator.file(stage, "province.yaml", body)))
    with _province(stage) as session:
        permissions = [actor_of(session, user).roles for user in OFFICERS]
    prove(all("province_officer" in roles for roles in permissions), "省级人员没有得到岗位")
    return f"省级 {len(manifests.read_province(body).staff)} 人已有岗位"


def join(stage: Stage) -> str:
    """Every manifest of the release: plan, apply, verify."""
    joined = 0
    for code, name in manifests.bundled().items():
        path = str(operator.file(stage, f"{code}.yaml", manifests.bundled_body(code)))
        if operator.run(stage, "city", "verify", path)[0]:
            operator.must(stage, "city", "plan", path)
            operator.must(stage, "city", "apply", path, *AS, "--demo-signature")
            operator.must(stage, "city", "verify", path)
            stage.screen.say(f"　{name} 已入驻", "city", code=code)
        joined += 1
    with _province(stage) as session:
        known = [tenant for tenant in tenants.tree(session) if tenant.kind != "province"]
    known = [tenant for tenant in known if not tenant.code.startswith(LEAVING)]
    centres = [t for t in known if t.kind == "centre" and not t.rehearsal]
    prove(len(centres) == joined == 20, f"应有 20 个中心，实有 {len(centres)} 个")
    prove(all(t.status == "active" for t in known), "有机构没有启用")
    subs = sum(t.kind == "sub_centre" and not t.rehearsal for t in known)
    return f"20 份清单均已办理并核验一致：20 个中心、{subs} 个独立分中心及其演练环境"


def again(stage: Stage) -> str:
    """Applying a manifest again has nothing to do."""
    path = str(operator.file(stage, f"{SHOWN_CITY}.yaml", manifests.bundled_body(SHOWN_CITY)))
    planned = operator.must(stage, "city", "plan", path)
    prove("共 0 项变化" in planned, "再次比较时仍有变化")
    code, said = operator.run(stage, "city", "apply", path, *AS, "--demo-signature")
    prove(code == 1 and "相同" in said, f"再次办理没有被认出：{said[:60]}")
    return "再次比较 0 项变化，再次办理被告知没有需要审批的变化"


def undo(stage: Stage) -> str:
    """A city that was taken in by mistake leaves nothing behind."""
    body = manifests.bundled_body("C99030").decode()
    name = manifests.bundled()["C99030"]
    for old, new in (("C99030", LEAVING), (name, "撤销市住房公积金管理中心"), ("xinjian.", "chexiao.")):
        body = body.replace(old, new)
    path = str(operator.file(stage, f"{LEAVING}.yaml", body.encode()))
    operator.must(stage, "city", "apply", path, *AS, "--demo-signature")
    with _province(stage) as session:
        tree = tenants.tree(session)
    centre = next((t for t in tree if t.code == LEAVING), None)
    if centre is None:  # an undo that was cut in an earlier run has been finished by a worker
        prove(undone(stage), "误办的中心没有办成，也没有撤销记录")
        return "此前中断的撤销已由后台完成"
    ids = [t.id for t in tree if centre.id in (t.id, t.parent_id, t.twin_of)]
    before = rows_of_tenants(stage.superuser_dsn, ids)
    prove(before, "入驻后没有写入任何数据")
    operator.must(stage, "city", "undo", path, *AS)
    left = rows_of_tenants(stage.superuser_dsn, ids)
    prove(not left, f"撤销后仍有数据：{left}")
    return f"撤销前 {sum(before.values())} 行，撤销后 0 行，代码不再分配"


def undone(stage: Stage) -> bool:
    """Whether that city has left already."""
    with _province(stage) as session:
        wanted = select(AuditEvent.id).where(
            AuditEvent.action == "onboarding.undone", AuditEvent.object_id == LEAVING
        )
        return session.scalar(wanted.limit(1)) is not None


def grants(stage: Stage) -> str:
    """First grants stand on two people of the province; the officers' three roles never meet in one person."""
    installation = stage.installation
    with _province(stage) as session:
        change = session.execute(
            select(
                ChangeRequest.maker_person_id,
                ChangeRequest.checker_person_id,
                ChangeRequest.maker_name,
                ChangeRequest.checker_name,
            )
            .where(ChangeRequest.object_kind == "city", ChangeRequest.object_id == SHOWN_CITY)
            .order_by(ChangeRequest.id)
            .limit(1)
        ).first()
    if change is None:
        raise NotProved("没有找到入驻的审批记录")
    prove(change.maker_person_id != change.checker_person_id, "入驻的申请人与审核人是同一人")
    scope = installation.scope(tenant_of(stage, SHOWN_CITY).id, "system:story")
    with installation.database(Login.WEB).tenant_tx(scope, read_only=True) as session:
        held = session.scalars(select(RoleGrant).where(RoleGrant.revoked_at.is_(None))).all()
        first = sum(grant.origin == "manifest" for grant in held)
        officers: dict[object, set[str]] = {}
        for grant in held:
            if grant.officer:
                officers.setdefault(grant.person_id, set()).add(grant.officer)
    prove(first, "没有首次授权")
    prove(all(len(kinds) == 1 for kinds in officers.values()), "有人同时是两种安全岗位")
    return f"{change.maker_name} 申请、{change.checker_name} 审核；{first} 项首次授权，三员分设"


def plugged_in(stage: Stage) -> str:
    """The sub-centre's editor opens the catalogue, and so does everyone."""
    page = browser_of(stage, "shiliyoutian.editor").get("/console/catalogue")
    prove(page.status_code == 200, f"分中心的事项清单打不开（{page.status_code}）")
    prove(f"{STANDARD_ITEMS}" in page.text, "分中心的事项清单不完整")
    public = stage.visitor().get(f"/c/{SUB_CENTRE}/items")
    prove(
        public.status_code == 200 and "办事指南" in public.text,
        f"分中心的公共目录打不开（{public.status_code}）",
    )
    return f"分中心人员看到继承的 {STANDARD_ITEMS} 项事项，公众目录同时可查"


def load_accounts(stage: Stage) -> None:
    """Everyone of the manifests by user name."""
    names = manifests.role_names()
    province = manifests.read_province((manifests.DATA / "province.yaml").read_bytes())
    at = stage.installation.settings.province
    posts = [(post, at.code, at.name_zh) for post in province.staff]
    for code in manifests.bundled():
        city = manifests.read_city(manifests.bundled_body(code))
        posts += [
            (p, body.code, body.name_zh) for body in (city.centre, *city.sub_centres) for p in body.staff
        ]
    for post, tenant, tenant_zh in posts:
        role = post.roles[0] if post.roles else ""
        stage.accounts[post.user] = DemoAccount(
            post.user, "", post.name_zh, role, names.get(role, ""), tenant, tenant_zh
        )


def _province(stage: Stage) -> AbstractContextManager[TenantSession]:
    installation = stage.installation
    scope = installation.scope(installation.province_id(Login.WEB), "system:story")
    return installation.database(Login.WEB).tenant_tx(scope, read_only=True)


STEPS = (
    Step("province.settle", "省级人员到岗", settle),
    Step("cities.join", "20 个城市中心按清单入驻", join),
    Step("cities.again", "重复办理不产生变化", again),
    Step("cities.undo", "撤销误办的中心，不留数据", undo, undone),
    Step("grants.first", "首次授权由省级两人办理", grants),
    Step("subcentre.plugged", "分中心接入即见事项清单", plugged_in),
)
