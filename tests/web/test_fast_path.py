"""The fast path gives the same responses as the app, without calling the app."""

import gc
import shutil
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import Headers
from werkzeug.http import http_date
from werkzeug.test import EnvironBuilder, run_wsgi_app

from feeds.catalog.catalog import Catalog
from feeds.collector.collect import Collector
from feeds.web.app import create_app
from feeds.web.cached_document import CacheKey
from feeds.web.fast_path import FastPath
from tests.support.app import CLOCK, collected, make_settings
from tests.support.articles import write_article
from tests.support.environment import SOAK

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FEED = "/topics/ai.atom"
KEPT = (
    *(f"{query}{format}" for query in ("/topics/ai", "/feed") for format in (".atom", ".rss", ".json")),
    *("/", "/topics/computer-vision", "/providers/govtech.com", "/providers/masslive.com.rss", "/feeds.opml"),
)
COMPOSED = (
    *(("/topics/ai,computer-vision.atom", "limit=2"), ("/topics/ai+!computer-vision.json", "")),
    *(("/topics/ai", "min_quality=70&related=links"), ("/feed.rss", "provider=govtech.com+!masslive.com&type=article")),
    *(("/latest", "limit=3"), ("/providers/govtech.com,masslive.com.atom", "min_heat=0")),
    ("/feeds.opml", "provider=1&min_entries=1"),
)
OTHERS = (
    *("/feed.xml", "/feed/", "/rss.xml", "/topics/AI.atom", "/topics/ai/", "/TOPICS/ai", "/topics/nope.atom", "/nope"),
    *("//topics/ai", "/topics/\N{SNOWMAN}.rss", "/topics/%2e.atom", "/favicon.ico", "/healthz"),
)
CHANGED = datetime(2020, 12, 22, 16, 48, tzinfo=UTC)

methods = st.sampled_from(["GET", "GET", "GET", "HEAD", "HEAD", "POST", "OPTIONS", "DELETE", "get"])
paths = st.sampled_from(
    [*KEPT, *KEPT, *(path for path, _ in COMPOSED), *OTHERS, "/topics/computer-vision,ai.atom", "/topics/ai+nope.atom"]
)
queries = st.sampled_from(
    [
        *(
            "",
            "",
            "",
            "utm_source=x",
            "utm_source=x&limit=2",
            "limit=02",
            "limit=50",
            "limit=0",
            "limit=2&limit=2",
            "type=",
        ),
        *("%00", "type=%00", "provider=nope.example", "provider=a,,b", "provider=Govtech.com", "\xe9=\xff&limit=2"),
        *(query for _, query in COMPOSED),
    ]
)
qualities = st.sampled_from(["", ";q=0", ";q=0.5", ";q=1", ";q=x", "; q=0.001"])
codings = st.sampled_from(["gzip", "br", "identity", "*", "deflate", "GZIP", "x-gzip", ""])
accepted = st.lists(st.tuples(codings, qualities).map("".join), max_size=4).map(", ".join)
tags = st.sampled_from(
    ['"{}"', '"{}"', 'W/"{}"', '"{}-gzip"', 'W/"{}-br"', '"{}-x"', "{}", '"{}', '"x"', '""', "W/", ","]
)
matched = st.one_of(st.lists(tags, min_size=1, max_size=3).map(", ".join), st.sampled_from(["*", "", "x", '"*"']))
dates = st.one_of(
    st.integers(-2, 2).map(lambda seconds: http_date(CHANGED + timedelta(seconds=seconds))),
    st.sampled_from(["", "yesterday", "Sat, 01 Jan 2000 00:00:00 GMT", "0", "2020-12-22", "Tue, 22 Dec 2020 16:48:00"]),
)
headers = st.fixed_dictionaries(
    {},
    optional={
        "Accept-Encoding": accepted,
        "If-None-Match": matched,
        "If-Modified-Since": dates,
        "If-Match": matched,
        "If-Unmodified-Since": dates,
        "Range": st.sampled_from(["bytes=0-9", "bytes=-1", "x"]),
        "A-IM": st.just("feed"),
        "Host": st.sampled_from(["evil.example", "localhost:1", ""]),
    },
)


@dataclass(frozen=True)
class Asked:
    """A request; `{}` in its headers is replaced by the entity tag of the document at its path."""

    method: str
    path: str
    query: str
    headers: dict[str, str]

    def send(self, app: "WSGIApplication", etag: str) -> tuple[str, list[tuple[str, str]], bytes]:
        named = {name: value.replace("{}", etag) for name, value in self.headers.items()}
        return ask(app, self.path, method=self.method, query=self.query, **named)


requests = st.builds(Asked, method=methods, path=paths, query=queries, headers=headers)


@pytest.fixture(scope="module")
def hot(catalog: Catalog) -> FastPath:
    return make_hot(create_app(make_settings(), catalog, clock=CLOCK))


@pytest.fixture(scope="module")
def plain(catalog: Catalog) -> "WSGIApplication":
    """Give the app without the fast path, with its own cache."""
    return make_hot(create_app(make_settings(), catalog, clock=CLOCK)).app


@pytest.fixture(scope="module")
def etags(client: FlaskClient) -> dict[str, str]:
    paths = [*KEPT, *OTHERS, *(path for path, _ in COMPOSED)]
    return {path: client.get(path).headers.get("ETag", "").strip('"') for path in paths}


@pytest.fixture
def unicode_catalog(tmp_path: Path) -> Iterator[Catalog]:
    """Give a catalog of one article with a topic and a provider that need percent-encoding in URLs."""
    write_article(tmp_path / "content", "a", topics="[機械学習]", provider="{name: Möwe, domain: möwe.example}")
    with collected(tmp_path / "content", tmp_path / "catalog.sqlite3") as catalog:
        yield catalog


def make_hot(app: Flask) -> FastPath:
    return cast(FastPath, app.wsgi_app)


def ask(
    app: "WSGIApplication", path: str, *, method: str = "GET", query: str = "", **named: str
) -> tuple[str, list[tuple[str, str]], bytes]:
    """Return the status, the headers sorted by name, and the body."""
    environ = EnvironBuilder(method=method, headers=Headers(named)).get_environ()
    environ |= {"PATH_INFO": path.encode().decode("latin-1"), "QUERY_STRING": query}
    body, status, found = run_wsgi_app(app, environ, buffered=True)
    return status, sorted(found.to_wsgi_list()), b"".join(body)


def refuse(_environ: "WSGIEnvironment", _start_response: "StartResponse") -> Iterable[bytes]:
    raise AssertionError("the app was asked")


@settings(deadline=None, max_examples=max(60, SOAK))
@given(asked=requests)
def test_the_response_equals_that_of_the_app(
    hot: FastPath, plain: "WSGIApplication", etags: dict[str, str], asked: Asked
) -> None:
    etag = etags.get(asked.path, "x")
    expected = asked.send(plain, etag)
    for _ in range(2):
        assert asked.send(hot, etag) == expected


def test_an_empty_path_is_the_front_page(hot: FastPath, plain: "WSGIApplication") -> None:
    """So a target such as `http://feeds.example` is no redirect to its host."""
    for _ in range(2):
        assert ask(hot, "", Host="evil.example") == ask(plain, "/")


@pytest.mark.parametrize(("path", "query"), [*((path, "") for path in KEPT), *COMPOSED])
@pytest.mark.parametrize("coding", ["identity", "gzip", "br"])
def test_the_app_is_called_only_once(hot: FastPath, path: str, query: str, coding: str) -> None:
    etag = dict(ask(hot, path, query=query)[1])["ETag"].strip('"')
    whole = ask(hot, path, query=query, **{"Accept-Encoding": coding})
    alone = FastPath(refuse, hot.cache)
    ask(hot, path, query=query, **{"Accept-Encoding": coding})
    assert ask(alone, path, query=query, **{"Accept-Encoding": coding}) == whole
    assert ask(alone, path, query=query, method="HEAD", **{"Accept-Encoding": coding}) == (*whole[:2], b"")
    for tag in (f'"{etag}"', f'"x", W/"{etag}-gzip"', "*"):
        status, _, body = ask(alone, path, query=query, **{"Accept-Encoding": coding, "If-None-Match": tag})
        assert (status[:3], body) == ("304", b"")
    with pytest.raises(AssertionError, match="the app was asked"):
        ask(alone, path, method="POST")


def test_a_server_may_change_the_headers_it_is_given(hot: FastPath) -> None:
    first = ask(hot, FEED)

    def start_and_change(_status: str, headers: list[tuple[str, str]], _info: object = None) -> None:
        headers.clear()

    list(hot(EnvironBuilder(path=FEED).get_environ(), cast("StartResponse", start_and_change)))
    assert ask(hot, FEED) == first


@pytest.mark.parametrize("path", ["/topics/機械学習.atom", "/providers/möwe.example", "/providers/möwe.example.rss"])
def test_names_in_any_script_use_the_fast_path(unicode_catalog: Catalog, path: str) -> None:
    hot = make_hot(create_app(make_settings(), unicode_catalog, clock=CLOCK))
    whole = ask(hot, path)
    assert whole[0] == "200 OK"
    ask(hot, path)
    assert ask(FastPath(refuse, hot.cache), path) == whole


def test_an_outdated_document_is_freed_at_once(unicode_catalog: Catalog, tmp_path: Path) -> None:
    app = create_app(make_settings(), unicode_catalog, clock=CLOCK)
    hot = make_hot(app)
    path = "/providers/möwe.example.atom"
    first = ask(hot, path)
    cached = hot.cache.find(CacheKey(path))
    assert cached
    copy = weakref.ref(cached)
    del cached
    write_article(tmp_path / "content", "a", provider="{name: Möwe, domain: möwe.example}", title="Otherwise")
    Collector(unicode_catalog, [tmp_path / "content"], clock=CLOCK).collect()
    gc.disable()  # garbage collection would free it later
    try:
        app.extensions["poller"].poll()
        assert copy() is None
        assert ask(hot, path) != first
    finally:
        gc.enable()


def test_without_the_database_cached_responses_are_served(unicode_catalog: Catalog, tmp_path: Path) -> None:
    app = create_app(make_settings(), unicode_catalog, clock=CLOCK)
    hot = make_hot(app)
    whole = ask(hot, "/feed.atom")
    shutil.rmtree(tmp_path / "content")
    for path in tmp_path.glob("catalog.sqlite3*"):
        path.unlink()
    app.extensions["poller"].poll()
    assert ask(hot, "/feed.atom") == whole
    assert ask(hot, "/feed.atom", query="utm_source=x") == whole
    assert ask(hot, "/atom.xml") == whole
    assert ask(hot, "/feed.atom", **{"Accept-Encoding": "gzip"})[0] == "200 OK"
    assert ask(hot, "/feed.atom", **{"Accept-Encoding": "br", "If-None-Match": "*"})[0] == "304 NOT MODIFIED"
    assert ask(hot, "/feed.rss")[0] == "503 SERVICE UNAVAILABLE"


def test_the_setting_limits_the_memory(unicode_catalog: Catalog, tmp_path: Path) -> None:
    for number in range(20):
        write_article(tmp_path / "content", f"long{number}", topics=f"[Topic {number}]")
        with (tmp_path / "content" / f"long{number}.md").open("a") as article:
            article.writelines(f"Word {number * word}. " for word in range(20_000))
    Collector(unicode_catalog, [tmp_path / "content"], clock=CLOCK).collect()
    hot = make_hot(create_app(make_settings(FEEDS_CACHE_MB="1"), unicode_catalog, clock=CLOCK))
    sizes = [len(ask(hot, f"/topics/topic-{number}.atom")[2]) for number in range(20)]
    assert sum(sizes) > 2**20 >= hot.cache.size > 0
