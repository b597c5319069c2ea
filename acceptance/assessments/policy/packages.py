"""The one spelling of a frozen package: canonical JSON in UTF-8. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

FORMAT = "gjj-acceptance-package"


def frozen(content: Mapping[str, Any]) -> bytes:
    """The bytes that are hashed, stored and handed over."""
    whole = {"format": FORMAT, "version": 1, **content}
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(body: bytes) -> bytes:
    """SHA-256 of a package."""
    return hashlib.sha256(body).digest()


def thawed(body: bytes) -> dict[str, Any]:
    """What a package says. Raises ValueError for bytes that are no package of ours."""
    content = json.loads(body.decode())
    if not isinstance(content, dict) or content.get("format") != FORMAT or content.get("version") != 1:
        raise ValueError("no package")
    return content
