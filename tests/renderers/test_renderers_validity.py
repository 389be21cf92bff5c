"""Feeds are valid for arbitrary articles."""

import json
from html import unescape
from pathlib import Path
from typing import Any

import jsonschema
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from feeds.articles.article import parse_article
from feeds.articles.mention import Mention, list_mentions
from feeds.catalog.records import ProviderCount, Topic
from feeds.collector.identity import assign_ids
from feeds.collector.merge import group_by_url, merge
from feeds.model.entry import Entry
from feeds.model.errors import ArticleError
from feeds.model.feed import Feed, Format
from feeds.model.topics import TopicName, assign_slugs
from feeds.renderers.feed import render
from feeds.renderers.sitemap import ListedPage, render_sitemap
from feeds.site.directory import Directory
from feeds.site.opml import write_opml
from feeds.site.opml_query import OpmlQuery
from feeds.site.topic_tree import arrange_topics
from tests.renderers.documents import parse, select, select_texts
from tests.support.app import make_settings
from tests.support.sample_feeds import START, make_archive, make_feed, make_full_feed
from tests.support.validity import check_json, check_xml

HOSTS = [
    "gazette.example",
    "möwen.example",
    "a_ü.example",
    "💩.example",
    "हिन्दी.example",
    "www.",
    "\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.example",
]
MARKUP = ["<b>", "</title>", "&lt;", "&#60;", "&amp;amp;", "]]>", '"', "'", "<script>alert(1)</script>", "<!--", "--"]
INVISIBLE = ["\u200b", "\ufeff", "\xad", "\u200d", "\ufe0f", "\u3164", "\u2800", "\u202e", " ", "\t"]
RESERVED = [
    "/",
    "?",
    "#",
    "%",
    "%20",
    "[",
    "]",
    "|",
    "{",
    "}",
    "^",
    "`",
    "\\",
    "<",
    ">",
    '"',
    " ",
    "ü",
    "\ue000",
    "'",
    "--",
]
CHARACTERS = st.characters(
    exclude_categories=["Cs"], exclude_characters=[*map(chr, range(0x7F, 0xA0)), "\ufffe", "\uffff"]
)

texts = st.lists(st.sampled_from([*MARKUP, *INVISIBLE]) | st.text(CHARACTERS, max_size=5), max_size=6).map("".join)
paths = st.lists(st.sampled_from(RESERVED) | st.text(CHARACTERS, max_size=3), max_size=8).map("".join)
urls = st.builds("https://{}/{}".format, st.sampled_from(HOSTS), paths)
stories = st.fixed_dictionaries(
    {"title": texts, "webUrl": urls},
    optional={
        "ampWebUrl": urls,
        "authors": texts,
        "excerpt": texts,
        "featuredContent": texts,
        "images": st.lists(st.fixed_dictionaries({"url": urls}, optional={"title": texts}), max_size=2),
        "locale": texts,
        "originalUrl": urls,
        "provider": st.fixed_dictionaries(
            {},
            optional={"name": texts, "domain": st.sampled_from(HOSTS) | texts, "authors": st.lists(texts, max_size=2)},
        ),
        "publishedDateTime": st.just("2021-03-04T05:06:07Z"),
        "type": texts,
    },
)
articles = st.builds(
    lambda story, more: story | more,
    stories,
    st.fixed_dictionaries(
        {"publishedDateTime": st.just("2021-03-05T05:06:07Z"), "topics": st.lists(texts, max_size=3)},
        optional={
            "id": st.builds("tag:gazette.example,2021:{}".format, paths),
            "related": st.lists(stories, max_size=2),
        },
    ),
)


def read_mentions(article: dict[str, Any]) -> list[Mention]:
    front = "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in article.items())
    try:
        return list_mentions(parse_article(f"---\n{front}---\n".encode(), "a.md")[0], "a.md")
    except ArticleError:
        return []


def merge_all(mentions: list[Mention]) -> tuple[tuple[Entry, ...], tuple[Topic, ...]]:
    """Merge mentions into entries and topics, as a collect does."""
    labels = {
        category.term: category.label for mention in mentions if mention.draft for category in mention.draft.categories
    }
    names = {key: TopicName(slug, labels[key]) for key, slug in assign_slugs(labels).items()}
    ids = assign_ids(mentions, at=10**10)
    groups = group_by_url(mentions).items()
    merged = (merge(ids[url], of_url, names=names, removed_urls=(), at=10**10) for url, of_url in groups)
    topics = tuple(
        Topic(slug=name.slug, name=name.name, description=name.name, image="", parent="", entries=1, newest=START)
        for name in names.values()
    )
    return tuple(entry for entry in merged if entry), topics


def check(feed: Feed) -> list[str]:
    problems = [text for format in (Format.ATOM, Format.RSS) for text in check_xml(render(feed, format))]
    return problems + check_json(render(feed, Format.JSON))


@given(articles)
def test_any_article_gives_valid_documents(article: dict[str, Any]) -> None:
    entries, topics = merge_all(read_mentions(article))
    assert check(make_feed(*entries)) == []
    providers = tuple(ProviderCount(entry.provider.domain, 1, START) for entry in entries)
    directory = Directory(topics=arrange_topics(topics), providers=providers, newest=START, changed=None)
    for listing in (OpmlQuery(with_providers=True), OpmlQuery(min_entries=9)):
        assert check_xml(write_opml(directory, make_settings(), listing)) == []


@given(articles)
def test_any_article_follows_the_schemas(schemas: Path, article: dict[str, Any]) -> None:
    entries, _ = merge_all(read_mentions(article))
    feed = make_feed(*entries)
    etree.RelaxNG(etree.parse(schemas / "atom.rng")).assertValid(parse(feed, Format.ATOM))
    schema = json.loads((schemas / "jsonfeed-1.1.json").read_text())
    formats = jsonschema.Draft7Validator.FORMAT_CHECKER
    jsonschema.Draft7Validator(schema, format_checker=formats).validate(json.loads(render(feed, Format.JSON)))


@given(articles)
def test_an_entry_has_the_same_id_and_link_in_every_format(article: dict[str, Any]) -> None:
    feed = make_feed(*merge_all(read_mentions(article))[0])
    atom, rss, items = parse(feed, Format.ATOM), parse(feed, Format.RSS), json.loads(render(feed, Format.JSON))["items"]
    ids = [entry.id for entry in feed.entries]
    assert select_texts(atom, "atom:entry/atom:id") == select_texts(rss, "//guid") == ids
    assert [item["id"] for item in items] == ids
    links = select_texts(atom, "atom:entry/atom:link[@rel='alternate']/@href")
    assert links == select_texts(rss, "//item/link") == [item["url"] for item in items]
    permalinks = [guid.get("isPermaLink") == "true" for guid in select(rss, "//guid")]
    assert permalinks == [id == link for id, link in zip(ids, links, strict=True)]


@given(articles)
def test_names_survive_readers_of_html(article: dict[str, Any]) -> None:
    entries, _ = merge_all(read_mentions(article))
    for item, entry in zip(select(parse(make_feed(*entries), Format.RSS), "//item"), entries, strict=True):
        assert [unescape(text) for text in select_texts(item, "category")] == [c.label for c in entry.categories]
        assert [unescape(text) for text in select_texts(item, "source")] == [entry.provider.name]
        creators = entry.authors or (entry.provider.name,)
        assert [unescape(text) for text in select_texts(item, "dc:creator")] == list(creators)


def test_sample_feeds_are_valid() -> None:
    for feed in (make_full_feed(), make_archive(), make_feed(), make_feed(subtitle="")):
        assert check(feed) == []


def test_an_empty_catalog_gives_valid_lists() -> None:
    directory = Directory(topics=(), providers=(), newest=None, changed=None)
    assert check_xml(write_opml(directory, make_settings())) == []
    assert check_xml(render_sitemap([ListedPage("https://news.example/", None)])) == []


def test_no_empty_document_names_a_date_before_feeds() -> None:
    for document in (render(make_feed(), format) for format in Format):
        assert b"1970" not in document
