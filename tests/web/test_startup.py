"""The server's collect reports its progress and its end."""

import os
import signal
from pathlib import Path

import pytest

from feeds.settings import HOURLY, WATCH
from feeds.web.startup import CollectProcess, CollectProgress, FirstCollect
from tests.support.articles import write_article
from tests.support.paths import ROOT
from tests.support.processes import list_children
from tests.support.site import Site
from tests.support.waiting import wait_until


def test_the_progress_is_read_as_written() -> None:
    first_collect = FirstCollect()
    assert first_collect.read() is None
    for progress in (CollectProgress(), CollectProgress(1, 2), CollectProgress(10**12, 10**12), None):
        first_collect.update(progress)
        assert first_collect.read() == progress


@pytest.mark.program
@pytest.mark.parametrize("is_valid", [True, False], ids=["success", "failure"])
def test_a_collect_reports_its_progress_and_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_valid: bool
) -> None:
    for number in range(3):
        write_article(tmp_path / "content", f"story-{number}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("FEEDS_CONTENT", "content" if is_valid else "nowhere")
    steps: list[CollectProgress] = []
    ends: list[str] = []
    process = CollectProcess(
        on_progress=steps.append, on_success=lambda: ends.append("success"), on_failure=lambda: ends.append("failure")
    )
    process.join()
    assert ends == ["success" if is_valid else "failure"]
    assert steps == ([CollectProgress(3, 3)] if is_valid else [])


@pytest.mark.program
def test_a_watching_process_that_ends_is_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_article(tmp_path / "content", "story")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("FEEDS_CONTENT", "content")
    monkeypatch.setattr("feeds.web.startup.RESTART_SECONDS", 0)
    ends: list[str] = []
    process = CollectProcess(
        mode=WATCH,
        on_progress=lambda _progress: None,
        on_success=lambda: ends.append("success"),
        on_failure=lambda: ends.append("failure"),
        on_restart=lambda: ends.append("restart"),
    )
    wait_until(lambda: ends == ["success"])
    (collect,) = [child for child in list_children(os.getpid()) if is_watch(child)]
    os.kill(collect, signal.SIGKILL)
    wait_until(lambda: ends == ["success", "restart", "success"])
    process.stop()
    process.join()
    assert ends == ["success", "restart", "success"]


@pytest.mark.program
def test_a_server_that_does_not_watch_collects_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_article(tmp_path / "content", "story")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("FEEDS_CONTENT", "content")
    monkeypatch.setattr("feeds.web.startup.COLLECT_SECONDS", 0)
    site = Site(tmp_path, tmp_path / "content")
    ends: list[str] = []
    process = CollectProcess(
        mode=HOURLY,
        on_progress=lambda _progress: None,
        on_success=lambda: ends.append("success"),
        on_failure=lambda: ends.append("failure"),
    )
    wait_until(lambda: ends == ["success"])
    write_article(tmp_path / "content", "other-story")
    wait_until(lambda: len(site.read_entries()) == 2)
    assert ends == ["success"]
    (tmp_path / "content").rename(tmp_path / "moved")
    wait_until(lambda: "failure" in ends)
    process.stop()
    process.join()
    assert set(ends[1:]) == {"failure"}


def is_watch(pid: int) -> bool:
    return b"--watch" in Path(f"/proc/{pid}/cmdline").read_bytes()
