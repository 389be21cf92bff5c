"""A composed feed, requested in any spelling, has the same entries as a plain filter over every article."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote, unquote

import pytest

from feeds.catalog.reader import CatalogReader
from feeds.model.errors import MovedError
from feeds.model.expression import parse_expression
from feeds.model.search import parse_search
from feeds.model.stemmer import find_stemmer
from feeds.model.tokenize import split_texts
from feeds.site.documents import make_document, parse_and_resolve
from tests.support.app import make_settings
from tests.support.environment import SOAK
from tests.support.found_words import matches_text
from tests.support.newsroom import Newsroom, related, url_of
from tests.support.postgresql import DatabaseServer

TOPICS = ("AI", "Boats", "Crypto", "Tides")
PROVIDERS = ("gazette.example", "post.example", "times.example")
TYPES = ("article", "Video", "course")
ARTICLES = 100
FEEDS = SOAK or 50
SETTINGS = make_settings()


class Publication:
    """Random articles, their catalog, and requests for composed feeds."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.random = Random(7)  # noqa: S311 no secret
        self.newsroom = Newsroom(folder, database_url)
        self.entries: list[dict[str, Any]] = []
        for number in range(ARTICLES):
            self.write(number)
        self.newsroom.collect()

    def write(self, number: int) -> None:
        published = datetime(2021, 1, 1, tzinfo=UTC) + timedelta(hours=self.random.randrange(1200))
        fields: dict[str, Any] = {
            "topics": self.random.sample(TOPICS, self.random.randrange(4)),
            "type": self.random.choice(TYPES),
            "publishedDateTime": published.isoformat(),
            "quality": self.random.choice([None, 0, 39, 70, 107]),
            "heat": self.random.choice([None, -1, 5, 40]),
            "excerpt": self.random.choice(["A calm sea.", "Rough sea ahead", "See: rough; sea"]),
        }
        domain = self.random.choice(PROVIDERS)
        covered = related(f"r{number}", publishedDateTime=published.isoformat(), quality=50)
        covers = self.random.random() < 0.3
        provider = {"name": domain, "domain": domain}
        self.newsroom.write(str(number), **fields, provider=provider, related=covered if covers else [])
        entry = fields | {"id": url_of(str(number)), "provider": domain, "is_article": True}
        self.entries.append(entry)
        if covers:
            own = {"id": url_of(f"r{number}"), "provider": "post.example", "is_article": False, "type": "article"}
            self.entries.append(entry | own | {"quality": 50, "heat": None, "excerpt": ""})

    def draw_expression(self, names: tuple[str, ...]) -> str:
        terms = [
            self.random.choice(["", "", "!"]) + self.random.choice(names) for _ in range(self.random.randint(1, 4))
        ]
        text = terms[0]
        for term in terms[1:]:
            text += self.random.choice(",+ ") + term
        return text

    def draw_query(self) -> dict[str, str]:
        drawn = {
            "utm_source": "x",
            "provider": self.draw_expression(PROVIDERS),
            "type": self.draw_expression(TYPES),
            "min_quality": self.random.choice(["0", "40", "070", "108"]),
            "min_heat": self.random.choice(["0", "5", "6"]),
            "q": self.random.choice(["calm", "-calm STORY", '"rough sea"', "sea -rough gaz*"]),
            "related": self.random.choice(["entries", "links"]),
            "limit": str(self.random.choice([1, 5, 50, 200])),
        }
        names = self.random.sample(sorted(drawn), self.random.randrange(4))
        return {name: drawn[name] for name in names}

    def find(self, topics: str, query_string: dict[str, str]) -> list[str]:
        """Return the expected ids of the feed, newest first, by filtering all written articles."""
        found = [entry for entry in self.entries if self.is_wanted(entry, topics, query_string)]
        found.sort(key=lambda entry: entry["id"])
        found.sort(key=lambda entry: entry["publishedDateTime"], reverse=True)
        return [entry["id"] for entry in found][: int(query_string.get("limit", 50))]

    def is_wanted(self, entry: dict[str, Any], topics: str, query_string: dict[str, str]) -> bool:
        quality, heat = (-1 if entry[name] is None else entry[name] for name in ("quality", "heat"))
        return (
            parse_expression(topics.lower()).holds(frozenset(map(str.lower, entry["topics"])))
            and (
                "provider" not in query_string
                or parse_expression(query_string["provider"]).holds(frozenset({entry["provider"]}))
            )
            and ("type" not in query_string or parse_expression(query_string["type"]).holds(frozenset({entry["type"]})))
            and quality >= int(query_string.get("min_quality", -1))
            and heat >= int(query_string.get("min_heat", -1))
            and (query_string.get("related") != "links" or entry["is_article"])
            and (
                "q" not in query_string
                or matches_text(parse_search(query_string["q"]), self.split(entry), find_stemmer("en"))
            )
        )

    def split(self, entry: dict[str, Any]) -> list[str]:
        name = entry["id"].rpartition("/")[2]
        publisher = entry["provider"] if entry["is_article"] else "The Post"
        return split_texts((f"Story {name}", entry["excerpt"], publisher, entry["provider"]))[1]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.program)], scope="module")
def publication(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publication]:
    folder = tmp_path_factory.mktemp("publication")
    url = f"sqlite:///{folder / 'catalog.sqlite'}"
    if request.param == "postgresql":
        server: DatabaseServer = request.getfixturevalue("postgresql")
        url = server.create_database()
    publication = Publication(folder / "articles", url)
    yield publication
    publication.newsroom.catalog.close()


def read(reader: CatalogReader, path: str, query_string: str, now: datetime) -> dict[str, Any]:
    """Return the feed at a path and query, in JSON, after a redirect to the canonical spelling."""
    try:
        address = parse_and_resolve(path, reader, query_string=query_string, defaults=SETTINGS.defaults, now=now)
    except MovedError as error:
        path, _, query_string = error.reference.partition("?")
        address = parse_and_resolve(
            unquote(path), reader, query_string=query_string, defaults=SETTINGS.defaults, now=now
        )
    document: dict[str, Any] = json.loads(make_document(address, reader, settings=SETTINGS, now=now).body)
    return document


@pytest.mark.slow
def test_any_expression_selects_the_same_as_its_canonical_form(publication: Publication) -> None:
    sizes = set()
    with publication.newsroom.catalog.reading() as reader:
        for _ in range(FEEDS):
            topics, query_string = publication.draw_expression(TOPICS), publication.draw_query()
            encoded = "&".join(f"{name}={quote(value)}" for name, value in query_string.items())
            feed = read(reader, f"/topics/{topics}.json", encoded, publication.newsroom.now)
            assert [item["id"] for item in feed["items"]] == publication.find(topics, query_string), (
                topics,
                query_string,
            )
            path, _, canonical = feed["feed_url"].removeprefix(SETTINGS.site_url).partition("?")
            assert read(reader, unquote(path), canonical, publication.newsroom.now) == feed
            sizes.add(len(feed["items"]))
    assert len(sizes) > 10
