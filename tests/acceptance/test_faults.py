"""Faults of the machine, injected for real: full, missing and read-only disks, a wrong clock, killed processes."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from tests.support.articles import write_article, write_titled_article
from tests.support.disks import mounted_disk
from tests.support.processes import list_children
from tests.support.site import Site, fetch

pytestmark = [pytest.mark.program, pytest.mark.slow, pytest.mark.thorough]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    content = tmp_path / "content"
    content.mkdir()
    for name in "abc":
        write_titled_article(content / f"{name}.md")
    (tmp_path / "machine").mkdir()
    return Site(tmp_path / "machine", content, {"FEEDS_SITE_URL": "https://news.example"})


def test_a_full_disk_keeps_the_old_catalog_until_there_is_space(site: Site) -> None:
    with mounted_disk(site.folder / "disk", megabytes=1) as disk:
        full = site.with_settings(DATABASE_URL=f"sqlite:///{disk.folder}/catalog.sqlite3")
        full.collect()
        before = full.show("/topics/robots.atom")
        for number in range(60):
            write_article(site.content, f"long-{number}", body="word " * 10_000)
        failed = full.run("collect")
        assert failed.returncode == 1
        assert b"database or disk is full" in failed.stderr
        assert b"Traceback" not in failed.stderr
        assert full.show("/topics/robots.atom") == before
        disk.resize(40)
        assert "60 read" in full.collect()


def test_a_full_disk_keeps_the_exported_files_until_there_is_space(site: Site) -> None:
    site.collect()
    with mounted_disk(site.folder / "disk", megabytes=1) as disk:
        exported = disk.folder / "public"
        assert site.run("export", str(exported)).returncode == 0
        before = (exported / "topics/robots.atom").read_bytes()
        for number in range(60):
            write_article(site.content, f"long-{number}", body=f"word {number} " * 5_000)
        site.collect()
        failed = site.run("export", str(exported))
        assert failed.returncode == 1
        assert b"cannot be written (No space left on device)" in failed.stderr
        assert (exported / "topics/robots.atom").read_bytes() == before
        assert not list(exported.rglob("*.tmp"))
        disk.resize(60)
        assert site.run("export", str(exported)).returncode == 0


def test_an_unmounted_content_folder_withdraws_nothing(site: Site) -> None:
    with mounted_disk(site.content, megabytes=1):
        for name in "abc":
            write_titled_article(site.content / f"{name}.md", f"Mounted {name}")
        site.collect()
    for name in "abc":
        (site.content / f"{name}.md").unlink()
    refused = site.run("collect")
    assert refused.returncode == 1
    assert b"This would remove 3 of 3 articles, so nothing was changed. Is the folder mounted?" in refused.stderr
    assert site.show("/topics/robots.atom").count(b">Mounted ") == 3


def test_a_clock_that_was_years_ahead_is_named_and_repaired_by_force(site: Site, program: Callable[[str], str]) -> None:
    command = [program("faketime"), "2045-01-01 10:00:00", sys.executable, "-m", "feeds", "collect"]
    subprocess.run(command, cwd=site.folder, env=site.environ, capture_output=True, check=True)
    refused = site.run("collect")
    assert refused.returncode == 1
    assert b"The catalog was last written at 2045-01-01T10:00:0" in refused.stderr
    with site.serving() as server:
        feed = server.get("/topics/robots.atom")
        assert feed.status == 200
        assert "2045" not in feed.headers["last-modified"]
        write_titled_article(site.content / "d.md")
        assert site.run("collect", "--force").returncode == 0
        # With the dates of the entries, both workers would answer 304 for ever.
        since = {"If-Modified-Since": feed.headers["last-modified"]}
        server.wait_until(lambda: b">d</title>" in fetch(f"{server.url}/topics/robots.atom", since).body)
    assert "feeds: unchanged" in site.collect()


def test_a_server_whose_clock_is_ahead_shows_entries_too_early_until_the_clock_is_right(
    site: Site, program: Callable[[str], str]
) -> None:
    write_titled_article(site.content / "d.md", "Released soon", published=datetime.now(UTC) + timedelta(minutes=30))
    site.collect()
    ahead = site.with_settings(LD_PRELOAD=find_clock_library(program("faketime")), FAKETIME="+1h", WEB_CONCURRENCY="1")
    for server_site, is_early in ((ahead, True), (site, False)):
        with server_site.serving() as server:
            feed = server.get("/feed.atom")
            assert (b"Released soon" in feed.body) == is_early
            assert b">a</title>" in feed.body
            assert parsedate_to_datetime(feed.headers["last-modified"]) <= parsedate_to_datetime(feed.headers["date"])


def find_clock_library(faketime: str) -> str:
    """Return the library that faketime loads into other programs."""
    printed = subprocess.run([faketime, "-f", "+0", "env"], capture_output=True, text=True, check=True).stdout
    return next(line for line in printed.splitlines() if line.startswith("LD_PRELOAD=")).partition("=")[2]


def test_a_killed_export_leaves_whole_files_and_the_next_completes_it(site: Site) -> None:
    for number in range(20):
        write_article(site.content, f"story-{number}", topics=f"[Topic {number}]")
    site.collect()
    exported = site.folder / "public"
    moments = random.Random(3)  # noqa: S311 no secret
    for _ in range(2):
        process = subprocess.Popen(
            [sys.executable, "-m", "feeds", "export", str(exported)], cwd=site.folder, env=site.environ
        )
        deadline = time.monotonic() + 30
        while process.poll() is None and not exported.exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        time.sleep(moments.uniform(0, 0.3))
        process.kill()
        process.wait()
    cut_short = {path: path.read_bytes() for path in exported.rglob("*.atom")}
    completed = site.run("export", str(exported), "--force")
    assert completed.returncode == 0, completed.stderr
    assert {path: path.read_bytes() for path in cut_short} == cut_short
    assert len(list(exported.rglob("*.atom"))) > 20
    assert not list(exported.rglob("*.tmp"))


def test_a_flood_of_composed_feeds_is_cut_off_and_delays_no_other_feed(site: Site) -> None:
    site.collect()
    with site.serving() as server, ThreadPoolExecutor(40) as clients:
        plain = server.get("/topics/robots.atom")
        flood = [clients.submit(server.get, f"/feed.atom?min_quality=1&limit={number}") for number in range(1, 100)]
        assert [server.get("/topics/robots.atom").body for _ in range(20)] == [plain.body] * 20
        answers = [each.result() for each in flood]
        assert Counter(answer.status for answer in answers).keys() <= {200, 503}
        assert all("retry-after" in answer.headers for answer in answers if answer.status == 503)
        server.wait_until(lambda: server.get("/feed.atom?limit=7").status == 200)


def test_a_killed_web_process_is_replaced(site: Site) -> None:
    site.collect()
    with site.with_settings(WEB_CONCURRENCY="1").serving() as server:
        before = server.get("/topics/robots.atom")
        server.wait_until(lambda: len(list_children(server.pid)) == 1)  # the collect at startup has ended
        (worker,) = list_children(server.pid)
        os.kill(worker, signal.SIGKILL)
        server.wait_until(lambda: list_children(server.pid) not in ([], [worker]))
        after = server.get("/topics/robots.atom")
        assert (after.status, after.body, after.validators) == (200, before.body, before.validators)
