"""nginx, configured as in the guide, passes on the server's bytes, headers and redirects."""

import asyncio
import os
import re
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Timer

import pytest

from tests.acceptance.test_nginx import MAIN, make_command
from tests.support.crawler import Page, find_links
from tests.support.feed_clients import run_clients
from tests.support.paths import ROOT, SEEDS
from tests.support.processes import list_children
from tests.support.servers import find_free_port
from tests.support.site import Response, Site, SiteServer, fetch, stopping
from tests.support.waiting import wait_for_answer

GUIDE = (ROOT / "docs" / "deploy-nginx.md").read_text()
BLOCKS = re.findall(r"(?ms)^ *```nginx\n(.*?)^ *```$", GUIDE)
SITE_URL = "https://feeds.example.org"
SAME = ("etag", "last-modified", "cache-control", "content-encoding", "content-type", "vary")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SiteServer]:
    with serving(tmp_path, SITE_URL) as server:
        yield server


@contextmanager
def serving(folder: Path, site_url: str) -> Iterator[SiteServer]:
    site = Site(folder, SEEDS, {"FEEDS_SITE_URL": site_url})
    site.collect()
    with site.serving() as server:
        yield server


@pytest.fixture
def proxy(server: SiteServer, program: Callable[[str], str], tmp_path: Path) -> Iterator[str]:
    with proxying(program("nginx"), tmp_path, server) as proxy:
        yield proxy


@contextmanager
def proxying(nginx: str, folder: Path, server: SiteServer, *, location: str = "") -> Iterator[str]:
    """Run nginx with the guide's configuration, or with another location, on free ports, and yield its URL."""
    port = find_free_port()
    changes = {
        "127.0.0.1:8000": f"127.0.0.1:{server.url.rpartition(':')[2]}",
        "listen 80;": f"listen 127.0.0.1:{port};",
    }
    example = replace(BLOCKS[0], changes)
    if location:
        example = re.sub(r"(?ms)^ *location / \{.*?\}", lambda _: location, example)
    (folder / "feeds.conf").write_text(example)
    configuration = folder / "nginx.conf"
    configuration.write_text(("user root;" if os.geteuid() == 0 else "") + MAIN.format(folder=folder))
    with (folder / "nginx.log").open("wb") as log:
        process = subprocess.Popen(make_command(nginx, folder, configuration), stdout=log, stderr=log)
        with stopping(process):
            wait_for_answer(f"http://127.0.0.1:{port}{'/news' if location else ''}/healthz", process)
            yield f"http://127.0.0.1:{port}"


def replace(text: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize("encoding", ["", "gzip", "br"])
def test_answers_are_those_of_the_server(server: SiteServer, proxy: str, encoding: str) -> None:
    headers = {"Accept-Encoding": encoding}
    ours, theirs = fetch(f"{server.url}/topics/ai.atom", headers), fetch(f"{proxy}/topics/ai.atom", headers)
    assert (theirs.status, theirs.body, pick(theirs)) == (200, ours.body, pick(ours))
    again = fetch(f"{proxy}/topics/ai.atom", {**headers, "If-None-Match": ours.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


def pick(response: Response) -> dict[str, str]:
    return {name: response.headers[name] for name in SAME if name in response.headers}


def test_a_restart_loses_no_request(server: SiteServer, proxy: str) -> None:
    port = int(proxy.rpartition(":")[2])
    before = list_children(server.pid)
    restarting = Timer(0.5, os.kill, (server.pid, signal.SIGHUP))
    restarting.start()
    log = asyncio.run(run_clients(port, "/topics/ai.atom", clients=8, seconds=4))
    restarting.join()
    assert set(before) != set(list_children(server.pid))
    assert log.errors == []


def test_slow_clients_of_the_proxy_block_nobody(proxy: str) -> None:
    address = ("127.0.0.1", int(proxy.rpartition(":")[2]))
    with ExitStack() as stack:
        for data in (b"", b"GET / HTTP/1.1\r\n", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\na") * 30:
            stack.enter_context(socket.create_connection(address)).sendall(data)
        assert fetch(f"{proxy}/topics/ai.atom").status == 200


def test_redirects_point_to_the_site(proxy: str) -> None:
    moved = fetch(f"{proxy}/topics/AI.atom")
    assert moved.status in {301, 308}
    assert moved.headers["location"] in {"/topics/ai.atom", f"{SITE_URL}/topics/ai.atom"}


def test_a_site_below_a_path(program: Callable[[str], str], tmp_path: Path) -> None:
    site_url = "https://example.org/news"
    with serving(tmp_path, site_url) as server, proxying(program("nginx"), tmp_path, server, location=BLOCKS[1]) as url:
        assert fetch(f"{url}/news/topics/AI.atom").headers["location"] == "/news/topics/ai.atom"
        for path in ("/news/", "/news/topics/ai", "/news/topics/ai.atom"):
            page = fetch(f"{url}{path}")
            found = Page(page.headers["content-type"].partition(";")[0], page.body)
            links = set(find_links(f"https://example.org{path}", found, site_url=site_url))
            assert links
            for link in links:
                assert fetch(f"{url}{link.removeprefix('https://example.org')}").status in {200, 301}, link
