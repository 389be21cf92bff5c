"""Logs of servers, proxies and CDNs are read, and unreadable lines are counted."""

import gzip
from functools import partial
from pathlib import Path

import pytest

from feeds.model.errors import FeedsError
from feeds.site.feed_names import name_feed
from feeds.statistics.log_files import LoggedRequest, LogReader
from feeds.statistics.tally import FeedRequest
from feeds.web.access_log import format_line
from feeds.web.request_log import AnsweredRequest

COMBINED = '203.0.113.5 - - [26/Nov/2026:09:00:00 +0100] "GET {url} HTTP/1.1" {status} 512 "-" "{agent}"'
TIME = 1_795_680_000.0  # 2026-11-26T08:00:00Z
FEED = "/topics/sea.atom"
FEEDBIN = "Feedbin feed-id:7 - 12 subscribers"


def read(path: Path, reader: LogReader | None = None) -> list[LoggedRequest]:
    return list((reader or LogReader(name_feed)).read(path))


def write(folder: Path, *lines: str) -> Path:
    path = folder / "access.log"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def line(url: str = FEED, status: int = 200, agent: str = FEEDBIN) -> str:
    return COMBINED.format(url=url, status=status, agent=agent)


def test_the_combined_format(tmp_path: Path) -> None:
    (found,) = read(write(tmp_path, line(status=304)))
    assert found == LoggedRequest(FeedRequest(FEED, FEED, 304, FEEDBIN), TIME)


@pytest.mark.parametrize("form", ['{} "198.51.100.7"', '{} "-"', "news.example:443 {}"])
def test_formats_with_one_more_field(tmp_path: Path, form: str) -> None:
    lines = [line(), form.format(line(status=304)), line(), form.format(line(status=304))]
    assert [each.request.status for each in read(write(tmp_path, *lines))] == [200, 304, 200, 304]


@pytest.mark.parametrize(
    "json",
    [
        (
            '{"time": "2026-11-26T08:00:00Z", "method": "GET", "path": "/topics/sea.atom", "query": "limit=5",'
            ' "status": 200, "user_agent": "X/1"}'
        ),
        (
            '{"time_iso8601": "2026-11-26T09:00:00+01:00", "request_method": "GET", "status": "200",'
            ' "request_uri": "/topics/sea.atom?limit=5", "http_user_agent": "X/1"}'
        ),
        (
            '{"EdgeStartTimestamp": 1795680000000000000, "ClientRequestMethod": "GET", "EdgeResponseStatus": 200,'
            ' "ClientRequestURI": "/topics/sea.atom?limit=5", "ClientRequestUserAgent": "X/1"}'
        ),
        (
            '{"timestamp": 1795680000, "method": "GET", "status": 200, "user_agent": "X/1",'
            ' "url": "https://news.example/topics/sea.atom?limit=5"}'
        ),
    ],
)
def test_json_lines(tmp_path: Path, json: str) -> None:
    (found,) = read(write(tmp_path, json))
    reference = "/topics/sea.atom?limit=5"
    assert found == LoggedRequest(FeedRequest(reference, reference, 200, "X/1"), TIME)


def test_only_get_requests_for_feeds_are_read(tmp_path: Path) -> None:
    lines = [line("/"), line("/topics/sea"), line("/static/style.css"), line().replace("GET", "HEAD"), line("/x.atom")]
    reader = LogReader(name_feed)
    assert read(write(tmp_path, *lines), reader) == []
    assert (reader.lines, reader.unreadable) == (5, 0)


def test_a_site_below_a_path(tmp_path: Path) -> None:
    reader = LogReader(partial(name_feed, base_path="/news"))
    (found,) = read(write(tmp_path, line("/news/feed.xml")), reader)
    assert (found.request.feed, found.request.requested) == ("/feed.atom", "/news/feed.xml")


def test_unreadable_lines_are_counted_and_the_first_is_named(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        line(),
        "",
        "Traceback (most recent call last):",
        '{"time": "yesterday", "method": "GET", "path": "/feed.atom", "status": 200}',
        '{"time": 1795680000, "method": "GET", "path": "/feed.atom"}',
        "{broken",
        line().replace("26/Nov", "99/Nov"),
        '{"a":' + "[" * 60_000,
        '{"time": "9999-12-31T23:59:59-14:00", "method": "GET", "path": "/feed.atom", "status": 200}',
        '{"time": -1, "method": "GET", "path": "/feed.atom", "status": 200}',
        "x" * 200_000,
        line(status=304),
    )
    reader = LogReader(name_feed)
    assert [each.request.status for each in read(path, reader)] == [200, 304]
    assert (reader.lines, reader.unreadable) == (11, 9)
    assert reader.first_unreadable == f"line 3 of {path}"


def test_a_request_that_is_no_http_is_no_request_for_a_feed(tmp_path: Path) -> None:
    handshake = line().replace("GET /topics/sea.atom HTTP/1.1", r"\x16\x03\x01\x02")
    reader = LogReader(name_feed)
    assert read(write(tmp_path, handshake, line().replace('"GET /topics/sea.atom HTTP/1.1"', '"-"')), reader) == []
    assert reader.unreadable == 0


@pytest.mark.parametrize("agent", ["Läser/1.0", r"L\xC3\xA4ser/1.0"])
def test_a_user_agent_beyond_ascii_is_the_same_raw_and_escaped(tmp_path: Path, agent: str) -> None:
    (found,) = read(write(tmp_path, line(agent=agent)))
    assert found.request.user_agent == "Läser/1.0".encode().decode("latin-1")  # as WSGI passes it to the server


def test_escapes_of_apache(tmp_path: Path) -> None:
    (found,) = read(write(tmp_path, line(agent=r"a\"b\\c\td")))
    assert found.request.user_agent == 'a"b\\c\td'


def test_hostile_lines_take_no_longer(tmp_path: Path) -> None:
    """A pattern that tries several ways to match a line would not end before the universe does."""
    start = line().partition("GET")[0]
    lines = [start + r"\x41" * 16_000, "a " * 32_000, start * 1_200, f"{line()} {' ' * 60_000}x", "a - - [" * 9_000]
    reader = LogReader(name_feed)
    assert read(write(tmp_path, *lines), reader) == []
    assert reader.unreadable == len(lines)


def test_a_gzipped_log(tmp_path: Path) -> None:
    path = tmp_path / "access.log.2.gz"
    path.write_bytes(gzip.compress(f"{line()}\n".encode()))
    assert len(read(path)) == 1


def test_a_log_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(FeedsError, match=r"^Cannot read .*/none\.log: No such file or directory\.$"):
        read(tmp_path / "none.log")
    cut = tmp_path / "cut.gz"
    cut.write_bytes(gzip.compress(f"{line()}\n".encode() * 1_000)[:-20])
    with pytest.raises(FeedsError, match=r"^Cannot read .*/cut\.gz: "):
        read(cut)


def test_the_access_log_of_this_program(tmp_path: Path) -> None:
    request = AnsweredRequest(
        ("/topics/鷗.atom", "q=low+tide"), 304, 0, "GET", FEEDBIN, is_conditional=True, address="", seconds=None, time=9
    )
    path = tmp_path / "access.log"
    path.write_bytes(format_line(request) + format_line(request._replace(key=("/feed.atom", ""), is_conditional=False)))
    reader = LogReader(name_feed)
    reference = "/topics/%E9%B7%97.atom?q=low+tide"
    assert read(path, reader) == [
        LoggedRequest(FeedRequest(reference, reference, 304, FEEDBIN, is_conditional=True), 9.0),
        LoggedRequest(FeedRequest("/feed.atom", "/feed.atom", 304, FEEDBIN, is_conditional=False), 9.0),
    ]
    assert reader.knows_conditions
    list(reader.read(write(tmp_path, line())))
    assert not reader.knows_conditions
