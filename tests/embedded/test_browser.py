"""The Chromium of the tests shows Chinese, in the width that was asked for."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, ViewportSize

from tests.browser import DESK, PHONE, browser, missing

__all__ = ["browser"]

PAGE = """<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<body style="font-family: 'PingFang SC', sans-serif"><h1 id="h"><span>住房公积金</span></h1><p><b>提取申请</b>已受理，¥18,000.00</p>"""


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_chinese_is_drawn_with_a_font_that_has_it(browser: Browser, size: ViewportSize) -> None:
    with browser.new_context(viewport=size) as context:
        page = context.new_page()
        page.set_content(PAGE)
        assert page.evaluate("window.innerWidth") == size["width"]
        # A missing glyph is drawn as a box of its own width; in a Chinese font each character is one em wide.
        width, em = page.evaluate(
            "(() => { const s = document.querySelector('#h span');"
            " return [s.getBoundingClientRect().width, parseFloat(getComputedStyle(s).fontSize)]; })()"
        )
        assert width == pytest.approx(5 * em, abs=0.5)
        used = context.new_cdp_session(page)
        used.send("DOM.enable")
        used.send("CSS.enable")
        root = used.send("DOM.getDocument")["root"]["nodeId"]
        node = used.send("DOM.querySelector", {"nodeId": root, "selector": "#h"})["nodeId"]
        fonts = used.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
        assert [font["glyphCount"] for font in fonts] == [5]
        assert fonts[0]["familyName"].startswith(("Noto", "Source Han", "WenQuanYi"))


def test_a_missing_browser_fails_in_ci_and_is_skipped_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no network"):
        missing("no network")
    monkeypatch.setenv("CI", "")
    with pytest.raises(pytest.skip.Exception, match="no network"):
        missing("no network")
