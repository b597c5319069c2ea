"""Rows of the overview with what is under way: province rows only, three statements whatever the number of bodies."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import xlsxwriter

from kernel.db import TenantSession
from kernel.tenancy.models import TENANT_KIND_ZH, TENANT_STATUS_ZH, TenantKind, TenantStatus
from onboarding.provisioning.service import open_progress
from tenants.registry import service as registry
from tenants.registry.policy import BUILD_MODE_ZH, NOT_RECORDED_ZH, PLUG_STATE_ZH

FIGURES = ("depositors", "deposits", "withdrawals", "loans")
_TONES = {
    TenantStatus.PREPARING: "waiting", TenantStatus.ACTIVE: "success", TenantStatus.READ_ONLY: "info",
    TenantStatus.SUSPENDED: "danger", TenantStatus.CLOSED: "neutral",
}  # fmt: skip


@dataclass(frozen=True)
class BodyRow:
    """One line of the overview."""

    values: dict[str, Any]
    done: int
    total: int

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def sub(self) -> bool:
        """Stands indented below its centre."""
        return bool(self.values["kind"] == "sub_centre")

    @property
    def kind_zh(self) -> str:
        return TENANT_KIND_ZH[TenantKind(self.values["kind"])]

    @property
    def build_mode_zh(self) -> str:
        return BUILD_MODE_ZH[self.values["build_mode"]]

    @property
    def state(self) -> tuple[str, str]:
        """Word and tone of the tenant's status."""
        status = TenantStatus(self.values["status"])
        return TENANT_STATUS_ZH[status], _TONES[status]

    @property
    def plug_zh(self) -> str:
        code = self.values["plug_state"]
        return "" if code is None else PLUG_STATE_ZH[code]

    @property
    def plug_tone(self) -> str:
        return "success" if self.values["plug_state"] == "plugged_in" else "neutral"

    def figure(self, code: str) -> dict[str, Any] | None:
        """The newest figure of that code, with its source."""
        found = [f for f in self.values["detail"].get("figures", ()) if f["code"] == code]
        return max(found, key=lambda f: str(f["period"])) if found else None

    @property
    def figures(self) -> Sequence[dict[str, Any]]:
        return list(self.values["detail"].get("figures", ()))


def bodies(session: TenantSession, wanted: registry.Wanted) -> list[BodyRow]:
    """The list with what is under way."""
    moving = open_progress(session)
    return [_row(values, moving) for values in registry.listed(session, wanted)]


def city(session: TenantSession, code: str) -> list[BodyRow]:
    """A body and those below it, the body first; empty when there is none with that code."""
    own = registry.registered_values(session, code)
    if own is None:
        return []
    moving = open_progress(session)
    around = registry.registered_city(session, own["city_code"])
    rows = [own, *(v for v in around if v["code"] != code and own["kind"] == "centre")]
    return [_row(values, moving) for values in rows]


def _row(values: dict[str, Any], moving: dict[str, tuple[int, int]]) -> BodyRow:
    done, total = moving.get(values["code"], (values["steps_done"], values["steps_total"]))
    return BodyRow(values, done, total)


HEADS = (
    "代码", "机构",
    "类别", "所属中心", "建设方式", "状态", "接入情况", "理由", "入驻进度", "缴存职工（万人）", "缴存额（亿元）", "提取额（亿元）",
    "贷款额（亿元）", "期间", "来源", "数据性质",
)  # fmt: skip


def workbook(rows: Sequence[BodyRow]) -> bytes:
    """The list as a spreadsheet: numbers as numbers, missing ones in words, each with period and source."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        sheet, bold = book.add_worksheet("机构一览"), book.add_format({"bold": True})
        sheet.write_row(0, 0, HEADS, bold)
        for number, row in enumerate(rows, 1):
            found = [row.figure(code) for code in FIGURES]
            sources = "；".join(sorted({str(f["source_zh"]) for f in found if f}))
            periods = "、".join(sorted({str(f["period"]) for f in found if f}))
            cells = [
                row.code, row.name_zh, row.kind_zh, row.city_code, row.build_mode_zh, row.state[0], row.plug_zh, row.plug_reason_zh,
                f"{row.done}/{row.total}", *(float(Decimal(f["value"])) if f else NOT_RECORDED_ZH for f in found), periods, sources,
                "演示数据" if row.fictional else "公开数据",
            ]  # fmt: skip
            sheet.write_row(number, 0, cells)
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, len(rows), len(HEADS) - 1)
        sheet.set_column(1, 1, 34)
    return out.getvalue()
