"""The form of a tariff: prices are typed in fen with at most three decimals and kept in milli-fen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from billing_budget.tariffs.policy import BASIS_ZH, CARRIER_ZH, MAX_START, Tariff, price_of, price_text

PRICE = validate.Regexp(r"[0-9]{1,3}(\.[0-9]{1,3})?\Z", error="请填写单价，例如 3.5，最多三位小数。")


def _price(label: str, *, required: bool = False) -> fields.String:
    more: dict[str, Any] = {"required": True} if required else {"load_default": ""}
    help_zh = "每一计费条的价格，最多三位小数。" if required else "没有这一档的，起点和单价都留空。"
    return fields.String(
        validate=PRICE if required else _blank_or_price,
        metadata={"label": label, "unit": "分/条", "placeholder": "3.5", "group": "单价", "help": help_zh},
        **more,
    )


def _blank_or_price(text: str) -> None:
    if text:
        PRICE(text)


def _start(label: str) -> fields.Integer:
    return fields.Integer(
        load_default=None, allow_none=True, validate=validate.Range(min=1, max=MAX_START),
        metadata={"label": label, "kind": "number", "unit": "条", "group": "单价", "help": "当月计费条数超过此数的部分，按这一档单价。"},
    )  # fmt: skip


class TariffIn(ma.Schema):
    """A carrier's tariff from a month on; up to three tiers."""

    carrier = fields.String(
        required=True,
        validate=validate.OneOf(list(CARRIER_ZH), labels=list(CARRIER_ZH.values())),
        metadata={"label": "运营商", "group": "适用范围"},
    )
    basis = fields.String(
        required=True,
        validate=validate.OneOf([str(b) for b in BASIS_ZH], labels=list(BASIS_ZH.values())),
        metadata={
            "label": "计费依据",
            "group": "适用范围",
            "help": "以合同约定为准：提交即计费，或者送达才计费。",
        },
    )
    month = fields.String(
        required=True,
        validate=validate.Regexp(r"20[0-9]{2}-(0[1-9]|1[0-2])\Z", error="请选择执行月份。"),
        metadata={
            "label": "执行月份",
            "kind": "select",
            "group": "适用范围",
            "help": "资费按整月执行，自该月 1 日起。",
        },
    )
    price_1 = _price("第一档单价", required=True)
    start_2 = _start("第二档起点")
    price_2 = _price("第二档单价")
    start_3 = _start("第三档起点")
    price_3 = _price("第三档单价")
    note = fields.String(
        load_default="",
        validate=validate.Length(max=200),
        metadata={
            "label": "依据",
            "kind": "textarea",
            "rows": 2,
            "group": "说明",
            "help": "例如合同名称和编号。",
        },
    )

    @ma.validates_schema
    def tiers_are_whole(self, data: Mapping[str, Any], **more: Any) -> None:
        """A tier has a beginning and a price, and the ones before it are there."""
        wrong: dict[str, list[str]] = {}
        for n in (2, 3):
            if bool(data.get(f"start_{n}")) != bool(data.get(f"price_{n}")):
                wrong[f"price_{n}"] = ["请同时填写这一档的起点和单价。"]
        if data.get("price_3") and not data.get("price_2"):
            wrong["price_2"] = ["请先填写第二档。"]
        if wrong:
            raise ma.ValidationError(wrong)


def payload_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """What is proposed, from a form that was checked."""
    tiers = [{"start": 0, "price_milli_fen": price_of(data["price_1"])}]
    tiers += [
        {"start": data[f"start_{n}"], "price_milli_fen": price_of(data[f"price_{n}"])}
        for n in (2, 3)
        if data.get(f"price_{n}")
    ]
    return {
        "carrier": data["carrier"], "basis": data["basis"], "month": data["month"], "tiers": tiers, "note": data["note"].strip(),
    }  # fmt: skip


def values_of(tariff: Tariff) -> dict[str, Any]:
    """What the form shows of a tariff."""
    values: dict[str, Any] = {"carrier": tariff.carrier, "basis": str(tariff.basis)}
    for n, tier in enumerate(tariff.tiers[:3], 1):
        values[f"price_{n}"] = price_text(tier.price_milli_fen)
        if n > 1:
            values[f"start_{n}"] = tier.start
    return values
