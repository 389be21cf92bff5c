"""Real workers share their metrics, and write the access log to its last line."""

import json
import os
import signal
from base64 import b64encode
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from prometheus_client.parser import text_string_to_metric_families

from feeds.catalog.catalog import Catalog
from feeds.web.observers import make_request_log
from tests.support.app import TOKEN, collected, make_settings
from tests.support.paths import SEEDS
from tests.support.servers import serving
from tests.support.waiting import wait_until

REQUESTS = 40


class Site:
    """A running server of two workers; each request has a connection of its own."""

    def __init__(self, url: str, folder: Path) -> None:
        self.netloc = urlsplit(url).netloc
        self.folder = folder

    def get(self, target: str, **headers: str) -> tuple[int, str]:
        connection = HTTPConnection(self.netloc, timeout=20)
        try:
            connection.request("GET", target, headers=headers)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def get_private(self, target: str) -> str:
        authorization = "Basic " + b64encode(f"publisher:{TOKEN}".encode()).decode()
        status, text = self.get(target, Authorization=authorization)
        assert status == 200
        return text

    def count(self, kind: str, status: str) -> float:
        text = self.get_private("/metrics")
        samples = [sample for metric in text_string_to_metric_families(text) for sample in metric.samples]
        labels = {"kind": kind, "status": status}
        return sum(each.value for each in samples if each.name.endswith("requests_total") and each.labels == labels)

    def list_workers(self) -> list[int]:
        (server,) = (path for path in Path("/proc").glob("[0-9]*") if self._is_server(path))
        children = Path(f"{server}/task/{server.name}/children").read_text().split()
        return [int(number) for number in children if read_command(number) == read_command(server.name)]

    def _is_server(self, process: Path) -> bool:
        try:
            is_here = (process / "cwd").readlink() == self.folder
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
        except OSError:
            return False
        return is_here and int(parent) == os.getpid()


def read_command(process: str) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


@pytest.fixture(scope="module")
def log_lines(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    """Use a server, and return the lines of its access log after its end."""
    folder = tmp_path_factory.mktemp("server")
    with (
        collected(SEEDS, folder / "catalog.sqlite3"),
        serving(folder, FEEDS_TOKEN=TOKEN, FEEDS_ACCESS_LOG="yes") as url,
    ):
        check_site(Site(url, folder))
    lines = (folder / "server.log").read_text().splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def check_site(site: Site) -> None:
    for _ in range(REQUESTS):
        assert site.get("/topics/ai.atom?utm_source=secret", **{"User-Agent": "Reader/1.0"})[0] == 200
    wait_until(lambda: site.count("feed", "200") == REQUESTS)
    victim, _ = site.list_workers()
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: victim not in site.list_workers() and len(site.list_workers()) == 2)
    for _ in range(REQUESTS):
        assert site.get("/topics/ai.atom", **{"User-Agent": "Reader/2.0"})[0] == 200
    wait_until(lambda: site.count("feed", "200") == 2 * REQUESTS)
    pages = [site.get_private("/publisher") for _ in range(6)]
    (slowest,) = {page.partition("Slowest feeds")[2].partition("</section>")[0] for page in pages}  # from any worker
    assert "/topics/ai.atom</bdi>" in slowest
    assert "in all its worker processes" in slowest
    site.get("/topics/nope.atom?token=secret", **{"User-Agent": "Last/1.0"})


@pytest.mark.program
def test_all_workers_share_their_counts_and_log_every_request(log_lines: list[dict[str, object]]) -> None:
    readers = [line["user_agent"] for line in log_lines]
    assert (readers.count("Reader/1.0"), readers.count("Reader/2.0")) == (REQUESTS, REQUESTS)
    (last,) = (line for line in log_lines if line["user_agent"] == "Last/1.0")
    assert (last["path"], last["query"], last["status"]) == ("/topics/nope.atom", "", 404)
    assert {line["network"] for line in log_lines} == {"127.0.0.0/24"}


@pytest.mark.program
def test_the_log_has_nothing_that_is_secret(log_lines: list[dict[str, object]]) -> None:
    text = json.dumps(log_lines)
    assert "secret" not in text
    assert TOKEN not in text
    assert "127.0.0.1" not in text


def test_without_observers_nothing_is_logged(catalog: Catalog) -> None:
    assert make_request_log(make_settings(FEEDS_STATISTICS="no"), catalog, metrics=None) is None
