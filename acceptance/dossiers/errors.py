"""What is refused about dossiers, in words."""

from __future__ import annotations

from kernel.errors import Conflict


class DossierNotReady(Conflict):
    """It is being written."""

    code = "dossiers.not_ready"
    message_zh = "卷宗还在生成。"
    hint_zh = "签发后一般在几分钟内生成，请稍后刷新页面。"
