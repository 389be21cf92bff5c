"""A cached document answers every conditional request as Werkzeug would, in the coding that the client prefers."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Response
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.http import http_date

from feeds.model.clock import Clock
from feeds.model.document import Document
from feeds.site.compression import Encoding, choose_encoding, encode
from feeds.web.cached_document import OVERHEAD_BYTES, CachedDocument, CacheKey
from feeds.web.conditional import make_etag, normalise_etags

CHANGED = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
DOCUMENT = Document(
    body=b"feed " * 1_000, media_type="text/plain", etag="abc", last_modified=CHANGED, max_age_seconds=900
)
CACHED = CachedDocument(CacheKey("/feed.atom"), DOCUMENT)

tags = st.lists(
    st.sampled_from(['"abc"', 'W/"abc"', '"abc-gzip"', 'W/"abc-br"', '"x"', "abc", "*", '""', '"abc']), max_size=3
).map(", ".join)
dates = st.one_of(
    st.integers(-1, 1).map(lambda seconds: http_date(CHANGED + timedelta(seconds=seconds))),
    st.sampled_from(["", "yesterday", "0"]),
)
headers = st.fixed_dictionaries(
    {},
    optional={
        "HTTP_ACCEPT_ENCODING": st.sampled_from(["", "gzip", "br", "gzip, br;q=0.1", "identity", "*", "x"]),
        "HTTP_IF_NONE_MATCH": tags,
        "HTTP_IF_MODIFIED_SINCE": dates,
        "HTTP_IF_MATCH": tags,
        "HTTP_RANGE": st.just("bytes=0-9"),
    },
)


@settings(deadline=None)
@given(found=headers)
def test_a_response_has_the_status_that_werkzeug_computes(found: dict[str, str]) -> None:
    encoding = choose_encoding(found.get("HTTP_ACCEPT_ENCODING", ""))
    environ = {"REQUEST_METHOD": "GET", **found}
    expected = Response(encode(DOCUMENT.body, encoding))
    expected.set_etag(make_etag(DOCUMENT, encoding))
    expected.last_modified = CHANGED
    expected.make_conditional(normalise_etags(environ, DOCUMENT, encoding=encoding))
    response = CACHED.respond(environ)
    assert response.status == expected.status
    assert dict(response.headers)["ETag"] == expected.headers["ETag"]
    assert b"".join(response.body) == (b"" if expected.status_code == 304 else expected.data)


@pytest.mark.parametrize("encoding", Encoding)
def test_a_response_is_finished_when_the_document_is_cached(encoding: Encoding) -> None:
    environ = {"HTTP_ACCEPT_ENCODING": encoding.value}
    first, second = CACHED.respond(environ), CACHED.respond(environ)
    assert first is second
    assert first.body == [encode(DOCUMENT.body, encoding)]


def test_the_uncompressed_response_shares_the_bytes_of_the_document() -> None:
    assert CACHED.respond({}).body[0] is DOCUMENT.body


def test_the_size_counts_every_coding() -> None:
    bodies = sum(len(encode(DOCUMENT.body, encoding)) for encoding in Encoding)
    assert CACHED.size == bodies + OVERHEAD_BYTES


def test_an_uncompressed_document_does_not_vary() -> None:
    plain = CachedDocument(CacheKey("/favicon.ico"), DOCUMENT, encodings=(Encoding.IDENTITY,))
    response = plain.respond({"HTTP_ACCEPT_ENCODING": "gzip"})
    assert response.body == [DOCUMENT.body]
    assert {"Vary", "Content-Encoding"}.isdisjoint(dict(response.headers))


def test_a_304_has_no_headers_of_a_body() -> None:
    response = CACHED.respond({"HTTP_ACCEPT_ENCODING": "gzip", "HTTP_IF_NONE_MATCH": '"abc"'})
    assert response.status == "304 NOT MODIFIED"
    assert {"Content-Type", "Content-Length", "Content-Encoding"}.isdisjoint(dict(response.headers))


def test_a_date_in_the_future_is_served_as_the_present_until_it_comes() -> None:
    now = CHANGED - timedelta(hours=2)
    clock = Clock(now=lambda: now, sleep=lambda _seconds: None)
    early = CachedDocument(CacheKey("/feed.atom"), DOCUMENT, clock=clock)
    for now in (CHANGED - timedelta(hours=1), CHANGED - timedelta(seconds=1)):
        served = http_date(now)
        assert dict(early.respond({}).headers)["Last-Modified"] == served
        assert early.respond({"HTTP_IF_MODIFIED_SINCE": served}).status == "200 OK"
        same = early.respond({"HTTP_IF_NONE_MATCH": '"abc"'})
        assert (same.status, dict(same.headers)["Last-Modified"]) == ("304 NOT MODIFIED", served)
    now = CHANGED
    assert dict(early.respond({}).headers)["Last-Modified"] == http_date(CHANGED)
    assert early.respond({"HTTP_IF_MODIFIED_SINCE": http_date(CHANGED)}).status == "304 NOT MODIFIED"
    assert early.respond({}) is early.respond({})
