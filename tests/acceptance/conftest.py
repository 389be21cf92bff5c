"""Fixtures of a publisher's machine, and of a subscriber's."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import feedparser_sgmllib
import pytest
from reader import Reader, make_reader

from tests.acceptance.proxy import Proxy, proxying
from tests.support.paths import SEEDS
from tests.support.site import Site


@pytest.fixture(scope="module", autouse=True)
def start_without_coverage(without_coverage: None) -> None:
    """Start sites without coverage."""


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """Give a proxy that a site can be put behind."""
    with proxying() as proxy:
        yield proxy


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """Give a reader that has subscribed to nothing yet."""
    # The feedparser that reader carries asks for a module that today's feedparser brings under another name.
    monkeypatch.setitem(sys.modules, "sgmllib", feedparser_sgmllib)
    with make_reader(":memory:") as reader:
        yield reader


@pytest.fixture
def site(tmp_path: Path, proxy: Proxy) -> Site:
    """Give a site of the seeds whose articles may be edited; its feeds say that they are at the proxy.

    One worker serves it, so that an edit shows at one moment.
    """
    content = tmp_path / "content"
    shutil.copytree(SEEDS, content)
    return Site(tmp_path, content, {"FEEDS_SITE_URL": proxy.url, "WEB_CONCURRENCY": "1"})
