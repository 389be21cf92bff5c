"""Run Chromium."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright


@contextmanager
def running_chromium(path: str) -> Iterator[Browser]:
    """Run the Chromium at `path` until the block ends."""
    with sync_playwright() as playwright:
        # As root, as in containers, Chromium has no sandbox; the tests open only our own pages.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
