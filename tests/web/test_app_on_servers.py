"""The app on real servers."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.paths import ROOT
from tests.web.conftest import Server, ask

FEED = "/topics/ai.atom"


def test_a_feed_is_served_and_then_answered_with_304(server: Server) -> None:
    whole, body = ask(server, FEED)
    assert (whole.status, whole.getheader("Content-Length")) == (200, str(len(body)))
    response, nothing = ask(server, FEED, If_None_Match=f"W/{whole.getheader('ETag')}")
    assert (response.status, nothing) == (304, b"")
    for name in ("ETag", "Last-Modified", "Cache-Control", "Access-Control-Allow-Origin"):
        assert response.getheader(name) == whole.getheader(name)


def test_workers_agree(server: Server) -> None:
    assert len({ask(server, FEED)[0].getheader("ETag") for _ in range(10)}) == 1


def test_head_has_a_length_and_no_body(server: Server) -> None:
    whole, body = ask(server, FEED)
    response, nothing = ask(server, FEED, method="HEAD")
    assert (response.status, nothing) == (200, b"")
    assert response.getheader("Content-Length") == str(len(body))
    assert response.getheader("ETag") == whole.getheader("ETag")


def test_a_header_is_sent_once(server: Server) -> None:
    names = [name.lower() for name, _ in ask(server, FEED)[0].getheaders()]
    assert sorted(set(names)) == sorted(names)


def test_paths_in_any_script_are_decoded(server: Server) -> None:
    assert ask(server, "/topics/m%C3%B6wen.atom")[0].status == 404
    assert ask(server, "/topics/%FF.atom")[0].status == 404


@pytest.mark.parametrize("path", ["/feed.xml", "/feed/", "/rss.xml", "/", "/favicon.ico"])
def test_aliases_are_served(server: Server, path: str) -> None:
    assert ask(server, path)[0].status == 200


def test_the_startup_message_has_the_url_and_nothing_else(gunicorn: Server) -> None:
    ask(gunicorn, FEED)
    port = urlsplit(gunicorn.url).port
    assert f"Serving Topic Feeds at http://localhost:{port}/" in gunicorn.read_log().splitlines()
    assert FEED not in gunicorn.read_log()


def test_absolute_urls_have_the_port_of_the_server(server: Server) -> None:
    port = urlsplit(server.url).port
    assert f'href="http://localhost:{port}{FEED}" rel="self"'.encode() in ask(server, FEED)[1]


@pytest.mark.program
@pytest.mark.parametrize("module", ["feeds.wsgi", "feeds.gunicorn_conf"])
def test_a_bad_setting_ends_the_start_in_a_sentence(module: str, tmp_path: Path) -> None:
    environ = os.environ | {"FEEDS_LIMIT": "0", "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, "-c", f"import {module}"],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr == 'FEEDS_LIMIT: invalid value "0"; expected a whole number from 1 to 200.\n'
