"""An article is split into mentions of URLs."""

from datetime import UTC, datetime

from msgspec import structs

from feeds.articles.mention import Role, list_mentions
from feeds.articles.parsed import Article, Body, PublicationState, RelatedItem
from feeds.model.entry import Category, Kind, Provider

NOON = datetime(2021, 3, 1, 12, tzinfo=UTC)
EVENING = datetime(2021, 3, 1, 20, tzinfo=UTC)
LATER = datetime(2021, 3, 2, tzinfo=UTC)
GAZETTE = Provider("The Gazette", "gazette.example")
ITEM = RelatedItem(title="Item", url="https://post.example/item", provider=GAZETTE)
ARTICLE = Article(
    state=PublicationState.PUBLISHED,
    title="Lead",
    url="https://gazette.example/lead",
    published=EVENING,
    updated=LATER,
    provider=GAZETTE,
    topics=("AI", "Tides"),
    body=Body("<p>Text.</p>", is_cut=True, rest_words="more"),
    related=(ITEM, structs.replace(ITEM, url="https://post.example/early", published=NOON, updated=NOON)),
)


def test_a_published_article_mentions_itself_and_then_its_related_items() -> None:
    mentions = list_mentions(ARTICLE, "lead.md")
    assert [(mention.position, mention.role, mention.url) for mention in mentions] == [
        (0, Role.PUBLISHED, ARTICLE.url),
        (1, Role.RELATED, "https://post.example/item"),
        (2, Role.RELATED, "https://post.example/early"),
    ]
    assert {mention.path for mention in mentions} == {"lead.md"}


def test_a_mention_counts_from_its_release_until_the_article_expires() -> None:
    mentions = list_mentions(structs.replace(ARTICLE, expires=LATER), "lead.md")
    assert [mention.released for mention in mentions] == [int(EVENING.timestamp())] * 3
    assert [mention.expires for mention in mentions] == [int(LATER.timestamp())] * 3


def test_the_articles_draft_lists_its_coverage() -> None:
    draft = list_mentions(ARTICLE, "lead.md")[0].draft
    assert draft is not None
    assert (draft.kind, draft.published, draft.updated, draft.released) == (Kind.ARTICLE, EVENING, LATER, EVENING)
    assert (draft.body, draft.is_cut, draft.rest_words) == ("<p>Text.</p>", True, "more")
    assert [reference.url for reference in draft.coverage] == [item.url for item in ARTICLE.related]
    assert draft.leads == ()


def test_the_coverage_in_one_entry_is_limited_but_not_the_entries() -> None:
    items = tuple(structs.replace(ITEM, url=f"https://post.example/{number}", title="t" * 949) for number in range(50))
    mentions = list_mentions(structs.replace(ARTICLE, related=items), "lead.md")
    assert mentions[0].draft is not None
    assert len(mentions[0].draft.coverage) == 20
    assert len(mentions) == 51


def test_a_related_draft_links_to_its_lead_and_is_not_released_before() -> None:
    draft = list_mentions(ARTICLE, "lead.md")[2].draft
    assert draft is not None
    assert (draft.kind, draft.published, draft.released) == (Kind.RELATED, NOON, EVENING)
    assert [lead.url for lead in draft.leads] == [ARTICLE.url]
    assert draft.categories == (Category("ai", "AI"), Category("tides", "Tides"))


def test_a_related_item_without_a_date_takes_the_date_of_its_lead() -> None:
    draft = list_mentions(ARTICLE, "lead.md")[1].draft
    assert draft is not None
    assert (draft.published, draft.updated) == (EVENING, EVENING)


def test_one_topic_spelled_twice_is_one_category_as_spelled_first() -> None:
    article = structs.replace(ARTICLE, topics=("Tides", "TIDES", "tides "))
    draft = list_mentions(article, "lead.md")[0].draft
    assert draft is not None
    assert draft.categories == (Category("tides", "Tides"),)


def test_a_hidden_article_mentions_only_itself_without_title_or_text() -> None:
    for state, role in ((PublicationState.UNPUBLISHED, Role.UNPUBLISHED), (PublicationState.REMOVED, Role.REMOVED)):
        (mention,) = list_mentions(structs.replace(ARTICLE, state=state), "lead.md")
        assert (mention.url, mention.role) == (ARTICLE.url, role)
        draft = mention.draft
        assert (draft is not None) is (role is Role.REMOVED)
        assert draft is None or (draft.title, draft.summary, draft.body, draft.coverage) == ("", "", "", ())


def test_an_article_without_url_mentions_no_other_url() -> None:
    article = structs.replace(ARTICLE, state=PublicationState.REMOVED, url="", id="urn:story:1")
    assert list_mentions(article, "lead.md")[0].url == ""
