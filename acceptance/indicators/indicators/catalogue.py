"""Service items: complete, published, online (G1, G19, G20)."""

from __future__ import annotations

from sqlalchemy import select

from acceptance.indicators.indicators.reading import Reading
from acceptance.indicators.policy import Group, NotEnoughData, Outcome, Window, indicator, share
from tenants.catalogue import queries as catalogue
from tenants.catalogue.models import RevisionState
from tenants.catalogue.policy.content import ItemContent

ONLINE = frozenset({"portal", "hall", "kiosk", "app", "wechat", "gov_app", "mini_app", "alipay"})
"""Where an item can be done without a person of the centre."""

NO_ITEMS = "还没有公布服务事项"


@indicator(
    "catalogue_completeness", "服务事项要素齐全率", Group.PREPARATION, "N4;G1",
    "要素齐全的现行事项数 ÷ 现行事项总数。齐全指：非查询类事项有表单和数据项，有承诺时限，有办理渠道，要件逐项注明来源",
    Window.NOW, checkpoint="A01.1", rows_at="catalogue.index",
)  # fmt: skip
def catalogue_completeness(reading: Reading) -> Outcome:
    """Elements of every item in force."""
    whole = sum(_complete(row.item) for row in reading.items.values())
    return share(whole, len(reading.items), NO_ITEMS)


def _complete(item: ItemContent) -> bool:
    fields = item.form.get("properties") or {}
    asks = bool(fields) or item.business_kind in ("查询", "其他")
    named = all(m.name_zh and m.source for m in item.materials)
    return asks and named and bool(item.channels) and bool(item.limits_of("committed"))


@indicator(
    "published_item_share", "对外事项公布率", Group.PREPARATION, "N4;G1",
    "已公布的对外事项数 ÷ 对外事项总数（已公布的加上本机构移除的省级清单对外事项）", Window.NOW,
    checkpoint="A01.2", rows_at="catalogue.index",
)  # fmt: skip
def published_item_share(reading: Reading) -> Outcome:
    """What is published of what might be."""
    found = catalogue.nearest(reading.session, reading.moment)
    known = reading.session.scalars(select(found)).all()
    public = [row for row in known if row.item.public and row.item.open_on(reading.on)]
    there = sum(row.state == RevisionState.PUBLISHED for row in public)
    return share(there, len(public), NO_ITEMS)


@indicator(
    "standard_item_coverage", "省级标准清单覆盖率", Group.PREPARATION, "N4;G1",
    "本机构现行事项中属于上级标准清单的项数 ÷ 上级标准清单现行事项总数", Window.NOW, rows_at="catalogue.index",
)  # fmt: skip
def standard_item_coverage(reading: Reading) -> Outcome:
    """Against the list of the tenants above."""
    found = catalogue.nearest(reading.session, reading.moment, above=True)
    rows = reading.session.scalars(select(found).where(found.state == RevisionState.PUBLISHED)).all()
    listed = {row.code for row in rows if row.item.open_on(reading.on)}
    return share(len(listed & set(reading.items)), len(listed), "上级还没有发布标准清单")


@indicator(
    "basic_service_online_share", "查询、咨询、投诉线上办理率", Group.ITEMS, "N4;G19",
    "已在线上渠道开通的查询、咨询、投诉事项数 ÷ 该类对外事项总数", Window.NOW, checkpoint="E19.1", rows_at="catalogue.index",
)  # fmt: skip
def basic_service_online_share(reading: Reading) -> Outcome:
    """信息查询 and 互动交流 of the four service classes."""
    rows = [r for r in reading.public_items if r.service_class in ("信息查询", "互动交流")]
    return share(sum(reading.open_on(r, ONLINE) for r in rows), len(rows), NO_ITEMS)


@indicator(
    "internal_data_item_online_share", "内部数据可办事项线上开通率", Group.ITEMS, "N4;G19",
    "材料全部来自本中心数据（含无须材料）且已线上开通的对外事项数 ÷ 该类对外事项总数", Window.NOW,
    checkpoint="E19.4", rows_at="catalogue.index",
)  # fmt: skip
def internal_data_item_online_share(reading: Reading) -> Outcome:
    """Items that need nothing from outside the centre."""
    rows = [r for r in reading.public_items if all(m.source == "own_data" for m in r.item.materials)]
    return share(sum(reading.open_on(r, ONLINE) for r in rows), len(rows), NO_ITEMS)


@indicator(
    "online_item_share", "服务事项线上开通率", Group.ITEMS, "N1;G20",
    "至少在一个线上渠道开通的对外事项数 ÷ 对外事项总数", Window.NOW, checkpoint="E20.3", rows_at="catalogue.index",
)  # fmt: skip
def online_item_share(reading: Reading) -> Outcome:
    """Over all public items."""
    rows = reading.public_items
    return share(sum(reading.open_on(r, ONLINE) for r in rows), len(rows), NO_ITEMS)


@indicator(
    "hall_employer_item_share", "网上业务大厅单位事项覆盖率", Group.CHANNELS, "G10;导则-服务渠道",
    "网上业务大厅已开通的单位事项数 ÷ 单位事项总数", Window.NOW, checkpoint="B10.5", rows_at="catalogue.index",
)  # fmt: skip
def hall_employer_item_share(reading: Reading) -> Outcome:
    """Items for employers."""
    return _hall(reading, "employer")


@indicator(
    "hall_person_item_share", "网上业务大厅个人事项覆盖率", Group.CHANNELS, "G10;导则-服务渠道",
    "网上业务大厅已开通的个人事项数 ÷ 个人事项总数", Window.NOW, checkpoint="B10.6", rows_at="catalogue.index",
)  # fmt: skip
def hall_person_item_share(reading: Reading) -> Outcome:
    """Items for depositors."""
    return _hall(reading, "person")


def _hall(reading: Reading, audience: str) -> Outcome:
    if "hall" not in reading.openness.channels:
        return NotEnoughData("网上业务大厅尚未登记")
    rows = [r for r in reading.public_items if audience in r.audience]
    return share(sum(reading.open_on(r, ("hall",)) for r in rows), len(rows), NO_ITEMS)
