"""All mentions of a story are merged into one entry, in any order of files."""

from datetime import UTC, datetime
from itertools import permutations

from msgspec import structs

from feeds.articles.mention import Mention, list_mentions
from feeds.articles.parsed import Article, PublicationState, RelatedItem
from feeds.collector.merge import merge
from feeds.model.entry import Entry, Kind, Provider
from feeds.model.topics import TopicName

URL = "https://gazette.example/story"
LEAD = "https://gazette.example/lead"
GAZETTE = Provider("The Gazette", "gazette.example")
NAMES = {"ai": TopicName("ai", "AI"), "tides": TopicName("tides", "Tides")}
FIRST, SECOND, THIRD = (datetime(2021, 3, day, tzinfo=UTC) for day in (1, 2, 3))
NOW = int(THIRD.timestamp())


def make_article(url: str = URL, **fields: object) -> Article:
    plain = Article(
        state=PublicationState.PUBLISHED,
        title="As an article",
        url=url,
        published=FIRST,
        updated=FIRST,
        provider=GAZETTE,
    )
    return structs.replace(plain, **fields)


def make_lead(number: int, **fields: object) -> Article:
    item = RelatedItem(title=f"As coverage {number}", url=URL, provider=GAZETTE)
    return make_article(f"{LEAD}-{number}", related=(structs.replace(item, **fields),))


def gather(*articles: Article) -> list[Mention]:
    return [mention for number, article in enumerate(articles) for mention in list_mentions(article, f"{number}.md")]


def merge_story(*articles: Article, removed_urls: frozenset[str] = frozenset(), at: int = NOW) -> Entry | None:
    """Merge the entry of URL, and check that the order of mentions does not matter."""
    mentions = [mention for mention in gather(*articles) if mention.url == URL]
    entries = [merge(URL, order, names=NAMES, removed_urls=removed_urls, at=at) for order in permutations(mentions)]
    assert all(entry == entries[0] for entry in entries)
    return entries[0]


def test_an_article_is_its_own_entry_even_as_coverage() -> None:
    entry = merge_story(make_article(), make_lead(1, published=THIRD))
    assert entry is not None
    assert (entry.id, entry.kind, entry.title, entry.leads) == (URL, Kind.ARTICLE, "As an article", ())


def test_an_unpublished_article_is_shown_as_coverage() -> None:
    entry = merge_story(make_article(state=PublicationState.UNPUBLISHED), make_lead(1))
    assert entry is not None
    assert (entry.kind, entry.title) == (Kind.RELATED, "As coverage 1")


def test_an_unpublished_article_alone_is_not_shown() -> None:
    assert merge_story(make_article(state=PublicationState.UNPUBLISHED)) is None


def test_a_removed_article_suppresses_all_its_mentions() -> None:
    assert merge_story(make_article(), make_article(state=PublicationState.REMOVED), make_lead(1)) is None


def test_the_newest_lead_wins_and_all_leads_are_named() -> None:
    late = structs.replace(make_lead(2), published=SECOND, updated=SECOND, topics=("Tides",))
    entry = merge_story(structs.replace(make_lead(1), topics=("AI",)), late)
    assert entry is not None
    assert entry.title == "As coverage 2"
    assert [lead.url for lead in entry.leads] == [f"{LEAD}-2", f"{LEAD}-1"]
    assert [category.label for category in entry.categories] == ["AI", "Tides"]


def test_coverage_is_released_with_its_first_lead() -> None:
    late = structs.replace(make_lead(2, published=FIRST), published=THIRD, updated=THIRD)
    early = structs.replace(make_lead(1, published=FIRST), published=SECOND, updated=SECOND)
    entry = merge_story(early, late, at=int(SECOND.timestamp()))
    assert entry is not None
    assert (entry.published, entry.released, len(entry.leads)) == (FIRST, SECOND, 1)
    assert merge_story(early, late, at=int(SECOND.timestamp()) - 1) is None


def test_a_lead_changes_its_coverage_on_the_date_of_the_lead() -> None:
    late = structs.replace(make_lead(2, published=FIRST), published=THIRD, updated=THIRD, topics=("Tides",))
    early = structs.replace(make_lead(1, published=FIRST), topics=("AI",))
    before, after = (merge_story(early, late, at=int(date.timestamp())) for date in (SECOND, THIRD))
    assert before is not None
    assert after is not None
    assert (before.title, before.released, [each.term for each in before.categories]) == (
        "As coverage 1",
        FIRST,
        ["ai"],
    )
    assert (after.title, after.released, len(after.categories)) == ("As coverage 2", THIRD, 2)


def test_an_expired_article_is_an_unpublished_article() -> None:
    article = make_article(expires=SECOND)
    assert merge_story(article, at=int(SECOND.timestamp())) is None
    before, after = (merge_story(article, make_lead(1), at=int(date.timestamp())) for date in (FIRST, SECOND))
    assert before is not None
    assert after is not None
    assert (before.kind, before.released) == (Kind.ARTICLE, FIRST)
    assert (after.kind, after.released) == (Kind.RELATED, SECOND)


def test_the_coverage_of_an_expired_lead_expires_with_it() -> None:
    lead = structs.replace(make_lead(1), expires=SECOND)
    assert merge_story(lead, at=int(FIRST.timestamp())) is not None
    assert merge_story(lead, at=int(SECOND.timestamp())) is None


def test_the_newer_of_two_files_with_a_url_wins_and_coverage_is_merged() -> None:
    other = RelatedItem(title="Other", url="https://post.example/other", provider=GAZETTE)
    old = make_article(related=(other,))
    new = make_article(title="Newer", published=SECOND, updated=SECOND)
    entry = merge_story(old, new)
    assert entry is not None
    assert entry.title == "Newer"
    assert [reference.url for reference in entry.coverage] == [other.url]


def test_removed_coverage_is_not_listed() -> None:
    other = RelatedItem(title="Other", url="https://post.example/other", provider=GAZETTE)
    entry = merge_story(make_article(related=(other,)), removed_urls=frozenset([other.url]))
    assert entry is not None
    assert entry.coverage == ()


def test_two_labels_of_one_topic_are_one_category() -> None:
    article = make_article(topics=("Tides", "Ebb and Flow"))
    names = NAMES | {"ebb and flow": NAMES["tides"]}
    entry = merge(URL, gather(article), names=names, removed_urls=frozenset(), at=NOW)
    assert entry is not None
    assert [category.term for category in entry.categories] == ["tides"]
