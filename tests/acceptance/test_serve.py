"""`feeds serve` serves at once, collects, and prints the URL."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from feeds.catalog.catalog import Catalog
from tests.support.articles import write_titled_article
from tests.support.paths import SEEDS
from tests.support.postgresql import DatabaseServer
from tests.support.processes import list_children
from tests.support.servers import find_free_port
from tests.support.silent_network import connecting
from tests.support.site import SERVER, Site, fetch
from tests.support.terminal import starting_on_terminal
from tests.support.waiting import wait_until

pytestmark = pytest.mark.program

SERVE = ("-m", "feeds", "serve")
FEEDS = ("/feed.atom", "/topics/robots.json", "/feeds.opml", "/robots.txt", "/healthz")
PAGES = ("/", "/latest", "/topics/robots", "/compose", "/feed/archive/1", "/nope")


@pytest.mark.parametrize("folders", [(), (str(SEEDS),)], ids=["by setting", "by argument"])
def test_serve_collects_serves_and_prints_the_url(tmp_path: Path, folders: tuple[str, ...]) -> None:
    site = Site(tmp_path, tmp_path / "nowhere" if folders else SEEDS)
    with site.serving((*SERVE, *folders, "--no-watch")) as server:
        response = server.get("/topics/ai.atom")
        wait_until(lambda: list_collects(server.pid) == [])
    assert response.body.count(b"<entry>") == 3
    assert f'href="{server.url}/topics/ai.atom" rel="self"'.encode() in response.body
    printed = server.log.read_text()
    assert "3 added" in printed
    assert f"Serving Topic Feeds at {server.url}/" in printed.splitlines()
    assert "its feed" not in printed  # a log gets a single line
    assert "Watching" not in printed


def test_before_the_first_collect_has_ended_everything_is_503(database_url: str, tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.mkdir()
    write_titled_article(content / "story.md")
    site = Site(tmp_path, content, {"DATABASE_URL": database_url})
    with closing(Catalog(database_url)) as other, ExitStack() as holding:
        holding.enter_context(other.writing())  # the server's collect waits for this one
        with site.serving(SERVE, until_healthy=False) as server:
            for path in FEEDS:
                answer = server.get(path)
                assert (answer.status, answer.headers["cache-control"]) == (503, "no-store"), path
                assert answer.headers["retry-after"] == "5"
                assert answer.body == b"The feeds will be ready soon: looking for articles.\n"
            for path in PAGES:
                answer = server.get(path)
                assert (answer.status, answer.headers["retry-after"]) == (503, "5"), path
                assert b"<p>The feeds will be ready soon: looking for articles.</p>" in answer.body
            assert server.get("/static/style.css").status == 200
            holding.close()
            server.wait_until(lambda: server.get("/healthz").status == 200)
            assert b"<entry>" in server.get("/feed.atom").body


def test_an_existing_catalog_is_served_during_the_collect(database_url: str, tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.mkdir()
    write_titled_article(content / "story.md")
    site = Site(tmp_path, content, {"DATABASE_URL": database_url})
    site.with_settings(FEEDS_SITE_TITLE="Harbour News").collect()
    write_titled_article(content / "story.md", "changed")
    with closing(Catalog(database_url)) as other, ExitStack() as holding:
        holding.enter_context(other.writing())
        with site.serving(SERVE) as server:
            body = server.get("/feed.atom").body
            assert b"story" in body
            assert b">Harbour News</title>" in body
            holding.close()
            server.wait_until(lambda: b"changed" in server.get("/feed.atom").body)
            write_titled_article(content / "story.md", "edited")
            server.wait_until(lambda: b"edited" in server.get("/feed.atom").body)
    assert server.log.read_text().count("FEEDS_SITE_TITLE is not set; keeping Harbour News of the last collect.") == 1
    with site.serving() as server:  # as the web process of the Procfile
        assert b">Harbour News</title>" in server.get("/feed.atom").body


def test_edits_are_published_until_ctrl_c(tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.mkdir()
    write_titled_article(content / "story.md")
    opened = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}\n')
    browser.chmod(0o755)
    port = find_free_port()
    url = f"http://127.0.0.1:{port}"
    environ = {**Site(tmp_path, content, {"BROWSER": f"{browser} %s"}).environ, "WEB_CONCURRENCY": "1"}
    options = ["--port", str(port), "--host", "localhost", "--open"]
    command = [sys.executable, *SERVE, *options, "content"]
    with starting_on_terminal(command, folder=tmp_path, environ=environ) as (process, screen):
        wait_until(lambda: opened.exists() and opened.read_text() == f"{url}/\n")
        wait_until(lambda: "1 added" in screen.text)
        assert f"Serving Topic Feeds at http://localhost:{port}/" in screen.lines
        assert "Watching content for changes. Press Ctrl+C to stop." in screen.lines
        assert fetch(f"{url}/feed.atom").status == 200
        write_titled_article(content / "story.md", "changed")
        wait_until(lambda: b"changed" in fetch(f"{url}/feed.atom").body)
        (content / "feeds.toml").write_text("title = 3\n")
        wait_until(lambda: "The settings stay as they were." in screen.text)
        assert "content/feeds.toml:1: `title` must be a text in quotes" in screen.text
        (content / "feeds.toml").write_text('title = "Harbour News"\n')
        wait_until(lambda: "feeds.toml has changed; restart to use the new settings." in screen.text)
        assert b"Topic Feeds" in fetch(f"{url}/feed.atom").body
        (collect,) = list_collects(process.pid)
        process.send_signal(signal.SIGINT)  # as Ctrl+C does
        assert process.wait(timeout=60) == 0
        wait_until(lambda: not Path(f"/proc/{collect}/cmdline").exists() or is_zombie(collect))
    assert "Traceback" not in screen.text
    assert "Aborted" not in screen.text
    assert "SIGKILL" not in screen.text


def test_a_killed_server_takes_its_collector_along(tmp_path: Path) -> None:
    environ = {**Site(tmp_path, SEEDS).environ, "PORT": str(find_free_port()), "WEB_CONCURRENCY": "1"}
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen([sys.executable, *SERVE], cwd=tmp_path, env=environ, stdout=log, stderr=log)
    with server:
        wait_until(lambda: b"added" in (tmp_path / "log").read_bytes())
        (collect,) = list_collects(server.pid)
        server.kill()
    wait_until(lambda: not Path(f"/proc/{collect}/cmdline").exists() or is_zombie(collect))


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = Site(tmp_path, SEEDS).run("serve", "--port", str(port), "--host", "127.0.0.1")
    assert ended.returncode == 2
    assert ended.stderr.decode() == (
        f"Error: Port {port} is in use by another program; stop it, or choose another port:"
        f" `feeds serve --port {port + 1}`.\n"
    )
    ended = Site(tmp_path, SEEDS).run("serve", "--host", "203.0.113.1")
    assert ended.stderr.decode() == (
        "Error: This machine has no address 203.0.113.1; change --host or FEEDS_HOST, or leave both out.\n"
    )


def test_a_server_listens_although_the_database_is_silent(postgresql: DatabaseServer, tmp_path: Path) -> None:
    database_url = postgresql.create_database()
    Site(tmp_path, SEEDS, {"DATABASE_URL": database_url}).collect()
    with connecting(database_url) as network:
        site = Site(tmp_path, SEEDS, {"DATABASE_URL": network.url, "WEB_CONCURRENCY": "1"})
        with ExitStack() as silence:
            silence.enter_context(network.delaying())
            with site.serving(SERVE, until_healthy=False) as server:
                assert server.get("/feed.atom").status == 503
                silence.close()
                server.wait_until(lambda: server.get("/feed.atom").status == 200)
    assert "does not answer" in server.log.read_text()


def run_to_its_end(site: Site, server: Sequence[str] = SERVER) -> subprocess.CompletedProcess[str]:
    """Run the server until it ends by itself."""
    command = [sys.executable, *server]
    environ = {**site.environ, "PORT": str(find_free_port())}
    return subprocess.run(
        command, cwd=site.folder, env=environ, capture_output=True, check=False, text=True, timeout=60
    )


def test_a_failed_first_collect_ends_the_server(tmp_path: Path) -> None:
    ended = run_to_its_end(Site(tmp_path, tmp_path / "nowhere"))
    assert ended.returncode == 1
    assert "nowhere" in ended.stderr
    assert ended.stderr.endswith("There is no catalog to serve.\n")


def test_a_watching_server_without_any_catalog_ends_too(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.sqlite3")) as other:
        other.execute("CREATE TABLE accounts (id)")
    ended = run_to_its_end(Site(tmp_path, SEEDS, {"DATABASE_URL": "sqlite:///other.sqlite3"}), SERVE)
    assert ended.returncode == 1
    assert "tables of another program (accounts)" in ended.stderr
    assert ended.stderr.endswith("There is no catalog to serve.\n")


def test_a_killed_first_collect_ends_the_server(tmp_path: Path) -> None:
    site = Site(tmp_path, SEEDS)
    with closing(Catalog(f"sqlite:///{site.catalog_path}")) as other, other.writing():
        port = find_free_port()
        command, environ = [sys.executable, *SERVER], {**site.environ, "PORT": str(port)}
        server = subprocess.Popen(
            command, cwd=tmp_path, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        with server:
            wait_until(lambda: list_collects(server.pid))
            os.kill(list_collects(server.pid)[0], signal.SIGKILL)
            _, errors = server.communicate(timeout=60)
    assert (server.returncode, errors) == (1, "There is no catalog to serve.\n")


def list_collects(pid: int) -> list[int]:
    return [child for child in list_children(pid) if b"collect" in Path(f"/proc/{child}/cmdline").read_bytes()]


def test_after_a_failed_collect_an_existing_catalog_is_served(tmp_path: Path) -> None:
    Site(tmp_path, SEEDS).collect()
    with Site(tmp_path, tmp_path / "nowhere").serving() as server:
        server.wait_until(lambda: "Serving the catalog as it is" in server.log.read_text())
        assert b"<entry>" in server.get("/feed.atom").body


def test_a_stopped_server_stops_its_collect(tmp_path: Path) -> None:
    site = Site(tmp_path, SEEDS)
    with closing(Catalog(f"sqlite:///{site.catalog_path}")) as other, other.writing():
        with site.serving(until_healthy=False) as server:
            (collect,) = list_collects(server.pid)
        wait_until(lambda: not Path(f"/proc/{collect}/cmdline").exists() or is_zombie(collect))
    assert "collect failed" not in server.log.read_text()


def is_zombie(pid: int) -> bool:
    return Path(f"/proc/{pid}/cmdline").read_bytes() == b""
