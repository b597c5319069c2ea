"""The built documentation is whole: a page for each page, links that lead somewhere, nothing fetched from a network."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_docs", ROOT / "tools" / "build_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _links(page: Path) -> Iterator[str]:
    for link in re.findall(r'(?:href|src)="([^"#]+)', page.read_text(encoding="utf-8")):
        if not link.startswith("https://"):
            yield link


def test_every_page_is_there_and_its_links_lead_somewhere(tool: ModuleType, tmp_path: Path) -> None:
    pages = tool.write_pages(tmp_path)
    (tmp_path / "index.html").touch()
    sources = {p.relative_to(ROOT / "docs").with_suffix("").as_posix() for p in (ROOT / "docs").rglob("*.md")}
    assert {name.removesuffix(".html") for name, _ in pages} == sources
    outside = [  # pages may point at files of the source tree, which are not copied
        (name, link)
        for name, _ in pages
        for link in _links(tmp_path / name)
        if not (tmp_path / name).parent.joinpath(link).exists()
        and not (ROOT / "docs" / name).parent.joinpath(link).exists()
    ]
    assert outside == []


def test_the_api_is_described_and_read_without_a_network(tool: ModuleType, tmp_path: Path) -> None:
    tool.write_api(tmp_path)
    document = json.loads((tmp_path / "openapi.json").read_text(encoding="utf-8"))
    assert "/api/v1/catalogue/items" in document["paths"]
    assert all((tmp_path / link).exists() for link in _links(tmp_path / "index.html"))
    assert "https://" not in (tmp_path / "index.html").read_text(encoding="utf-8")
