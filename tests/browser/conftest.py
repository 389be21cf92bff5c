"""A site with invented news, and Chromium to look at it with."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, sync_playwright

from tests.browser.harbour import MISSING, draw_picture, write_news
from tests.support.site import Server, Site

LIMIT = 12
# What Chromium says of a picture that is missing, and of Playwright's own doings.
NO_COMPLAINTS = ("net::ERR_FAILED", "Evaluating a string as JavaScript")


@dataclass(frozen=True)
class Window:
    """A window of the browser on the site: its page, what it asked of other hosts, and what it complained of."""

    page: Page
    home: str
    foreign: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def visit(self, path: str) -> Page:
        """Go to a path of the site."""
        self.page.goto(f"{self.home}{path}")
        return self.page

    def show_pictures(self) -> None:
        """Have all pictures come into view, and wait until they are there or known to be missing."""
        self.page.evaluate("document.querySelectorAll('img').forEach(image => image.loading = 'eager')")
        while not self.page.evaluate("[...document.images].every(image => image.complete)"):
            self.page.wait_for_timeout(20)

    def answer(self, route: Route) -> None:
        """Let requests to the site through, and stand in for all other hosts, which have pictures only."""
        request = route.request
        if request.url.startswith(self.home):
            route.continue_()
            return
        self.foreign.append(request)
        if request.resource_type == "image" and MISSING not in request.url:
            route.fulfill(body=draw_picture(request.url), content_type="image/svg+xml")
        else:
            route.abort()


@pytest.fixture(scope="package")
def browser(program: Callable[[str], str]) -> Iterator[Browser]:
    """Give Chromium."""
    path = program("chromium")
    with sync_playwright() as playwright:
        # As root, which containers run as, Chromium has no sandbox; it sees nothing but our own pages.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Give a site of invented news, collected."""
    folder = tmp_path_factory.mktemp("harbour")
    write_news(folder / "content")
    settings = {"FEEDS_SITE_TITLE": "Harbour News", "FEEDS_LIMIT": str(LIMIT), "WEB_CONCURRENCY": "1"}
    site = Site(folder, folder / "content", settings)
    site.collect()
    return site


@pytest.fixture(scope="package")
def server(site: Site) -> Iterator[Server]:
    """Give the site's server; its pages say that they are where they are."""
    with site.serving() as server:
        yield server


OpenWindow = Callable[..., Window]


@pytest.fixture
def open_window(browser: Browser, server: Server) -> Iterator[OpenWindow]:
    """Open windows with options of Playwright's contexts, and see that none has had a complaint."""
    opened: list[tuple[BrowserContext, Window]] = []

    def open_window(**options: Any) -> Window:  # noqa: ANN401 they are Playwright's
        context = browser.new_context(**options)
        context.set_default_timeout(10_000)
        window = Window(context.new_page(), server.url)
        opened.append((context, window))
        # A partial, for Playwright would note something in the window itself.
        context.route("**/*", partial(window.answer))
        window.page.on("console", lambda message: window.complaints.append(message.text))
        window.page.on("pageerror", lambda error: window.complaints.append(str(error)))
        return window

    yield open_window
    for context, window in opened:
        context.close()
        assert [text for text in window.complaints if not any(each in text for each in NO_COMPLAINTS)] == []


@pytest.fixture
def screenshots(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Give the folder for screenshots, which --screenshots names."""
    return Path(request.config.getoption("--screenshots") or tmp_path)
