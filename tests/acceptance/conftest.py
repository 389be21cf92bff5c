"""Fixtures of a publisher's machine and of a subscriber's machine."""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import feedparser_sgmllib
import pytest
from reader import Reader, make_reader

from tests.acceptance.proxy import Proxy, proxying
from tests.support.paths import SEEDS
from tests.support.site import Site


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """Run a proxy for a site."""
    with proxying() as proxy:
        yield proxy


@pytest.fixture
def reader(new_reader: Callable[[], Reader]) -> Reader:
    """Return a reader without subscriptions."""
    return new_reader()


@pytest.fixture
def new_reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Reader]]:
    """Return a function that makes readers without subscriptions."""
    # reader's bundled feedparser imports a module that current feedparser installs under another name.
    monkeypatch.setitem(sys.modules, "sgmllib", feedparser_sgmllib)
    with ExitStack() as stack:
        yield lambda: stack.enter_context(make_reader(":memory:"))


@pytest.fixture
def site(tmp_path: Path, proxy: Proxy) -> Site:
    """Return a site with an editable copy of the seeds; its feeds contain the proxy's URL.

    The server has a single worker, so an edit shows in all answers at the same time.
    """
    content = tmp_path / "content"
    shutil.copytree(SEEDS, content)
    return Site(tmp_path, content, {"FEEDS_SITE_URL": proxy.url, "WEB_CONCURRENCY": "1"})
