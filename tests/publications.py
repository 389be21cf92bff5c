"""Collect articles into a catalog, and serve it, as the tests of what stands above the catalog need it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from flask.testing import FlaskClient

from feeds.catalog.catalog import Catalog
from feeds.collector import Collector
from feeds.model.clock import Clock
from feeds.settings import Settings
from feeds.web import create_app

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CLOCK = Clock(now=lambda: NOW, sleep=lambda _seconds: None)
SITE_URL = "https://news.example"
STARTS_WITHIN_SECONDS = 30


def make_settings(**environ: str) -> Settings:
    """Make settings of a site that has an address of its own."""
    return Settings.from_environ({"FEEDS_SITE_URL": SITE_URL, "FEEDS_SITE_TITLE": "Harbour News", **environ})


@contextmanager
def collected(content: Path, database: Path) -> Iterator[Catalog]:
    """Give the catalog of the articles in a folder."""
    catalog = Catalog(f"sqlite:///{database}")
    Collector(catalog, [content], clock=CLOCK).collect()
    try:
        yield catalog
    finally:
        catalog.close()


def make_client(catalog: Catalog, **environ: str) -> FlaskClient:
    """Make a client of the app."""
    return create_app(make_settings(**environ), catalog, clock=CLOCK).test_client()


def write_article(folder: Path, name: str, **fields: str) -> None:
    """Write an article; fields are YAML as it stands, and those that every article has may be left out."""
    matter = {
        "title": f"Title of {name}",
        "webUrl": f"https://gazette.example/{name}",
        "publishedDateTime": "2024-05-06T07:08:09Z",
        "topics": "[Tides]",
        "provider": "{name: The Gazette, domain: gazette.example}",
    } | fields
    lines = [f"{field}: {value}" for field, value in matter.items()]
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.md").write_text("\n".join(["---", *lines, "---", ""]))


def find_free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(folder: Path, **environ: str) -> Iterator[str]:
    """Run gunicorn in a folder as the Procfile does, and give its address; its output goes to `server.log` there."""
    port = find_free_port()
    settings = {"PORT": str(port), "PYTHONPATH": str(ROOT), "FEEDS_CONTENT": str(SEEDS), **environ}
    command = [sys.executable, "-m", "gunicorn", "--config", "python:feeds.gunicorn_conf", "feeds.wsgi:app"]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, env=os.environ | settings, stdout=log, stderr=log)
        try:
            wait_for(f"http://127.0.0.1:{port}/healthz", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=STARTS_WITHIN_SECONDS)


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers."""
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server has ended"
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 it is our own server's
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    raise AssertionError(f"{url} did not answer")
