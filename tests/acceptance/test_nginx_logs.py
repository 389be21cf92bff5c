"""`feeds stats --log` reads what nginx logs, also of hostile requests."""

import re
import subprocess
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

import pytest

from feeds.site.feed_names import name_feed
from feeds.statistics.log_files import LogReader
from tests.support.servers import find_free_port
from tests.support.site import stopping
from tests.support.user_agents import AGGREGATORS, BROWSERS, PROGRAMS
from tests.support.waiting import wait_for_answer

CONFIGURATION = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
    log_format json escape=json '{{"time_iso8601":"$time_iso8601","request_method":"$request_method",'
        '"request_uri":"$request_uri","status":$status,"http_user_agent":"$http_user_agent"}}';
    access_log {folder}/combined.log combined;
    access_log {folder}/json.log json;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{port}; location / {{ return 200 "feed"; }} }}
}}
"""
AGENTS = (*AGGREGATORS, *PROGRAMS, *BROWSERS, 'a "quoted" \\ one', "tab\there", "caf\xe9", "\x7f", "", "-")


@pytest.fixture(scope="module")
def logs(program: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Send a request from each reader through nginx, and return the logs."""
    folder = tmp_path_factory.mktemp("nginx")
    port = find_free_port()
    (folder / "nginx.conf").write_text(CONFIGURATION.format(folder=folder, port=port))
    process = subprocess.Popen([program("nginx"), "-p", folder, "-c", folder / "nginx.conf"], stderr=subprocess.DEVNULL)
    with stopping(process):
        wait_for_answer(f"http://127.0.0.1:{port}/", process)
        connection = HTTPConnection("127.0.0.1", port)
        for agent in AGENTS:
            connection.request("GET", "/topics/sea+ai.atom?q=%22low+tide%22", headers={"User-Agent": agent})
            connection.getresponse().read()
        connection.close()
    return folder / "combined.log", folder / "json.log"


@pytest.mark.parametrize("number", [0, 1], ids=["combined", "json"])
def test_each_request_is_read_with_its_user_agent(logs: tuple[Path, Path], number: int) -> None:
    reader = LogReader(name_feed)
    found = [logged.request for logged in reader.read(logs[number])]
    assert reader.unreadable == 0
    assert {request.feed for request in found} == {"/topics/ai+sea.atom?q=%22low+tide%22"}
    assert [simplify(request.user_agent) for request in found] == list(map(simplify, AGENTS))


def simplify(agent: str) -> str:
    """Leave out what logs do not tell apart: `-` stands for nothing, and the encoding of a header is unknown."""
    return re.sub("[-\xe9\ufffd]", "", agent)
