"""Builds the documentation that is read without a network or a running platform into build/docs: the pages of docs/, and the API.

``make docs``. The API's description is taken from the application itself, so it says what this version answers.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from html import escape
from pathlib import Path
from typing import Any

import flask_swagger_ui
from markdown_it import MarkdownIt

from app.web import WebParts, create_app
from kernel.db import Database
from kernel.db.signing import ContextSigner
from kernel.directory.lookup import Directory
from kernel.web.factory import API
from kernel.web.settings import WebSettings

ROOT = Path(__file__).resolve().parents[1]
SWAGGER = Path(flask_swagger_ui.__file__).parent / "dist"
ASSETS = ("swagger-ui.css", "swagger-ui-bundle.js", "LICENSE")
NOTHING = b"\0" * 32

PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }}
body {{ font: 16px/1.6 "PingFang SC", "Microsoft YaHei", "Noto Sans SC", sans-serif; }}
pre {{ overflow-x: auto; padding: .75rem 1rem; background: #f3f5f8; }}
table {{ display: block; overflow-x: auto; border-collapse: collapse; }}
th, td {{ padding: .25rem .75rem; border: 1px solid #c9d1db; text-align: left; vertical-align: top; }}
img {{ max-width: 100%; }}
</style>
</head>
<body>
{home}{body}
</body>
</html>
"""
API_PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API</title>
<link rel="stylesheet" href="swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="swagger-ui-bundle.js"></script>
<script src="openapi.js"></script>
<script>SwaggerUIBundle({spec: API, dom_id: "#api", supportedSubmitMethods: []});</script>
</body>
</html>
"""


def main() -> int:
    """Writes everything anew and says where."""
    target = ROOT / "build" / "docs"
    shutil.rmtree(target, ignore_errors=True)
    (target / "api").mkdir(parents=True)
    write_api(target / "api")
    pages = write_pages(target)
    index = "".join(f'<li><a href="{escape(name)}">{escape(title)}</a></li>\n' for name, title in pages)
    body = f'<h1>gjj</h1>\n<ul>\n{index}<li><a href="api/index.html">API</a></li>\n</ul>'
    (target / "index.html").write_text(page("gjj", body, home=""), encoding="utf-8")
    print((target / "index.html").relative_to(ROOT))
    return 0


def write_api(folder: Path) -> None:
    """openapi.json for programs, and a page that opens from the disk: a browser lets no file fetch another."""
    text = json.dumps(api_document(), ensure_ascii=False, indent=2, sort_keys=True)
    (folder / "openapi.json").write_text(text + "\n", encoding="utf-8")
    (folder / "openapi.js").write_text(f"const API = {text};\n", encoding="utf-8")
    (folder / "index.html").write_text(API_PAGE, encoding="utf-8")
    for name in ASSETS:
        shutil.copyfile(SWAGGER / name, folder / name)


def api_document() -> dict[str, Any]:
    """As the running application hands it out. Nothing connects: the database is only named."""
    database = Database("postgresql://nobody@127.0.0.1/nothing", ContextSigner("docs", NOTHING, 1))
    settings = WebSettings(signing_key=NOTHING)
    app = create_app(WebParts(settings, database, Directory(database, NOTHING)))
    found: dict[str, Any] = app.extensions[API].spec.to_dict()
    return found


def write_pages(target: Path) -> list[tuple[str, str]]:
    """Every page of docs/ with its pictures; (file, title) in order of the files' names."""
    found = []
    markdown = MarkdownIt("commonmark").enable("table")
    for source in sorted((ROOT / "docs").rglob("*.md")):
        inside = source.relative_to(ROOT / "docs").with_suffix(".html")
        text = source.read_text(encoding="utf-8")
        title = next((line.lstrip("# ") for line in text.splitlines() if line.startswith("#")), inside.stem)
        place = target / inside
        place.parent.mkdir(parents=True, exist_ok=True)
        home = os.path.relpath(target / "index.html", place.parent)
        body = markdown.render(text).replace('.md"', '.html"')
        place.write_text(page(title, body, home=f'<p><a href="{home}">gjj</a></p>\n'), encoding="utf-8")
        found.append((inside.as_posix(), title))
    shutil.copytree(ROOT / "docs" / "pictures", target / "pictures", dirs_exist_ok=True)
    return found


def page(title: str, body: str, *, home: str) -> str:
    """One HTML file."""
    return PAGE.format(language="en", title=escape(title), home=home, body=body)


if __name__ == "__main__":
    sys.exit(main())
