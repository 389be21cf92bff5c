"""A site with invented news, and Chromium to open its pages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route

from tests.browser.harbour_news import MISSING, draw_picture, write_news
from tests.support.app import SITE_URL, TOKEN
from tests.support.browser import running_chromium
from tests.support.site import Site, SiteServer

LIMIT = 12
# Console messages of Chromium about missing pictures, Playwright's scripts, and clicks before a page is ready.
IGNORED_MESSAGES = ("net::ERR_FAILED", "Evaluating a string as JavaScript", "Autofocus processing was blocked")


@dataclass(frozen=True)
class Window:
    """A browser window: its page, the requests to other hosts, and the console messages."""

    page: Page
    home: str
    foreign: list[Request] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def visit(self, path: str) -> Page:
        """Go to a path of the site."""
        self.page.goto(f"{self.home}{path}")
        return self.page

    def show_pictures(self) -> None:
        """Load all pictures, and wait until every picture is complete or missing."""
        self.page.evaluate("document.querySelectorAll('img').forEach(image => image.loading = 'eager')")
        while not self.page.evaluate("[...document.images].every(image => image.complete)"):
            self.page.wait_for_timeout(20)

    def answer(self, route: Route) -> None:
        """Pass on requests to the site; for other hosts, answer picture requests only."""
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
    """Run Chromium for all tests of the package."""
    with running_chromium(program("chromium")) as browser:
        yield browser


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return a collected site of invented news."""
    folder = tmp_path_factory.mktemp("harbour")
    write_news(folder / "content")
    settings = {
        "FEEDS_SITE_TITLE": "Harbour News",
        "FEEDS_LIMIT": str(LIMIT),
        "WEB_CONCURRENCY": "1",
        "FEEDS_TOKEN": TOKEN,
    }
    site = Site(folder, folder / "content", settings)
    site.collect()
    return site


@pytest.fixture(scope="package")
def server(site: Site) -> Iterator[SiteServer]:
    """Run the site's server; without a site URL, pages contain the server's own URL."""
    with site.serving() as server:
        yield server


OpenWindow = Callable[..., Window]


@pytest.fixture
def open_window(browser: Browser, server: SiteServer) -> Iterator[OpenWindow]:
    """Open windows with options of Playwright's contexts, and check that the console is empty."""
    opened: list[tuple[BrowserContext, Window]] = []

    def open_window(**options: Any) -> Window:  # noqa: ANN401 options of Playwright
        context = browser.new_context(**options)
        context.set_default_timeout(10_000)
        window = Window(context.new_page(), server.url)
        opened.append((context, window))
        # A partial, because Playwright sets an attribute on the owner of a method, and windows are frozen.
        context.route("**/*", partial(window.answer))
        window.page.on("console", lambda message: window.messages.append(message.text))
        window.page.on("pageerror", lambda error: window.messages.append(str(error)))
        return window

    yield open_window
    for context, window in opened:
        context.close()
        assert [text for text in window.messages if not any(each in text for each in IGNORED_MESSAGES)] == []


OpenApp = Callable[..., Page]


@pytest.fixture
def open_app(browser: Browser) -> Iterator[OpenApp]:
    """Open pages of an app, given as a client, with options of Playwright's contexts; the app answers without a server.

    Playwright follows no redirects of such answers, so the client does.
    """
    contexts: list[BrowserContext] = []

    def answer(route: Route, client: FlaskClient) -> None:
        url = route.request.url
        if not url.startswith(SITE_URL):
            route.fulfill(body=draw_picture(url), content_type="image/svg+xml")
            return
        response = client.get(url.removeprefix(SITE_URL), follow_redirects=True)
        route.fulfill(status=response.status_code, headers=dict(response.headers), body=response.data)

    def open_app(client: FlaskClient, path: str, **options: Any) -> Page:  # noqa: ANN401 options of Playwright
        context = browser.new_context(**options)
        contexts.append(context)
        context.route("**/*", partial(answer, client=client))
        page = context.new_page()
        page.goto(f"{SITE_URL}{path}")
        return page

    yield open_app
    for context in contexts:
        context.close()


@pytest.fixture
def screenshots(request: pytest.FixtureRequest) -> Path | None:
    """Return the folder of `--screenshots`; without the option, tests take no screenshots."""
    folder = request.config.getoption("--screenshots")
    return Path(folder) if folder else None
