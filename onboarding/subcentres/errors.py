"""What can stop a sub-centre from joining, in words."""

from __future__ import annotations

from kernel.errors import Conflict


class NotACentre(Conflict):
    """Only a centre has sub-centres of its own; a rehearsal twin plays, it opens nothing."""

    code = "subcentres.not_a_centre"
    message_zh = "只有中心可以办理分中心接入。"
    hint_zh = "请由分中心所属的设区市中心办理。"
