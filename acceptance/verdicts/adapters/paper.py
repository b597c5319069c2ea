"""The 验收意见书 as PDF by typst, in memory: one font of the release, no system fonts, nothing fetched, nothing sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import justmytype_intl_cjk
import typst

from acceptance.verdicts import policy

MEDIA = "application/pdf"
LAYOUT = "templates/verdicts/opinion.typ"


def opinion_paper(content: Mapping[str, Any], sha256: str) -> bytes:
    """The paper of a verdict; `sha256` of its frozen package stands on each page."""
    subject = content["subject"]
    data = {
        "title": policy.TITLE_ZH, "subtitle": f"{subject['name_zh']}　编号 {content['number_zh']}",
        "mark": policy.DEMO_ZH if subject["fictional"] else "", "conclusion": content["conclusion_zh"],
        "paragraphs": policy.paragraphs(content),
        "heads": ["项目", "分值", "自评", "专家平均", *(s["name"] for s in content["sheets"])],
        "rows": [
            [f"{i['code']} {i['title_zh']}", *(policy.points(v) for v in (i["points"], i["self_score"], i["mean"], *i["scores"]))]
            for i in content["items"]
        ],
        "total": [
            "合计", "100", policy.points(content["self_total"]), policy.points(content["panel_total"]),
            *(policy.points(s["total"]) for s in content["sheets"]),
        ],
        "signatures": _signatures(content),
        "footer": f"内容指纹 {sha256[:32]}",
    }  # fmt: skip
    made = typst.compile(
        _layout(),
        font_paths=_fonts(),
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    if not isinstance(made, bytes):
        raise TypeError("a PDF is one piece of bytes")
    return made


@cache
def _layout() -> bytes:
    return (files("acceptance.verdicts") / LAYOUT).read_bytes()


@cache
def _fonts() -> typst.Fonts:
    folder = files(justmytype_intl_cjk) / "fonts" / "ofl" / "notosanssc"
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])


def _signatures(content: Mapping[str, Any]) -> list[list[str]]:
    experts = [
        [s["name"], "同意" if s["agrees"] else "有不同意见", policy.day_zh(s["at"])]
        for s in content["signatures"]
    ]
    officers = [("proposed", "提请"), ("signed", "签发")]
    return experts + [
        [content[f"{key}_by"], word, policy.day_zh(content[f"{key}_at"])] for key, word in officers
    ]
