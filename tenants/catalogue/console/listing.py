"""The list of items of a centre: filters in the address, where each comes from, what is under way, coverage, export."""

from __future__ import annotations

import csv
import io
from typing import Any

import xlsxwriter
from flask import Response, render_template, request
from flask_babel import gettext as _
from sqlalchemy import func, select

from kernel.calendar import clock
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.keyset import Key, take
from kernel.web.paging import page_request
from tenants.catalogue import queries
from tenants.catalogue.console.faces import pages
from tenants.catalogue.models import RevisionState, ServiceItemRevision
from tenants.catalogue.policy.words import AUDIENCES, CHANNELS, LEVELS, SERVICE_CLASSES

STATES = (
    ("local", "本机构调整过的"),
    ("draft", "有草稿"),
    ("pending", "待审批"),
    ("removed", "已移除"),
)
_HEADS = (
    "事项编号", "事项名称", "主项", "子项", "服务类别", "业务类型", "服务对象", "网办深度", "到现场次数", "法定时限", "承诺时限",
    "办理渠道", "材料", "容缺受理", "承诺声明", "自动审核", "跨省通办", "内容来源", "版本", "生效时间",
)  # fmt: skip


def _filter() -> queries.ListFilter:
    given = request.args
    return queries.ListFilter(
        text=given.get("q", "").strip()[:40],
        service_class=given.get("class", ""),
        audience=given.get("audience", ""),
        channel=given.get("channel", ""),
        state=given.get("state", ""),
    )


def _filters() -> list[dict[str, Any]]:
    return [
        {"name": "q", "label": _("查找"), "kind": "text", "placeholder": _("名称、编号或拼音")},
        {
            "name": "class",
            "label": _("服务类别"),
            "kind": "select",
            "choices": [(c, c) for c in SERVICE_CLASSES],
        },
        {"name": "audience", "label": _("服务对象"), "kind": "select", "choices": AUDIENCES.items()},
        {"name": "channel", "label": _("办理渠道"), "kind": "select", "choices": CHANNELS.items()},
        {"name": "state", "label": _("状态"), "kind": "select", "choices": STATES},
    ]


@pages.get("", permission=Permission.CATALOGUE_READ)
def index() -> str:
    session, actor = current.session(), current.actor()
    line = queries.line(session)
    found = queries.nearest(session, clock.now())
    rules = queries.listed(found, _filter(), session.tenant_id)
    asked = page_request(session.tenant_id, actor.person_id)
    rows = take(
        session,
        select(found).where(*rules),
        (Key(found.code, "code"),),
        size=asked.size,
        position=asked.position,
    )
    count = session.scalar(select(func.count()).select_from(found).where(*rules))
    codes = [row.code for row in rows.rows]
    here = set(session.scalars(select(found.code).where(found.state == RevisionState.PUBLISHED)))
    standard = queries.standard_codes(session, line.province_id)
    return render_template(
        "catalogue/index.html",
        page=asked.page(rows, count=count),
        filters=_filters(),
        line=line,
        today=clock.today(),
        drafts=queries.drafts_of(session, codes),
        new_drafts=queries.new_drafts(session),
        pending=queries.pending_of(session, codes),
        covered=len(standard & here),
        standard=len(standard),
        missing=sorted(standard - here),
        may_edit=actor.may(Permission.CATALOGUE_EDIT),
        audiences=AUDIENCES,
    )


@pages.get("/export.<kind>", permission=Permission.CATALOGUE_READ)
def export(kind: str) -> Response:
    """The same rows as the list with its filters, all pages, as a file for spreadsheets."""
    session = current.session()
    line = queries.line(session)
    found = queries.nearest(session, clock.now())
    rows = session.scalars(
        select(found).where(*queries.listed(found, _filter(), session.tenant_id)).order_by(found.code)
    )
    table = [_export_row(row, line) for row in rows]
    body, media = (_xlsx(table), _XLSX) if kind == "xlsx" else (_csv(table), "text/csv; charset=utf-8")
    name = f"catalogue-{line.own.code}-{clock.today():%Y%m%d}.{'xlsx' if kind == 'xlsx' else 'csv'}"
    return Response(body, mimetype=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _export_row(row: ServiceItemRevision, line: queries.Line) -> list[str | int]:
    item, day = row.item, clock.today()
    limits = [item.limit_on(kind, day) for kind in ("statutory", "committed")]
    flags = (item.deferred_material, item.commitment, item.automatic_check, item.cross_province)
    return [
        row.code, item.name_zh, item.main_item_zh, item.sub_item_zh, item.service_class, item.business_kind,
        "、".join(AUDIENCES[code] for code in item.audience), item.online_depth, item.visits,
        *(limit.words if limit else "" for limit in limits),
        "、".join(f"{CHANNELS[offer.channel]}（{LEVELS[offer.min_level]}）" for offer in item.channels),
        "、".join(material.name_zh for material in item.materials),
        *("是" if flag else "否" for flag in flags),
        line.source_zh(row), row.number, row.effective_from.astimezone(clock.LOCAL).strftime("%Y-%m-%d %H:%M:%S"),
    ]  # fmt: skip


def _csv(table: list[list[str | int]]) -> bytes:
    """UTF-8 with its mark, so that spreadsheets show Chinese; a cell never begins like a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEADS)
    writer.writerows([[_inert(cell) for cell in row] for row in table])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _inert(cell: str | int) -> str | int:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in tuple("=+-@\t\r") and cell else cell


def _xlsx(table: list[list[str | int]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        sheet = book.add_worksheet("服务事项清单")
        head = book.add_format({"bold": True, "bg_color": "#E8EFF8", "border": 1})
        sheet.write_row(0, 0, _HEADS, head)
        for number, row in enumerate(table, 1):
            sheet.write_row(number, 0, row)
        sheet.set_column(0, len(_HEADS) - 1, 16)
        sheet.set_column(1, 1, 36)
        sheet.freeze_panes(1, 2)
    return out.getvalue()
