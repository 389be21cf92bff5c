"""ETags differ where bytes differ, and every kind of conditional request is recognised."""

import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path

import brotli
import pytest
from flask.testing import FlaskClient
from werkzeug.http import http_date

from feeds.model.document import Document
from feeds.site.compression import Encoding
from feeds.web.app import create_app
from feeds.web.conditional import choose_status, make_etag, normalise_etags
from tests.support.app import CLOCK, collected, make_settings
from tests.support.paths import SEEDS
from tests.web.conftest import Server, ask

CHANGED = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
DOCUMENT = Document(body=b"feed", media_type="text/plain", etag="abc", last_modified=CHANGED, max_age_seconds=900)
PATHS = ("/topics/ai.atom", "/topics/ai.rss", "/feed.json", "/topics/ai", "/", "/feeds.opml")
DECODE: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.decompress, "br": brotli.decompress, "identity": bytes}


def is_not_modified(environ: dict[str, str], document: Document, *, encoding: Encoding) -> bool:
    return choose_status(environ, document, encoding=encoding) == HTTPStatus.NOT_MODIFIED


def make_environ(**headers: str) -> dict[str, str]:
    return {"REQUEST_METHOD": "GET"} | {f"HTTP_{name}": value for name, value in headers.items()}


def test_each_coding_has_its_own_etag() -> None:
    assert [make_etag(DOCUMENT, encoding=encoding) for encoding in Encoding] == ["abc-br", "abc-gzip", "abc"]


@pytest.mark.parametrize("encoding", Encoding)
@pytest.mark.parametrize(
    "header",
    ['"abc"', 'W/"abc"', '"abc-gzip"', 'W/"abc-gzip"', '"abc-br"', '"x", "abc"', 'W/"x",W/"abc-br" , "y"', "*", "abc"],
)
def test_a_client_with_any_coding_gets_304(header: str, encoding: Encoding) -> None:
    assert is_not_modified(make_environ(IF_NONE_MATCH=header), DOCUMENT, encoding=encoding)


@pytest.mark.parametrize("encoding", Encoding)
@pytest.mark.parametrize("header", ['""', '"x"', '"abc-x"', '"abcd"', '"ABC"', "", '"abc', '"-gzip"', '"*"', "W/"])
def test_a_client_with_another_etag_gets_the_document(header: str, encoding: Encoding) -> None:
    assert not is_not_modified(make_environ(IF_NONE_MATCH=header), DOCUMENT, encoding=encoding)


@pytest.mark.parametrize(("seconds", "is_fresh"), [(-1, False), (0, True), (1, True)])
def test_a_date_counts_without_an_etag(seconds: int, is_fresh: bool) -> None:  # noqa: FBT001 a parameter of pytest's
    date = http_date(CHANGED + timedelta(seconds=seconds))
    assert is_not_modified(make_environ(IF_MODIFIED_SINCE=date), DOCUMENT, encoding=Encoding.GZIP) == is_fresh
    other = make_environ(IF_NONE_MATCH='"x"', IF_MODIFIED_SINCE=date)
    assert not is_not_modified(other, DOCUMENT, encoding=Encoding.GZIP)
    same = make_environ(IF_NONE_MATCH='"abc"', IF_MODIFIED_SINCE=date)
    assert is_not_modified(same, DOCUMENT, encoding=Encoding.GZIP)


@pytest.mark.parametrize("date", ["", "yesterday", "0", "2024-05-06"])
def test_an_invalid_date_is_ignored(date: str) -> None:
    assert not is_not_modified(make_environ(IF_MODIFIED_SINCE=date), DOCUMENT, encoding=Encoding.IDENTITY)


def test_the_request_is_not_changed() -> None:
    environ = make_environ(IF_NONE_MATCH='"abc-gzip"')
    assert normalise_etags(environ, DOCUMENT, encoding=Encoding.IDENTITY)["HTTP_IF_NONE_MATCH"] == '"abc"'
    assert environ["HTTP_IF_NONE_MATCH"] == '"abc-gzip"'


@pytest.mark.parametrize("path", PATHS)
def test_codings_differ_in_bytes_and_etags_only(client: FlaskClient, path: str) -> None:
    answers = {coding: client.get(path, headers={"Accept-Encoding": coding}) for coding in DECODE}
    plain = answers["identity"]
    assert len({answer.headers["ETag"] for answer in answers.values()}) == len(DECODE)
    for coding, answer in answers.items():
        assert DECODE[coding](answer.data) == plain.data
        assert answer.headers.get("Content-Encoding", "identity") == coding
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["Content-Length"] == str(len(answer.data))
        assert answer.headers["Last-Modified"] == plain.headers["Last-Modified"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("coding", DECODE)
def test_a_304_has_the_etag_of_its_coding_and_varies(client: FlaskClient, path: str, coding: str) -> None:
    tag = client.get(path, headers={"Accept-Encoding": coding}).headers["ETag"]
    for has in DECODE:
        known = client.get(path, headers={"Accept-Encoding": has}).headers["ETag"]
        answer = client.get(path, headers={"Accept-Encoding": coding, "If-None-Match": known})
        assert (answer.status_code, answer.headers["ETag"]) == (304, tag)
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert "Content-Encoding" not in answer.headers


def test_uncompressed_documents_do_not_vary(client: FlaskClient) -> None:
    for path in ("/favicon.ico", "/nope", "/topics/AI.atom", "/healthz"):
        answer = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert "Vary" not in answer.headers
        assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("coding", DECODE)
def test_a_server_and_another_catalog_of_the_same_articles_agree(server: Server, tmp_path: Path, coding: str) -> None:
    settings = make_settings(
        FEEDS_SITE_URL=server.url.replace("127.0.0.1", "localhost"), FEEDS_SITE_TITLE="Topic Feeds"
    )
    with collected(SEEDS, tmp_path / "catalog.sqlite3") as catalog:
        client = create_app(settings, catalog, clock=CLOCK).test_client()
        for path in PATHS:
            ours = client.get(path, headers={"Accept-Encoding": coding})
            theirs, body = ask(server, path, Accept_Encoding=coding)
            assert (theirs.getheader("ETag"), body) == (ours.headers["ETag"], ours.data)


@pytest.mark.parametrize(("header", "status"), [("*", 200), ('"x"', 412), ('W/"x"', 412)])
def test_any_document_matches_an_asterisk(client: FlaskClient, header: str, status: int) -> None:
    for path in ("/topics/ai.atom", "/robots.txt"):
        assert client.get(path, headers={"If-Match": header}).status_code == status


def test_a_current_etag_matches(client: FlaskClient) -> None:
    etag = client.get("/topics/ai.atom").headers["ETag"]
    assert client.get("/topics/ai.atom", headers={"If-Match": f'"x", {etag}'}).status_code == 200
    both = {"If-Match": "*", "If-None-Match": etag}
    assert client.get("/topics/ai.atom", headers=both).status_code == 304
