"""Why a signature or an extension is refused."""

from __future__ import annotations

from kernel.errors import Conflict


class ExtensionTaken(Conflict):
    """The digits were given before: now, or to somebody in the past."""

    code = "sms.extension_taken"
    message_zh = "这个扩展码已经登记过，不能再次使用。"
    hint_zh = "请换一个扩展码。停用的扩展码也不再分配，以便迟到的回复找到原机构。"


class HolderHasOne(Conflict):
    """A body has one extension at a time."""

    code = "sms.extension_held"
    message_zh = "这个机构已经有扩展码。"
    hint_zh = "需要更换的，请先停用原来的扩展码。"
