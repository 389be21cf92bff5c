"""The feeds of the two articles in seeds/."""

import re
import urllib.request
from collections.abc import Iterator

import atoma
import feedparser
import msgspec
import pytest
from flask.testing import FlaskClient

from tests.support.paths import SEEDS
from tests.web.conftest import Server

LEAD = "https://www.govtech.com/policy/Massachusetts-Passes-Bill-With-Facial-Recognition-Rules.html"
TOPICS = ("computer-vision", "ai")
SUBJECTS = ("/topics/ai", "/topics/computer-vision", "/providers/govtech.com", "/providers/masslive.com")
PATHS = (
    *(f"{query}{extension}" for query in SUBJECTS for extension in ("", ".atom", ".rss", ".json")),
    *("/", "/feed.atom", "/feed.rss", "/feed.json", "/feed.xml", "/atom.xml", "/index.xml", "/rss.xml", "/feed/"),
    *("/feeds.opml", "/healthz", "/favicon.ico", "/robots.txt", "/static/style.css", "/static/icon.png"),
)  # fmt: skip
HIDDEN = ("law360", "1337105", "Refuses To Back", "wsj.com", "Wall Street Journal", "Natural Language", "hit a snag")
UNKNOWN = (
    "/providers/law360.com",
    "/providers/wsj.com.rss",
    "/topics/robotics.json",
)


def find_secrets() -> Iterator[bytes]:
    """Cut the `secured` values into pieces unlikely to occur elsewhere by chance."""
    for path in SEEDS.iterdir():
        for value in re.findall(rb'^secured: "(.+)"$', path.read_bytes(), re.MULTILINE):
            yield from (value[start : start + 12] for start in range(len(value) - 12))


SECRETS = frozenset(find_secrets())


def holds_secret(document: bytes) -> bool:
    return any(document[start : start + 12] in SECRETS for start in range(len(document)))


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("extension", ["atom", "rss"])
def test_a_topic_has_the_article_and_the_two_related_ones(client: FlaskClient, topic: str, extension: str) -> None:
    read = feedparser.parse(client.get(f"/topics/{topic}.{extension}").data)
    assert not read.bozo
    assert len(read.entries) == 3
    assert read.entries[0].id == LEAD
    assert all(entry.link == entry.id for entry in read.entries)
    assert all(entry.id.startswith("https://www.masslive.com/") for entry in read.entries[1:])


@pytest.mark.parametrize("topic", TOPICS)
def test_the_formats_agree(client: FlaskClient, topic: str) -> None:
    atom = atoma.parse_atom_bytes(client.get(f"/topics/{topic}.atom").data)
    rss = atoma.parse_rss_bytes(client.get(f"/topics/{topic}.rss").data)
    items = msgspec.json.decode(client.get(f"/topics/{topic}.json").data)["items"]
    assert [entry.id_ for entry in atom.entries] == [item.guid for item in rss.items] == [item["id"] for item in items]
    assert [item.link for item in rss.items] == [item["url"] for item in items]
    assert [entry.title.value for entry in atom.entries] == [item.title for item in rss.items]
    assert [entry.published for entry in atom.entries] == [item.pub_date for item in rss.items]


@pytest.mark.parametrize("extension", ["", ".atom", ".rss", ".json"])
def test_the_topic_of_an_unpublished_article_is_empty(client: FlaskClient, extension: str) -> None:
    response = client.get(f"/topics/natural-language-processing{extension}")
    assert response.status_code == 200
    text = response.text.lower()
    assert not any(word.lower() in text for word in HIDDEN if word != "Natural Language")


@pytest.mark.parametrize("path", UNKNOWN)
def test_publishers_of_unpublished_articles_are_not_found(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    # The answer may repeat what was asked for, and nothing else; a search box has no end of a domain.
    asked = path.rpartition("/")[2].removesuffix(".rss").lower()
    text = response.text.lower().replace(asked, "").replace(f'value="{asked.removesuffix(".com")}"', "")
    assert not any(word.lower() in text for word in HIDDEN)


@pytest.mark.parametrize("path", PATHS)
def test_no_response_contains_secrets(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    document = str(response.headers).encode() + response.data
    assert not holds_secret(document)
    assert not [word for word in HIDDEN if word.lower().encode() in document.lower()]


def test_the_log_contains_no_secrets(server: Server) -> None:
    for path in PATHS:
        with urllib.request.urlopen(f"{server.url}{path}") as response:  # noqa: S310 it is our own server's
            assert response.status == 200
    log = server.read_log()
    assert not holds_secret(log.encode())
    assert not [word for word in HIDDEN if word.lower() in log.lower()]


def test_the_search_for_secrets_finds_a_secret() -> None:
    assert len(SECRETS) > 500
    assert holds_secret(b"before " + min(SECRETS) + b" after")
