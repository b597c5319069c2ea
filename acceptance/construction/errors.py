"""What can be wrong with a plan or a piece of evidence."""

from __future__ import annotations

from kernel.errors import Conflict


class NoPlanYet(Conflict):
    """Evidence needs a plan first."""

    code = "construction.no_plan"
    message_zh = "还没有制定建设计划。"
    hint_zh = "请先在“建设任务”页面制定计划。"


class OwnEvidence(Conflict):
    """Four eyes."""

    code = "construction.own_evidence"
    message_zh = "佐证材料不能由填报人自己核实。"
    hint_zh = "请由本机构另一位有核实权限的人员办理。"


class EvidenceDecided(Conflict):
    """It was decided or withdrawn in the meantime."""

    code = "construction.evidence_decided"
    message_zh = "这份佐证材料已经处理过。"
    hint_zh = "请刷新页面查看结果；需要补充时请重新填报。"


class UrgeAnswered(Conflict):
    """It has an answer."""

    code = "construction.urge_answered"
    message_zh = "这份督办已经回复。"
    hint_zh = "需要补充说明时请与省级监管岗联系。"
