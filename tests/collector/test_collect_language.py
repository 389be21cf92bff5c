"""Searches find other forms of words in the language of the catalog, and another language indexes all words again."""

from feeds.model.periods import Cycle
from feeds.model.query import Query
from feeds.model.search import parse_search
from feeds.model.shown_settings import ShownSettings
from tests.support.newsroom import Newsroom, dump_fresh, related, url_of

ENGLISH = ShownSettings("english", language="en")
GERMAN = ShownSettings("german", language="de-AT")
JAPANESE = ShownSettings("japanese", language="ja")
HOUSE, COMPANY = Query(search=parse_search("Haus")), Query(search=parse_search("company"))


def collect(newsroom: Newsroom, shown: ShownSettings, *, days: int = 0) -> None:
    newsroom.wait(minutes=1, days=days)
    newsroom.collector(shown=shown).collect()


def read_digest(newsroom: Newsroom, query: Query) -> list[str]:
    with newsroom.catalog.reading() as reader:
        digests = reader.read_digests(query, Cycle.DAILY, limit=9, max_stories=9)
    return [headline.title for digest in digests for headline in digest.stories]


def test_a_language_is_the_language_of_the_catalog(newsroom: Newsroom) -> None:
    newsroom.write("a", title="Häuser am Meer", related=related("b"))
    newsroom.write("c", title="Companies", heat=3, quality=70)
    collect(newsroom, ENGLISH)
    newsroom.write("a", title="Die Häuser am Meer", related=related("b"))
    collect(newsroom, ENGLISH, days=2)
    assert (newsroom.see(HOUSE).ids, newsroom.see(COMPANY).ids) == ([], [url_of("c")])

    collect(newsroom, GERMAN)
    assert (newsroom.see(HOUSE).ids, newsroom.see(COMPANY).ids) == ([url_of("a")], [])
    assert newsroom.see(HOUSE).changed == newsroom.see(COMPANY).changed == newsroom.now
    assert newsroom.see(Query(search=parse_search("companies"), min_heat=3, min_quality=70)).ids == [url_of("c")]
    assert newsroom.see(Query(search=parse_search("story"))).ids == [url_of("b")]
    assert read_digest(newsroom, HOUSE) == ["Häuser am Meer"]  # the version at the end of its day
    with newsroom.catalog.reading() as reader:
        assert reader.read_stemmer().name.startswith("de ")
    once = newsroom.query("SELECT rowid, words FROM texts ORDER BY rowid")

    collect(newsroom, JAPANESE)
    assert newsroom.see(HOUSE).ids == []
    assert newsroom.see(Query(search=parse_search("hauser"))).ids == [url_of("a")]
    collect(newsroom, GERMAN)
    assert newsroom.query("SELECT rowid, words FROM texts ORDER BY rowid") == once


def test_another_language_indexes_like_a_new_catalog(newsroom: Newsroom) -> None:
    newsroom.write("a", title="Old houses", related=related("b"), topics=["AI"], quality=7)
    newsroom.write("c", title="Les élections régionales", provider={"name": "Ärzteblatt", "domain": "a.example"})
    collect(newsroom, JAPANESE)
    newsroom.collect()
    assert newsroom.dump() == dump_fresh(newsroom, "")
