"""axe-core on a page that is open in the browser: what people with a screen reader or a keyboard would stumble over."""

from __future__ import annotations

from functools import cache

from playwright.sync_api import Page

from tests.browser import axe_source

GRAVE = ("serious", "critical")
_RUN = """async () => {
  const found = await axe.run(document, {resultTypes: ["violations"]});
  return found.violations.map(v => [v.impact, v.id, v.nodes.slice(0, 3).map(n => n.target.join(" ")).join("; ")]);
}"""


@cache
def _source() -> str:
    return axe_source()


def grave_findings(page: Page) -> list[str]:
    """Serious and critical findings as sentences. The script enters beside the page's policy, as a tester's tool does."""
    page.evaluate(_source())
    return [f"{impact} {name}: {where}" for impact, name, where in page.evaluate(_RUN) if impact in GRAVE]
