"""What goes into a dossier under which name, and how large it may grow. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from acceptance.verdicts import policy as verdicts
from kernel.evidence.dossier import Member, file_member, text_member

MIB = 1024 * 1024
MOST_BYTES = 160 * MIB
"""Evidence beyond this is listed by its hash and stays where it is (a default of this platform)."""

PAPER, TEXT, SHEET, INDICATORS, LIST, README = (
    "验收意见书.pdf", "验收意见书.txt", "评分.txt", "数据/指标.json", "材料清单.txt", "说明.txt",
)  # fmt: skip
PACKAGE_ZH = {
    "application": "申请", "opinion": "验收意见", "answers": "整改答复", "recheck": "整改复核", "verdict": "验收结论",
}  # fmt: skip
README_ZH = (
    (
        "这是什么",
        "一次验收的完整卷宗：验收意见书、双方交换的原始数据包、佐证材料、指标与口径、操作日志证明。",
    ),
    (
        "怎样核对",
        "不联网，不需要本平台：用 Python 3.8 以上执行 python3 gjj_dossier.py 卷宗.zip --key 公钥。"
        "退出码 0 表示核对通过；1 表示发现改动，并写明哪个文件、哪一段；2 表示没有完成核对。",
    ),
    (
        "公钥从哪里来",
        "请用当面或书面方式向省级主管部门取得签名公钥，不要直接采信卷宗里自带的那一份。",
    ),
    (
        "操作日志证明",
        "“日志”文件夹里的 bundle.zip 是保存本卷宗一方的操作日志片段，用同一文件夹里的 gjj_verify.py 核对；"
        "没有该文件夹的，说明生成卷宗时日志检查点尚未签名。",
    ),
)


@dataclass(frozen=True)
class Paper:
    """One file that was handed over, with its bytes when they are at hand and fit."""

    reference: str
    title_zh: str
    sha256: str
    size: int
    suffix: str
    data: bytes | None


def members(
    content: Mapping[str, Any],
    application: Mapping[str, Any],
    packages: Sequence[tuple[str, bytes]],
    papers: Sequence[Paper],
    paper: bytes,
    log: Sequence[Member],
) -> list[Member]:
    """Every member in a fixed order."""
    return [
        file_member(PAPER, paper),
        text_member(TEXT, verdicts.paragraphs(content)),
        text_member(SHEET, _scores(content)),
        *_packages(packages),
        file_member(INDICATORS, _indicators(application)),
        text_member(LIST, _list(papers) or [("没有材料", "本次验收没有上传材料。")]),
        *(file_member(_place(p), p.data, p.title_zh) for p in papers if p.data is not None),
        *log,
        text_member(README, README_ZH),
    ]


def facts(content: Mapping[str, Any], side_zh: str, sha256: str) -> dict[str, Any]:
    """About the whole: what the verifier prints."""
    subject = content["subject"]
    return {
        "卷宗": verdicts.TITLE_ZH, "编号": content["number_zh"], "被验收机构": subject["name_zh"], "结论": content["conclusion_zh"],
        "签发": f"{content['signed_by']}，{verdicts.day_zh(content['signed_at'])}", "保存方": side_zh, "结论数据包指纹": sha256,
        "数据性质": verdicts.DEMO_ZH if subject["fictional"] else "正式数据",
    }  # fmt: skip


def _packages(packages: Sequence[tuple[str, bytes]]) -> list[Member]:
    seen: dict[str, int] = {}
    found = []
    for kind, body in packages:
        seen[kind] = seen.get(kind, 0) + 1
        name = f"{PACKAGE_ZH[kind]}-{seen[kind]}"
        found.append(file_member(f"数据/{name}.json", body, name))
    return found


def _scores(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    names = [sheet["name"] for sheet in content["sheets"]]
    found = []
    for item in content["items"]:
        lines = [f"分值 {item['points']}，自评 {item['self_score']}，专家平均 {item['mean']}"]
        for name, score, note in zip(names, item["scores"], item["notes"], strict=True):
            lines.append(f"{name}：{score} 分" + (f"。{note}" if note else ""))
        found.append((f"{item['code']} {item['title_zh']}", "\n".join(lines)))
    return found


def _indicators(application: Mapping[str, Any]) -> bytes:
    """Each computed check point with formula, window, version, sample and result, as frozen when applying."""
    rows = [check for item in application["items"] for check in item["checks"] if "indicator" in check]
    whole = {"measured_on": application["measured_on"], "indicators": rows}
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, indent=1).encode()


def _list(papers: Sequence[Paper]) -> list[tuple[str, str]]:
    return [
        (
            f"{place}．{p.reference} {p.title_zh}",
            f"大小 {p.size} 字节，指纹 {p.sha256}，"
            + (f"存于 {_place(p)}" if p.data is not None else "原件未装入本卷宗，由双方各自保存"),
        )
        for place, p in enumerate(papers, 1)
    ]


def _place(paper: Paper) -> str:
    title = re.sub(r"[^\w\u4e00-\u9fff-]+", "_", paper.title_zh)[:40].strip("_") or "材料"
    return f"材料/{paper.reference.replace('#', '-')}-{title}-{paper.sha256[:8]}{paper.suffix}"
