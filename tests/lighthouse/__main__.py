"""Score pages by Lighthouse (https://github.com/GoogleChrome/lighthouse): `python -m tests.lighthouse`."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import click
import msgspec

from tests.browser.harbour_news import draw_picture, write_news
from tests.conftest import find_program
from tests.support.site import Site

PROGRAM = ("npx", "--yes", "lighthouse@12.8.2")  # the last major version for Node.js 20
CATEGORIES = ("accessibility", "best-practices", "seo")
INDEXED = (
    "/",
    "/latest",
    "/topics",
    "/topics/harbour",
    "/topics/markets/archive/1",
    "/topics/harbour/weekly",
    "/providers",
    "/providers/gazette.example",
)
NOT_INDEXED = ("/latest?q=boats", "/compose")
"""Search engines are kept from these pages on purpose, so they get no score for SEO."""

_CHROME_FLAGS = "--headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update"


class Score(msgspec.Struct, frozen=True):
    """The scores of a page from 0 to 100 by category, and the titles of the audits that failed."""

    path: str
    scores: Mapping[str, int]
    failures: Sequence[str]


@click.command()
def main() -> None:
    """Print a table of the pages' scores; exit with 1 if a score is below 100."""
    if not shutil.which(PROGRAM[0]):
        raise click.ClickException("npx is missing; install Node.js 20 or newer.")
    click.echo(f"| page | {' | '.join(CATEGORIES)} |\n|---|{'--:|' * len(CATEGORIES)}")
    is_perfect = True
    with tempfile.TemporaryDirectory() as folder, _serving_pictures() as pictures:
        site = Site(Path(folder), Path(folder) / "content", {"FEEDS_SITE_TITLE": "Harbour News"})
        write_news(site.content, pictures=pictures)
        site.collect()
        with site.serving() as server:
            for path in (*INDEXED, *NOT_INDEXED):
                score = _score(server.url, path)
                click.echo(f"| {path} | {' | '.join(str(score.scores.get(name, '')) for name in CATEGORIES)} |")
                for failure in score.failures:
                    click.echo(f"  {path}: {failure}", err=True)
                is_perfect &= set(score.scores.values()) == {100}
    sys.exit(not is_perfect)


def _score(url: str, path: str) -> Score:
    categories = CATEGORIES[:-1] if path in NOT_INDEXED else CATEGORIES
    flags = (f"--only-categories={','.join(categories)}", f"--chrome-flags={_CHROME_FLAGS}")
    command = [*PROGRAM, url + path, "--quiet", "--output=json", *flags]
    environ = {**os.environ, "CHROME_PATH": find_program("chromium") or ""}
    run = subprocess.run(command, capture_output=True, check=True, timeout=300, env=environ)
    report: dict[str, Any] = json.loads(run.stdout)
    scores = {name: round(100 * (found["score"] or 0)) for name, found in report["categories"].items()}
    wrong = [audit for audit in report["audits"].values() if audit["score"] not in (None, 1)]
    return Score(path, scores, [f"{audit['title']} {audit.get('details', {}).get('items', '')}" for audit in wrong])


@contextmanager
def _serving_pictures() -> Iterator[str]:
    """Serve drawn pictures for every path, and return the address: without the internet, other pictures are missing."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pictures)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


class _Pictures(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = draw_picture(self.path).encode()
        self.send_response(200)
        self.send_header("Content-Type", "image/svg+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None: ...


if __name__ == "__main__":
    main()
