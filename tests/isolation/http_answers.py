"""What an answer says: which words it holds, and what is left of it when everything that differs by chance is taken out."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable
from urllib.parse import unquote

from werkzeug.test import TestResponse

_CHANCE = (
    (re.compile(r'name="csrf_token" value="[^"]*"'), "TOKEN"),
    (re.compile(r'name="csrf-token" content="[^"]*"'), "TOKEN"),
    (re.compile(r'nonce="[^"]*"'), "NONCE"),
    (re.compile(r"\d{1,2}:\d{2}(:\d{2})?"), "TIME"),
    (re.compile(r"\d+ 秒|\d+ 分 \d+ 秒"), "DURATION"),
    (re.compile(r"cursor=[\w-]+"), "CURSOR"),
)


def text_of(answer: TestResponse) -> str:
    """Everything an answer holds as text: headers, body, JSON without escapes, the parts of a workbook, addresses unquoted."""
    body = answer.get_data()
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            plain = "\n".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    else:
        plain = body.decode("utf-8", "replace")
        if (answer.mimetype or "").endswith("json"):
            plain = json.dumps(json.loads(plain), ensure_ascii=False)
    heads = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    return f"{heads}\n\n{plain}\n{unquote(plain)}"


def shape_of(answer: TestResponse, values: Iterable[object]) -> tuple[int, str]:
    """Status and body without the number of the request, tokens, clock times and the values that were asked for."""
    body = answer.get_data()
    plain = "" if body[:2] == b"PK" else body.decode()  # a workbook holds the time of its making
    plain = f"{answer.headers.get('Location', '')}\n{plain}"
    plain = plain.replace(answer.headers.get("X-Request-Id", "\0"), "REQUEST")
    for value in sorted({str(value) for value in values}, key=len, reverse=True):
        plain = plain.replace(value, "VALUE")
    for pattern, word in _CHANCE:
        plain = pattern.sub(word, plain)
    return answer.status_code, plain


def difference(one: tuple[int, str], other: tuple[int, str]) -> list[str]:
    """In what two answers can be told apart; the first line that differs is enough."""
    if one[0] != other[0]:
        return [f"{one[0]} but {other[0]}"]
    lines = zip(one[1].splitlines(), other[1].splitlines(), strict=False)
    return [f"{a.strip()[:80]!r} but {b.strip()[:80]!r}" for a, b in lines if a != b][:1] or (
        ["one is longer"] if one[1] != other[1] else []
    )


def found_in(answer: TestResponse, words: Iterable[str]) -> list[str]:
    """Which of these words an answer holds."""
    text = text_of(answer)
    return [word for word in words if word in text]
