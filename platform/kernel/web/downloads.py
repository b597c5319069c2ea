"""Files leave as attachments only: never shown inside our pages, never executed in our name (decision D28, RFC 6266)."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

from flask import Response

SANDBOX = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""The policy that `security_headers` puts on attachments: a browser that shows one all the same runs nothing in it."""


def attachment(name: str, media_type: str, data: bytes) -> Response:
    """An answer that is saved, under this name in every browser. `name` is cleaned already (`kernel.storage.names`)."""
    response = Response(data, content_type=media_type)
    response.headers["Content-Disposition"] = disposition(name)
    response.headers["Content-Length"] = str(len(data))
    response.headers["Cache-Control"] = "private, no-store"
    return response


def disposition(name: str) -> str:
    """The header: an ASCII stand-in for old programs, the real name in UTF-8 (RFC 8187)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    safe = "".join(c for c in plain if c.isalnum() or c in "-_. ").strip(". ")
    stem, dot, ending = name.rpartition(".")
    if not safe or (dot and safe == ending):
        safe = f"file.{ending}" if dot and ending.isascii() and ending.isalnum() and stem else "file"
    return f"attachment; filename=\"{safe}\"; filename*=UTF-8''{quote(name, safe='')}"
