"""Only with a cache to purge, and only at canonical URLs, documents have a long lifetime in shared caches and tags."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from feeds.model.document import Document
from feeds.web import poller
from feeds.web.app import create_app
from feeds.web.shared_document import list_tags
from tests.support.app import make_settings
from tests.support.newsroom import Newsroom

AGES = {"CDN-Cache-Control": "max-age=86400", "Surrogate-Control": "max-age=86400"}
KEPT = ("/", "/feed.atom", "/latest", "/topics/tides.rss", "/topics/tides/daily.json", "/feeds.opml", "/sitemap.xml")
PLAIN = (
    *("/feed.atom?utm_source=x", "/%66eed.atom", "/feed.xml", "/topics/tides.atom?q=x"),
    *("/topics/tides,boats.atom", "/feeds.opml?provider=1", "/robots.txt", "/static/style.css", "/topics/Tides.atom"),
    *("/topics/none.atom", "/feed.atom?limit=x", "/healthz"),
)


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    newsroom = Newsroom(tmp_path / "articles", f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    newsroom.write("a", topics=["Tides", "人"])
    newsroom.write("b", topics=["Boats"])
    newsroom.collect()
    yield newsroom
    newsroom.catalog.close()


def open_client(newsroom: Newsroom, **environ: str) -> FlaskClient:
    return create_app(make_settings(**environ), newsroom.catalog, clock=newsroom.clock).test_client()


def open_shared(newsroom: Newsroom) -> FlaskClient:
    return open_client(newsroom, FEEDS_PURGE="http://127.0.0.1:6081")


def test_canonical_documents_have_a_long_lifetime_beside_that_of_readers(newsroom: Newsroom) -> None:
    client, plain = open_shared(newsroom), open_client(newsroom)
    for path in KEPT:
        for _ in range(2):  # rendered, and from memory
            headers, before = client.get(path).headers, plain.get(path).headers
            assert {name: headers.get(name) for name in AGES} == AGES, path
            added = {name: headers.get(name) for name in before.keys()}  # noqa: SIM118 not a dict
            assert added == dict(before.items())
            assert set(headers.keys()) - set(before.keys()) == {*AGES, "Cache-Tag", "Surrogate-Key"}


def test_a_304_has_the_lifetime_and_a_412_has_none(newsroom: Newsroom) -> None:
    client = open_shared(newsroom)
    etag = client.get("/feed.atom").headers["ETag"]
    unchanged = client.get("/feed.atom", headers={"If-None-Match": etag})
    assert (unchanged.status_code, unchanged.headers["Surrogate-Control"]) == (304, "max-age=86400")
    failed = client.get("/feed.atom", headers={"If-Match": '"x"'})
    assert (failed.status_code, "Surrogate-Control" in failed.headers) == (412, False)
    assert failed.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("target", PLAIN)
def test_everything_else_has_the_headers_of_before(newsroom: Newsroom, target: str) -> None:
    client, plain = open_shared(newsroom), open_client(newsroom)
    client.get("/feed.atom")
    answer, before = client.get(target), plain.get(target)
    tags = {"Cache-Tag", "Surrogate-Key"}
    assert [each for each in answer.headers if each[0] not in tags] == list(before.headers)


def test_a_server_that_hides_the_target_gives_no_long_lifetime(newsroom: Newsroom) -> None:
    client = open_shared(newsroom)
    answer = client.get("/feed.atom", environ_overrides={"RAW_URI": ""})
    assert AGES.keys().isdisjoint(answer.headers.keys())


@pytest.mark.parametrize(
    ("path", "tags"),
    [
        ("/feed.atom", ["feed"]),
        ("/topics/%E4%BA%BA.atom", ["topics/%E4%BA%BA"]),
        ("/topics/boats,tides", ["topics/boats", "topics/tides"]),
        ("/topics/tides/daily.rss", ["digests", "topics/tides"]),
        ("/", ["catalog"]),
    ],
)
def test_documents_are_tagged_with_their_scopes(newsroom: Newsroom, path: str, tags: list[str]) -> None:
    headers = open_shared(newsroom).get(path).headers
    assert (headers["Cache-Tag"], headers["Surrogate-Key"]) == (",".join(tags), " ".join(tags))


def test_a_process_that_cannot_see_changes_gives_no_long_lifetime(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = open_shared(newsroom)
    assert "Surrogate-Control" in client.get("/feed.atom").headers
    monkeypatch.setattr(poller, "CURRENT_SECONDS", -1)
    answer = client.get("/feed.atom")
    assert (answer.status_code, "Surrogate-Control" in answer.headers) == (200, False)


def test_a_tag_that_caches_would_ignore_is_left_out() -> None:
    """A header of several kilobytes would also fail in proxies with small buffers."""
    scopes = ("topics/tides", f"topics/{'人' * 200}", f"topics/{'山' * 200}")
    document = Document(body=b"", media_type="", etag="x", last_modified=None, max_age_seconds=0, scopes=scopes)
    assert list_tags(document) == [("Cache-Tag", "topics/tides,catalog"), ("Surrogate-Key", "topics/tides catalog")]
