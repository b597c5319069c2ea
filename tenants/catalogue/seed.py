"""The default catalogue: 61 items from `data/*.csv`, as the province's template. A new centre inherits it, nothing is copied.

Limits, materials, deferral and commitment are the platform's defaults and say so (`words.DEFAULT_NOTE`). The caller audits.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import select

from kernel.db import TenantSession
from tenants.catalogue import queries
from tenants.catalogue.errors import ItemNotFound
from tenants.catalogue.models import Origin, RevisionState, ServiceItemRevision
from tenants.catalogue.policy.content import ItemContent, Limit, Material, Offer, content_of
from tenants.catalogue.policy.forms import DataItem, schema_of
from tenants.catalogue.service import new_revision

DATA = Path(__file__).parent / "data"
TEMPLATE_FROM = datetime(2024, 12, 31, 16, 0, tzinfo=UTC)
"""2025-01-01 00:00:00 in China: before any history that a demo shows."""

_FORMS: dict[str, tuple[DataItem, ...]] = {
    "缴存": (DataItem(key="explanation", title_zh="办理说明", type="long_text"),),
    "提取": (
        DataItem(key="amount_fen", title_zh="提取金额", type="money", required=True),
        DataItem(key="explanation", title_zh="提取说明", type="long_text"),
    ),
    "贷款": (DataItem(key="explanation", title_zh="申请说明", type="long_text"),),
    "服务": (DataItem(key="explanation", title_zh="办理说明", type="long_text", required=True),),
}
_ITEM_FORMS: dict[str, tuple[DataItem, ...]] = {
    "I01": (
        DataItem(key="kind", title_zh="类型", type="choice", required=True, choices=("咨询", "建议", "投诉")),
        DataItem(key="text", title_zh="内容", type="long_text", required=True),
    ),
    "I02": (DataItem(key="balance_notice", title_zh="接收资金变动通知", type="yes_no", required=True),),
    "L01": (
        DataItem(key="amount_fen", title_zh="申请贷款金额", type="money", required=True),
        DataItem(key="months", title_zh="贷款期限（月）", type="whole", required=True),
        DataItem(key="house", title_zh="所购住房坐落", required=True),
    ),
}
_ITEM_FORMS |= {code: _ITEM_FORMS["L01"] for code in ("L02", "L07", "L08", "L09")}
_ITEM_FORMS["L03"] = (DataItem(key="amount_fen", title_zh="提前还款金额", type="money", required=True),)


@cache
def standard_items() -> dict[str, ItemContent]:
    """The 61 default items by code."""
    limits, materials, channels = _grouped("limits"), _grouped("materials"), _grouped("channels")
    return {
        row["code"]: _content(row, limits[row["code"]], materials[row["code"]], channels[row["code"]])
        for row in _rows("service_items.csv")
    }


def seed_province_template(session: TenantSession, effective_from: datetime = TEMPLATE_FROM) -> int:
    """Publish the default items in the province as template, once each; returns how many were new. The caller audits."""
    known = set(
        session.scalars(
            select(ServiceItemRevision.code).where(ServiceItemRevision.tenant_id == session.tenant_id)
        )
    )
    missing = {code: content for code, content in standard_items().items() if code not in known}
    for code, content in missing.items():
        session.add(_first(code, content, Origin.TEMPLATE, effective_from))
    session.flush()
    return len(missing)


@dataclass(frozen=True)
class LocalItem:
    """What a centre's manifest says about one item: `changes` are members of the content that differ from the template."""

    code: str
    changes: Mapping[str, Any] | None = None


def adopt(
    session: TenantSession,
    codes: Iterable[str] | None = None,
    local: Iterable[LocalItem] = (),
    effective_from: datetime = TEMPLATE_FROM,
) -> int:
    """Carry out a manifest in a centre: items not among `codes` are removed locally, `local` ones get a revision of their own.

    Without `codes` everything inherited stays. Idempotent: an item with a local revision is left alone. Returns how many rows were
    new; the caller audits. Raises ItemNotFound for a code that nobody above publishes.
    """
    here = queries.published(session, max(effective_from, TEMPLATE_FROM))
    mine = set(
        session.scalars(
            select(ServiceItemRevision.code).where(ServiceItemRevision.tenant_id == session.tenant_id)
        )
    )
    rows = []
    for item in local:
        if item.code not in here:
            raise ItemNotFound
        if item.code not in mine:
            stored = here[item.code].content | dict(item.changes or {})
            rows.append(_first(item.code, content_of(stored), Origin.MANIFEST, effective_from))
            mine.add(item.code)
    if codes is not None:
        kept = set(codes)
        for code in [code for code in here if code not in kept and code not in mine]:
            rows.append(_first(code, here[code].item, Origin.MANIFEST, effective_from, RevisionState.REMOVED))
    session.add_all(rows)
    session.flush()
    return len(rows)


def _first(
    code: str,
    content: ItemContent,
    origin: Origin,
    at: datetime,
    state: RevisionState = RevisionState.PUBLISHED,
) -> ServiceItemRevision:
    row = new_revision(code, content, number=1, state=state, origin=origin, effective_from=at)
    row.published_at = at
    return row


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _grouped(kind: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _rows(f"service_item_{kind}.csv"):
        found[row["item_code"]].append(row)
    return found


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _content(
    row: dict[str, str],
    limits: list[dict[str, str]],
    materials: list[dict[str, str]],
    channels: list[dict[str, str]],
) -> ItemContent:
    content = ItemContent(
        name_zh=row["name_zh"],
        main_item_zh=row["main_item_zh"],
        sub_item_zh=row["sub_item_zh"],
        service_class=row["service_class"],
        business_kind=row["business_kind"],
        audience=tuple(row["audience"].split(";")),
        online_depth=row["online_depth"],
        visits=int(row["visits"]),
        deferred_material=row["deferred_material_allowed"] == "y",
        commitment=row["commitment_allowed"] == "y",
        automatic_check=row["automatic_check"] == "y",
        cross_province=row["cross_province"] == "y",
        limits=_limits(limits),
        materials=_materials(materials),
        channels=tuple(
            Offer(channel=r["channel"], min_level=r["min_level"], audience=tuple(r["audience"].split(";")))
            for r in channels
        ),
        notes_zh=row["notes_zh"],
        form=schema_of(_ITEM_FORMS.get(row["code"], _FORMS.get(row["business_kind"], ()))),
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
    )  # fmt: skip
    return msgspec.structs.replace(content, guide_zh=_guide(content), conditions_zh=_conditions(content))


def _limits(rows: list[dict[str, str]]) -> tuple[Limit, ...]:
    return tuple(
        Limit(
            kind=r["kind"], value=int(r["value"]), unit=r["unit"], basis_zh=r["basis_zh"],
            valid_from=_day(r["valid_from"]), valid_to=_day(r["valid_to"]),
        )
        for r in rows
    )  # fmt: skip


def _materials(rows: list[dict[str, str]]) -> tuple[Material, ...]:
    return tuple(
        Material(
            name_zh=r["material_zh"], source=r["source"], provider_zh=r["provider_zh"],
            required=r["required"], condition_zh=r["condition_zh"],
        )
        for r in sorted(rows, key=lambda r: int(r["seq"]))
    )  # fmt: skip


def _conditions(content: ItemContent) -> str:
    """Who may apply, as far as the default list knows it; a centre adds its local policy."""
    people = {
        "person": "本人有住房公积金账户的缴存职工",
        "employer": "在本中心办理缴存登记的单位",
        "developer": "与本中心合作的开发企业",
    }
    allowed = [people[code] for code in content.audience if code in people]
    if content.sub_item_zh == "单位缴存登记":
        allowed = ["依法应当为职工缴存住房公积金的单位"]
    if not allowed or any(offer.min_level == "L0" for offer in content.channels):
        return ""
    return f"{'、'.join(allowed)}。具体条件以本中心公布的政策为准。"


def _guide(content: ItemContent) -> str:
    """The course of the item in steps, by how far it goes online."""
    if content.service_class != "业务办理":
        return (
            "1. 选择渠道并进入该事项。\n2. 按提示核验身份、填写内容。\n3. 在线查看或者下载结果。"
            if content.public
            else ""
        )
    last = {
        "全程网办": "3. 在“进度”中查看结果，无须到现场。",
        "预审": "3. 网上预审通过后，按通知的时间到现场办结一次。",
        "受理": "3. 网上受理后，按通知到现场提交原件。",
        "咨询": "3. 请到柜面办理。",
    }
    return f"1. 选择渠道，核验身份。\n2. 填写表单，上传需要提交的材料；能联网核验的材料无须提交。\n{last[content.online_depth]}"
