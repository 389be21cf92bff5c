"""A line of the access log is one JSON object, whatever the request contains."""

import json
import os
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.web.access_log import AccessLog, format_line, shorten_address
from feeds.web.request_log import AnsweredRequest

REQUEST = AnsweredRequest(
    ("/topics/ai.atom", "limit=2"),
    200,
    1_075,
    "GET",
    "Reader/1.0",
    is_conditional=False,
    address="192.0.2.77",
    seconds=0.123456,
    time=1_609_459_200,
)


def test_a_line_has_named_values() -> None:
    assert json.loads(format_line(REQUEST)) == {
        "time": "2021-01-01T00:00:00Z",
        "method": "GET",
        "path": "/topics/ai.atom",
        "query": "limit=2",
        "kind": "composed",
        "status": 200,
        "bytes": 1_075,
        "seconds": 0.1235,
        "user_agent": "Reader/1.0",
        "conditional": False,
        "network": "192.0.2.0/24",
    }


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("fe80::1%eth0", "fe80::/48"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_addresses_are_shortened(address: str, network: str) -> None:
    assert shorten_address(address) == network


@given(path=st.text(), query=st.text(), user_agent=st.text())
def test_a_line_is_printable_ascii_and_says_what_was_asked(path: str, query: str, user_agent: str) -> None:
    line = format_line(REQUEST._replace(key=(path, query), user_agent=user_agent))
    assert set(line[:-1].decode("ascii")) <= set(string.printable) - set("\t\n\r\v\f")
    assert line.endswith(b"\n")
    found = json.loads(line)
    assert (found["path"], found["query"], found["user_agent"]) == (path, query, user_agent)


@pytest.mark.parametrize("character", ["x", "\x7f", "\u202e", "\U0001f600", "\udcff"])
def test_a_line_fits_into_a_pipe_at_once(character: str) -> None:
    long = character * 5_000
    line = format_line(REQUEST._replace(key=(long, long), user_agent=long, method=character * 20))
    assert len(line) <= 4_096
    assert json.loads(line)["path"].endswith("…")
    assert character in json.loads(line)["path"]


def test_equal_requests_get_a_line_each(tmp_path: Path) -> None:
    file = os.open(tmp_path / "log", os.O_CREAT | os.O_WRONLY)
    log = AccessLog(file)
    log.add({REQUEST: 300, REQUEST._replace(status=304): 2})
    log.add({})
    log.close()
    os.close(file)
    lines = (tmp_path / "log").read_text().splitlines()
    assert [json.loads(line)["status"] for line in lines] == [200] * 300 + [304] * 2
