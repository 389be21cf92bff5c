"""The pages behind the token in a real browser: they fit, and are accessible."""

from pathlib import Path

import pytest

from tests.browser.conftest import OpenWindow
from tests.browser.test_pages import SCHEMES, WIDTHS, check
from tests.support.app import TOKEN

PAGES = {"publisher": "/publisher", "statistics": "/stats"}


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_accessible_and_fits_its_window(
    open_window: OpenWindow, screenshots: Path | None, name: str
) -> None:
    window = open_window(http_credentials={"username": "publisher", "password": TOKEN})
    window.visit("/topics/harbour")  # to be rendered
    page = window.visit(PAGES[name])
    check(page)
    page.emulate_media(color_scheme="dark")
    check(page, "color-contrast")
    for width, pixels in WIDTHS.items():
        page.set_viewport_size({"width": pixels, "height": 1_000})
        assert page.evaluate("document.documentElement.scrollWidth") <= pixels
        for scheme in SCHEMES if screenshots else ():
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=f"{screenshots}/{name}-{width}-{scheme}.png")
