"""Varnish, configured as in the guide, keeps documents for a day and serves new bytes soon after each change."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feeds.catalog.catalog import Catalog
from feeds.notify.delivery import NotifyContext
from feeds.notify.detection import detect_changes
from feeds.settings import Settings
from feeds.site.shared_caching import list_kept
from tests.support.articles import compose_article, write_titled_article
from tests.support.hub import Hub, running_hub
from tests.support.servers import find_free_port
from tests.support.site import Site, SiteServer, fetch, stopping
from tests.support.varnish import Varnish, running_varnish
from tests.support.waiting import wait_for_answer, wait_until

pytestmark = [pytest.mark.program, pytest.mark.slow]

FEED = "/topics/robots.atom"
TIDES = "/topics/tides.atom"
STEADY = "/topics/comets.atom"
"""A feed that no test changes."""
LONG_AGO = datetime(2024, 5, 1, 12, tzinfo=UTC)


class Edge:
    """A site behind Varnish, with a watching collector; documents are requested from Varnish."""

    def __init__(self, site: Site, server: SiteServer, varnish: Varnish, hub: Hub) -> None:
        self.site = site
        self.server = server
        self.varnish = varnish
        self.hub = hub

    def write(self, name: str, title: str, *, topic: str = "Robots", published: datetime) -> None:
        text = compose_article(name, title, published=published).replace("Robots", topic)
        (self.site.content / f"{name}.md").write_text(text)

    def list_paths(self) -> list[str]:
        """List the paths that Varnish may keep for a day."""
        settings, now = Settings.from_environ(self.site.settings), datetime.now(UTC)
        catalog = Catalog(f"sqlite:///{self.site.catalog_path}")
        with catalog.reading() as reader:
            paths = [address.path for address in list_kept(reader, settings=settings, now=now)]
        catalog.close()
        return paths

    def find_stale(self) -> list[str]:
        """List the paths at which Varnish and the server differ."""
        return [path for path in self.list_paths() if self.varnish.get(path).body != self.server.get(path).body]


@pytest.fixture(scope="module")
def varnishd(program: Callable[[str], str]) -> str:
    return program("varnishd")


@pytest.fixture(scope="module")
def edge(varnishd: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    folder = tmp_path_factory.mktemp("edge")
    content = folder / "content"
    content.mkdir()
    port = find_free_port()
    with ExitStack() as stack:
        hub = stack.enter_context(running_hub())
        url = f"http://127.0.0.1:{port}"
        names = {"FEEDS_SITE_URL": url, "FEEDS_PURGE": url, "FEEDS_HUBS": hub.url, "FEEDS_LIMIT": "5"}
        site = Site(folder, content, names)
        for number in range(12):
            write_titled_article(content / f"old-{number}.md", published=LONG_AGO - timedelta(days=number + 1))
        (content / "tide.md").write_text(compose_article("tide", "Tide").replace("Robots", "Tides"))
        (content / "comet.md").write_text(compose_article("comet", "Comet").replace("Robots", "Comets"))
        site.run("collect", "--no-announce")
        scan_first(site)
        server = stack.enter_context(site.serving())
        backend = int(server.url.rpartition(":")[2])
        varnish = stack.enter_context(running_varnish(varnishd, folder, port=port, backend=backend))
        stack.enter_context(watching(site))
        yield Edge(site, server, varnish, hub)


def scan_first(site: Site) -> None:
    """Scan the catalog, and take it that the caches were purged of everything: that would take 12 seconds."""
    settings = Settings.from_environ(site.settings)
    catalog = Catalog(f"sqlite:///{site.catalog_path}")
    detect_changes(NotifyContext(catalog=catalog, settings=settings, report_error=print))
    with catalog.writing_outbox() as outbox:
        outbox.remove_other_hubs(keep=())
    catalog.close()


@contextmanager
def watching(site: Site) -> Iterator[None]:
    log = site.folder / "watch.log"
    with log.open("wb") as output:
        command = [sys.executable, "-m", "feeds", "collect", "--watch"]
        process = subprocess.Popen(command, cwd=site.folder, env=site.environ, stdout=output, stderr=output)
        with stopping(process):
            wait_until(lambda: "version" in log.read_text())
            time.sleep(1)
            yield
    assert "Error" not in log.read_text(), log.read_text()


def list_purges(edge: Edge) -> set[tuple[str, int]]:
    """List all pending purges: the path, and the time of the change."""
    catalog = Catalog(f"sqlite:///{edge.site.catalog_path}")
    with catalog.reading() as reader:
        pending = reader.outbox.list_due(edge.varnish.url, until=datetime.now(UTC) + timedelta(days=1))
    catalog.close()
    return {(purge.path, purge.since) for purge in pending}


def test_documents_are_kept_for_a_day_and_readers_do_not_learn_of_it(edge: Edge) -> None:
    ours = edge.server.get(STEADY)
    edge.varnish.get(STEADY)
    theirs = edge.varnish.get(STEADY)
    assert ours.headers["surrogate-control"] == ours.headers["cdn-cache-control"] == "max-age=86400"
    assert (ours.headers["surrogate-key"], ours.headers["cache-tag"]) == ("topics/comets", "topics/comets")
    hidden = {"surrogate-control", "cdn-cache-control", "surrogate-key", "cache-tag", "age"}
    assert hidden.isdisjoint(theirs.headers)
    same = ("etag", "last-modified", "cache-control", "content-type", "vary", "link")
    assert [theirs.headers[name] for name in same] == [ours.headers[name] for name in same]
    assert theirs.headers["cache-control"] == "public, max-age=900"
    assert edge.varnish.has(STEADY)


@pytest.mark.parametrize("encoding", ["", "gzip", "br", "gzip, br;q=0", "gzip;q=0"])
def test_each_coding_is_that_of_the_server(edge: Edge, encoding: str) -> None:
    headers = {"Accept-Encoding": encoding}
    for path in (STEADY, "/topics/comets"):
        ours = fetch(edge.server.url + path, headers)
        for _ in range(2):
            theirs = edge.varnish.get(path, headers)
            assert (theirs.body, theirs.headers["etag"]) == (ours.body, ours.headers["etag"])
        again = edge.varnish.get(path, {**headers, "If-None-Match": ours.headers["etag"]})
        assert (again.status, again.body) == (304, b"")


def test_a_change_replaces_exactly_what_has_changed_before_hubs_are_told(edge: Edge) -> None:
    for path in edge.list_paths():
        edge.varnish.get(path)
    before = edge.server.get(FEED)
    edge.hub.forms.clear()
    seen: list[bytes] = []

    def fetch_notified() -> None:
        if edge.hub.paths[-1] == FEED:
            seen.append(edge.varnish.get(FEED).body)

    edge.hub.on_request = fetch_notified
    edge.write("old-1", "Retitled", published=LONG_AGO - timedelta(days=2))
    wait_until(lambda: edge.varnish.get(FEED).body != before.body)
    wait_until(lambda: FEED in edge.hub.paths)
    edge.hub.on_request = lambda: None
    assert all(b"Retitled" in body for body in seen)
    assert edge.varnish.has(STEADY)
    assert edge.varnish.has("/topics/comets/daily.atom")
    wait_until(lambda: not edge.find_stale())


def test_an_archived_story_is_corrected_in_the_archive(edge: Edge) -> None:
    end = next(path for path in edge.list_paths() if path.startswith("/topics/robots/archive/1-"))
    before = edge.varnish.get(end)
    edge.varnish.get(STEADY)
    assert (before.status, edge.varnish.has(end), edge.varnish.has(STEADY)) == (200, True, True)
    edge.write("old-10", "Corrected", published=LONG_AGO - timedelta(days=11))
    wait_until(lambda: b"Corrected" in edge.varnish.get(end).body)
    assert edge.varnish.has(STEADY)


def test_a_silent_rewrite_purges_nothing(edge: Edge) -> None:
    paths = [path for path in edge.list_paths() if path.startswith("/topics/comets")]
    for path in paths:
        edge.varnish.get(path)
    before = list_purges(edge)
    article = edge.site.content / "comet.md"
    article.write_text(article.read_text().replace("topics:", "secured: bm90aGluZw\nheat: 3\ntopics:"))
    time.sleep(4)
    assert list_purges(edge) <= before
    assert [path for path in paths if not edge.varnish.has(path)] == []


def test_a_release_shows_without_a_collect(edge: Edge) -> None:
    edge.varnish.get(TIDES)
    released = datetime.now(UTC) + timedelta(seconds=4)
    edge.write("future", "Released", topic="Tides", published=released.replace(microsecond=0))
    time.sleep(1)
    assert b"Released" not in edge.varnish.get(TIDES).body
    wait_until(lambda: b"Released" in edge.varnish.get(TIDES).body)
    assert datetime.now(UTC) > released.replace(microsecond=0)


@pytest.mark.parametrize("target", ["/topics/robots+!tides.atom", f"{FEED}?utm_source=x", "/feed.xml", "/nope"])
def test_everything_else_keeps_its_lifetime(edge: Edge, target: str) -> None:
    for answer in (edge.server.get(target), edge.varnish.get(target)):
        assert {"surrogate-control", "cdn-cache-control"}.isdisjoint(answer.headers)


def test_only_collectors_may_purge(edge: Edge) -> None:
    edge.varnish.get(STEADY)
    assert edge.varnish.purge(STEADY, source="127.0.0.2") == 403
    assert edge.varnish.has(STEADY)
    assert edge.varnish.purge(STEADY) == 200
    assert not edge.varnish.has(STEADY)


def test_a_password_is_passed_on(edge: Edge) -> None:
    edge.varnish.get(STEADY)
    answer = edge.varnish.get(STEADY, {"Authorization": "Basic eDp5"})
    assert len(answer.headers["x-varnish"].split()) == 1


def test_the_second_purge_replaces_what_a_slow_process_has_served(varnishd: str, tmp_path: Path) -> None:
    """Between the two purges, a process that has not seen the change fills the cache with the old version."""
    port, backend = find_free_port(), find_free_port()
    url = f"http://127.0.0.1:{port}"
    content = tmp_path / "content"
    content.mkdir()
    write_titled_article(content / "a.md", "Old")
    site = Site(tmp_path, content, {"FEEDS_SITE_URL": url, "FEEDS_PURGE": url})
    site.run("collect", "--no-announce")
    command = [sys.executable, "-m", "tests.support.held_server", str(backend)]
    with ExitStack() as stack:
        log = stack.enter_context((tmp_path / "held.log").open("wb"))
        held = subprocess.Popen(command, cwd=tmp_path, env=site.environ, stderr=log)
        stack.enter_context(stopping(held))
        wait_for_answer(f"http://127.0.0.1:{backend}/healthz", held)
        varnish = stack.enter_context(running_varnish(varnishd, tmp_path, port=port, backend=backend))
        assert b"Old" in varnish.get(FEED).body
        write_titled_article(content / "a.md", "New")
        collect = subprocess.Popen([sys.executable, "-m", "feeds", "collect"], cwd=tmp_path, env=site.environ)
        with stopping(collect):
            wait_until(lambda: not varnish.has(FEED))  # after the first purge
            assert b"Old" in varnish.get(FEED).body
            assert varnish.has(FEED)
            held.send_signal(signal.SIGUSR1)
            assert collect.wait(timeout=60) == 0
        assert b"New" in varnish.get(FEED).body
