"""A search that finds nothing gets a suggestion that finds something, from what readers can see."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from feeds.catalog.reader import CatalogReader
from feeds.model.query import Query
from feeds.model.search import parse_search
from feeds.site.spelling import VocabularyKeeper, suggest_query
from tests.support.app import make_settings
from tests.support.newsroom import START, Newsroom

SETTINGS = make_settings()
NOW = START + timedelta(days=1)


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    folder = tmp_path_factory.mktemp("spellings")
    newsroom = Newsroom(folder / "articles", f"sqlite:///{folder / 'catalog.sqlite3'}")
    for number in range(12):
        newsroom.write(f"s{number}", title="Lighthouse keepers protest", topics=["Fisheries"])
    newsroom.write("one", title="A lighthouze and a Möwe", excerpt="The word harpsichord is in no title.")
    newsroom.write("two", title="Deep learning")
    newsroom.write("three", title="The sorceress sails")
    for number in range(3):
        newsroom.write(f"t{number}", title="A sorcerer")
    newsroom.write("later", title="Zeppelin", publishedDateTime=(NOW + timedelta(days=1)).isoformat())
    newsroom.write("gone", title="Submarine", expiryDate=(NOW - timedelta(hours=1)).isoformat())
    newsroom.collect()
    return newsroom


@pytest.fixture
def reader(newsroom: Newsroom) -> Iterator[CatalogReader]:
    with newsroom.catalog.reading() as reader:
        yield reader


def suggest(reader: CatalogReader, text: str, *, days: int = 0) -> str:
    query, now = Query(search=parse_search(text)), NOW + timedelta(days=days)
    count = reader.results.count(query, maximum=1_000, now=now)
    suggested = suggest_query(query, reader, settings=SETTINGS, count=count, now=now)
    assert suggested is None or reader.results.count(suggested, maximum=1, now=now) == 1
    return str(suggested.search) if suggested else ""


SUGGESTIONS = {
    "lihgthouse": "lighthouse",
    "keeprs -tides": "keepers -tides",
    "protst lihgthouse": "lighthouse protest",
    "nothing OR keepres": "keepers OR nothing",
    "fisherys": "",  # the name of a topic is no text of an entry
    "move": "möwe",
    "deeplearning": "deep learning",
    "lighthouze": "lighthouse",  # finds one story, and the suggestion many more
    "sailing sorceres": "sailing sorceress",  # finds sorcerers, but none that sails
    "keepers harpsichord": "",  # all words are known
    **dict.fromkeys(("lighthouse", '"lihgthouse keepers"', "lihg*", "xylophone", "kee", "海", "20244"), ""),
}


def test_a_misspelled_word_leads_to_a_similar_one(reader: CatalogReader) -> None:
    assert {search: suggest(reader, search) for search in SUGGESTIONS} == SUGGESTIONS


def test_suggestions_come_from_what_is_shown(reader: CatalogReader) -> None:
    assert suggest(reader, "zepelin") == suggest(reader, "submarin") == ""
    assert suggest(reader, "zepelin", days=2) == "zeppelin"


def test_the_vocabulary_is_kept_until_the_site_changes(newsroom: Newsroom, reader: CatalogReader) -> None:
    keeper = VocabularyKeeper()
    first = keeper.read(reader, now=NOW)
    assert keeper.read(reader, now=NOW + timedelta(hours=1)) is first
    assert keeper.read(reader, now=NOW + timedelta(days=2)) is not first
    newsroom.write("new", title="Trawler")
    newsroom.collect()
    with newsroom.catalog.reading() as later:
        assert keeper.read(later, now=NOW).find_similar("trawlr") == ["trawler"]


def test_a_suggestion_narrows_by_the_same_filters(reader: CatalogReader) -> None:
    query = Query.for_topic("fisheries")
    query = Query(topics=query.topics, search=parse_search("lihgthouse"), min_quality=1_000)
    assert suggest_query(query, reader, settings=SETTINGS, count=0, now=NOW) is None
