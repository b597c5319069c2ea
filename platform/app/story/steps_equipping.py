"""What the second act stands on: provincial templates, tariffs, the standard, core systems of the demo, programs of channels."""

from __future__ import annotations

from contextlib import AbstractContextManager
from uuid import UUID

from acceptance.standards import queries as standards
from app.story import programs
from app.story.entering import tenant_of
from app.story.stage import Stage
from app.story.step import Step, prove
from kernel.db import TenantSession
from kernel.db.roles import Login
from shared_channels.sms.signatures.seed import seed_extension, seed_signature
from tenants.core_system import service as core_system

CORE = {"C99010": "示例市住房公积金", "C99011": "示例油田公积金"}
"""Bodies whose core system the demo plays, and how they sign."""
EXTENSIONS = {"C99010": "9010", "C99011": "9011"}


def equip(stage: Stage) -> str:
    """Seed once; a second run changes nothing."""
    province = stage.installation.province_id(Login.WEB)
    with inside(stage, province) as session:
        rows = sum(
            seed_extension(session, tenant_of(stage, code).id, digits) for code, digits in EXTENSIONS.items()
        )
        if rows:
            session.audit("sms.extension_given", "sms_extension", "provincial", f"分配短信扩展码 {rows} 个")
    for code, signature in CORE.items():
        with inside(stage, tenant_of(stage, code).id) as session:
            new = int(core_system.connect_demo(session)) + seed_signature(session, signature)
            if new:
                session.audit("core.connected", "core_link", code, "连接演示核心系统")
    added = programs.register(stage)
    with inside(stage, tenant_of(stage, "C99011").id, read_only=True) as session:
        core = core_system.of(session)
        prove(core is not None and "演示" in core.label_zh, "演示核心系统没有接上，或没有标明演示")
    with inside(stage, tenant_of(stage, "C99020").id, read_only=True) as session:
        prove(core_system.of(session) is None, "没有接入核心系统的中心显示为已接入")
    prove(stage.eventually(lambda: _has_standard(stage, province)), "省级没有评估验收标准")
    return f"省级模板、资费与评估验收标准已就绪；示例市、示例油田接入演示核心系统；登记渠道程序 {added} 个"


def _has_standard(stage: Stage, province: UUID) -> bool:
    with inside(stage, province, read_only=True) as session:
        return session.scalar(standards.versions(session).limit(1)) is not None


def inside(
    stage: Stage, tenant_id: UUID, *, read_only: bool = False
) -> AbstractContextManager[TenantSession]:
    """A transaction of the story in a tenant."""
    installation = stage.installation
    scope = installation.scope(tenant_id, "system:story")
    return installation.database(Login.WEB).tenant_tx(scope, read_only=read_only)


STEPS = (Step("serving.equip", "准备短信模板、资费、核心系统接口和渠道程序", equip),)
