"""Faults of the machine, injected for real: full, missing and read-only disks, a wrong clock, killed processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.articles import write_article, write_titled_article
from tests.support.disks import mounted_disk
from tests.support.processes import list_children
from tests.support.site import Site

pytestmark = [pytest.mark.program, pytest.mark.slow]


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
    assert site.run("collect", "--force").returncode == 0
    assert "feeds: unchanged" in site.collect()


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
