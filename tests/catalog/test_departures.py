"""The catalog records when entries leave feeds, once for each place in a feed."""

from datetime import timedelta

from feeds.model.expression import name
from feeds.model.query import Query
from tests.support.newsroom import START, Newsroom, related, url_of

OTHER_DAY = "2021-03-02T12:00:00Z"


def list_departures(newsroom: Newsroom) -> set[tuple[str, str]]:
    return set(newsroom.query("SELECT scope, id FROM departures"))


def test_an_edited_entry_leaves_no_feed(newsroom: Newsroom) -> None:
    for number in range(3):
        newsroom.write("a", title=f"Edit {number}", topics=["AI", "Tides"][: number + 1], heat=number)
        newsroom.collect()
    assert list_departures(newsroom) == set()


def test_an_entry_without_a_topic_leaves_only_its_feed(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI", "Tides"])
    newsroom.collect()
    newsroom.write("a", topics=["Tides"])
    newsroom.collect()
    ((number,),) = newsroom.query("SELECT number FROM topics WHERE slug = 'ai'")
    assert list_departures(newsroom) == {(f"topics/{number}", url_of("a"))}
    changed = newsroom.now
    newsroom.write("a", topics=["Tides"], title="Edited")
    newsroom.collect()
    assert newsroom.see_topic("ai").changed == changed
    assert newsroom.see_topic("tides").changed == newsroom.now


def test_repeated_departures_from_one_place_are_recorded_once(newsroom: Newsroom) -> None:
    newsroom.write("z", topics=["AI"])
    for _ in range(3):
        newsroom.write("a", topics=["AI"])
        newsroom.collect()
        newsroom.delete("a")
        newsroom.collect()
        assert newsroom.see_topic("ai").changed == newsroom.now
    (times,) = (set(newsroom.query(f"SELECT {column} FROM departures")) for column in ("until",))  # noqa: S608 ours
    assert times == {(int(newsroom.now.timestamp()),)}
    assert len(list_departures(newsroom)) == 3  # everything, the topic, the provider


def test_an_entry_with_another_date_leaves_its_place(newsroom: Newsroom) -> None:
    newsroom.write("a")
    newsroom.write("z", publishedDateTime=OTHER_DAY)
    newsroom.collect()
    newsroom.write("a", publishedDateTime=OTHER_DAY)
    newsroom.collect()
    published = int((START - timedelta(days=3)).timestamp())
    assert set(newsroom.query("SELECT published FROM departures")) == {(published,)}


def test_an_article_that_becomes_a_related_item_leaves_feeds_of_articles(newsroom: Newsroom) -> None:
    articles = Query(topics=name("ai"), with_related=False)
    newsroom.write("lead", topics=["AI"], related=related("a"))
    newsroom.write("a", topics=["AI"])
    newsroom.collect()
    newsroom.write("a", topics=["AI"], published=False)
    newsroom.collect()
    changed = newsroom.now
    assert newsroom.see(articles).changed == changed
    newsroom.write("lead", topics=["AI"], related=related("a", "b"))
    newsroom.write("other")
    newsroom.collect()
    assert newsroom.see(articles).changed == newsroom.now
    assert newsroom.see(articles).ids == [url_of("lead")]
