"""What a person may type to find an item: code, name, sub item, full pinyin, initials."""

from __future__ import annotations

from pypinyin import Style, lazy_pinyin

from tenants.catalogue.policy.content import ItemContent


def search_text(code: str, content: ItemContent) -> str:
    """Lower-case text to look in: `w01 购房提取 … goufangtiqu gftq`."""
    sounds = "".join(lazy_pinyin(content.name_zh))
    initials = "".join(lazy_pinyin(content.name_zh, style=Style.FIRST_LETTER))
    return " ".join((code, content.name_zh, content.sub_item_zh, sounds, initials)).lower()


def wanted(typed: str) -> str:
    """A typed text as a pattern for `search_text`: lower case, without spaces, wildcards taken literally."""
    plain = "".join(typed.lower().split())
    for sign in ("\\", "%", "_"):
        plain = plain.replace(sign, f"\\{sign}")
    return f"%{plain}%"
