"""Fixtures of a publisher's machine."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.proxy import Proxy, proxying
from tests.acceptance.site import SEEDS, Site


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """Give a proxy that a site can be put behind."""
    with proxying() as proxy:
        yield proxy


@pytest.fixture
def site(tmp_path: Path, proxy: Proxy) -> Site:
    """Give a site of the seeds whose articles may be edited; its feeds say that they are at the proxy.

    One worker serves it, so that an edit shows at one moment.
    """
    content = tmp_path / "content"
    shutil.copytree(SEEDS, content)
    return Site(tmp_path, content, {"FEEDS_SITE_URL": proxy.url, "WEB_CONCURRENCY": "1"})
