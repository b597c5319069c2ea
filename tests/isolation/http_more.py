"""What a hostile body has beside its catalogue: a work order that its seat took, an SMS template with a draft, a message that was sent."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from acceptance.standards.models import AcceptanceStandard
from acceptance.standards.seed import seed_standard
from kernel.calendar import clock
from kernel.db import TenantSession
from shared_channels.sms.message_templates import service as templates
from shared_channels.sms.message_templates.models import SmsTemplate
from shared_channels.sms.message_templates.seed import PROVINCIAL
from shared_channels.sms.messages import service as messages
from tenants.work_orders import service as work_orders
from tests.database import TestDatabase
from tests.isolation.http_city import Body, City
from tests.shared_channels.sms.messages import site as sms
from tests.tenants.work_orders.world import World

TEMPLATE = "notice.payout"
"""A template of the province that each body has replaced by its own."""
INDICATOR = "login_notice_coverage"
"""One that every body has and that is counted from facts, so that it has a ledger."""


def prepare_province(database: TestDatabase) -> None:
    """The standard and the SMS service, which bodies inherit; safe to run again."""
    sms.set_up(database)
    with database.door().tenant_tx(database.scope()) as session:
        if seed_standard(session):
            session.audit("test.seeded", "acceptance_standard", "1", "导入省级评估标准")


def leave_more(city: City) -> None:
    """Both bodies of a city get each of them."""
    for body in city.bodies:
        _work_order(body)
        _template(body)
        _message(body)
        body.objects["standard"] = body.read(lambda s: s.scalars(select(AcceptanceStandard.id)).first())


def _work_order(body: Body) -> None:
    world, seat = World(body.database, body.id), body.people["seat"]
    order_id = world.opened(text=f"排队时间太长，希望增加叫号提醒。{body.inner}")
    version = world.order(order_id).version
    body.write(lambda s: work_orders.take(s, seat, order_id, version).id)
    body.objects["order"] = order_id


def _template(body: Body) -> None:
    """What stands for everybody is `published`; what an editor still writes is `inner`."""
    content, editor = PROVINCIAL[TEMPLATE], body.people["centre_editor"]
    own = replace(content, name_zh=f"支付通知{body.published}", body_zh=f"{content.body_zh}{body.published}")
    draft = replace(content, name_zh=f"草稿{body.inner}", body_zh=f"{content.body_zh}{body.inner}")
    row = SmsTemplate(code=TEMPLATE, number=1, origin="template", published_at=clock.now(), **own.stored())

    def publish(session: TenantSession) -> None:
        session.add(row)
        session.flush()
        session.audit("test.seeded", "sms_template", TEMPLATE, "测试短信模板")

    body.write(publish)
    body.write(lambda s: templates.save_draft(s, editor, TEMPLATE, draft).id)


def _message(body: Body) -> None:
    """Sent as far as anybody can see: it waits in no queue, where the tests of sending would find it."""
    values = {"item": "购房提取", "case_no": f"{body.inner}0001", "amount": "100.00"}

    def accept(session: TenantSession) -> UUID:
        phone = sms.a_phone()
        taken = messages.accept(session, template=TEMPLATE, phone=phone, values=values, key="isolation")
        session.audit("test.sent", "sms_message", taken.message_id, "测试短信")
        return taken.message_id

    body.objects["message"] = body.write(accept)
    sms.run(body.database, "delete from sms_queue where id = %s", body.objects["message"])
