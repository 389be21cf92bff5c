from urllib.parse import unquote

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.archive import ArchivePart, FeedEnd
from feeds.model.errors import BadRequestError, MovedError, NotFoundError
from feeds.model.expression import parse_expression
from feeds.model.feed import Format
from feeds.model.periods import Cycle
from feeds.model.query import EVERYTHING, Query
from feeds.model.search import parse_search
from feeds.site.file_urls import AssetAddress, RobotsAddress, SitemapAddress
from feeds.site.opml_query import OpmlQuery
from feeds.site.url_parser import check_spelling, parse_address
from feeds.site.urls import (
    Address,
    ArchiveAddress,
    BundleAddress,
    ComposeAddress,
    DigestAddress,
    DigestPageAddress,
    FeedAddress,
    HomeAddress,
    IssueAddress,
    OpmlAddress,
    PageAddress,
    ProviderListAddress,
    TopicListAddress,
    TopicOrder,
    write_reference,
)

SLUGS = st.text(st.characters(categories=["Ll", "Lo", "Nd", "Mn"], include_characters="-"), min_size=1)
TERMS = st.tuples(st.sampled_from(["", "!"]), SLUGS).map("".join)
EXPRESSIONS = st.lists(st.lists(TERMS, min_size=1, max_size=4).map("+".join), min_size=1, max_size=2).map(
    lambda alternatives: parse_expression(",".join(alternatives))
)
FEED_ENDS = st.builds(FeedEnd, st.integers(-(10**11), 10**11), st.from_regex("[0-9a-f]{8}", fullmatch=True))
PARTS = st.builds(ArchivePart, st.integers(1, 10**9 - 1), st.none() | FEED_ENDS)
PATHS = st.one_of(st.builds(Query, topics=EXPRESSIONS), st.builds(Query, providers=EXPRESSIONS), st.just(EVERYTHING))
PARAMETERS = st.fixed_dictionaries(
    {},
    optional={
        "from_providers": EXPRESSIONS,
        "types": EXPRESSIONS.map(lambda types: types.rename(str.casefold)),
        "min_quality": st.integers(0, 1000),
        "min_heat": st.integers(0, 1000),
        "search": st.sampled_from(['robots "machine learning" -cry* 機械', "c+ möwe", "a&b=c"]).map(parse_search),
        "with_related": st.booleans(),
        "limit": st.integers(1, 200),
    },
)
QUERIES = st.one_of(
    st.builds(lambda path, parameters: msgspec.structs.replace(path, **parameters), PATHS, PARAMETERS),
    st.builds(Query.for_topic, SLUGS),
    st.builds(Query.for_provider, SLUGS),
)
FEEDS = st.one_of(
    st.builds(FeedAddress, QUERIES, st.sampled_from(Format)),
    st.builds(DigestAddress, QUERIES, st.sampled_from(Cycle), st.sampled_from(Format)),
)
ADDRESSES: st.SearchStrategy[Address] = st.one_of(
    FEEDS,
    st.lists(FEEDS, min_size=1, max_size=3).map(BundleAddress.of),
    st.builds(PageAddress, QUERIES, st.none() | PARTS),
    st.builds(DigestPageAddress, QUERIES, st.sampled_from(Cycle)),
    st.builds(IssueAddress.of, QUERIES, st.sampled_from(Cycle), st.integers(-100_000, 400_000)),
    st.builds(ArchiveAddress, QUERIES, PARTS, st.sampled_from(Format)),
    st.sampled_from([HomeAddress(), ComposeAddress(), OpmlAddress(), RobotsAddress(), SitemapAddress()]),
    st.sampled_from([AssetAddress("style.css"), AssetAddress("favicon.ico")]),
)
PROVIDER = Query.for_provider("gazette.example")
COMPOSED = "/topics/ai+!crypto.atom"


@given(ADDRESSES)
def test_a_canonical_path_leads_back_to_its_address(address: Address) -> None:
    path, _, query_string = write_reference(address).partition("?")
    assert path == address.path
    assert f"{path}{query_string}".isascii()
    assert " " not in query_string
    assert parse_address(unquote(path), query_string) == address
    check_spelling(unquote(path), address)


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/", HomeAddress()),
        ("/compose", ComposeAddress()),
        ("/latest", PageAddress()),
        ("/feed/archive/3", PageAddress(EVERYTHING, ArchivePart(3))),
        ("/robots.txt", RobotsAddress()),
        ("/sitemap.xml", SitemapAddress()),
        ("/topics", TopicListAddress()),
        ("/topics-by-activity", TopicListAddress(TopicOrder.ACTIVITY)),
        ("/providers", ProviderListAddress()),
        ("/feed.atom", FeedAddress(EVERYTHING, Format.ATOM)),
        ("/feed.json", FeedAddress(EVERYTHING, Format.JSON)),
        ("/topics/ai", PageAddress(Query.for_topic("ai"))),
        ("/topics/ai.rss", FeedAddress(Query.for_topic("ai"), Format.RSS)),
        ("/providers/gazette.example", PageAddress(Query.for_provider("gazette.example"))),
        ("/providers/gazette.example.atom", FeedAddress(Query.for_provider("gazette.example"), Format.ATOM)),
        ("/feed/weekly", DigestPageAddress(EVERYTHING, Cycle.WEEKLY)),
        ("/topics/ai/daily", DigestPageAddress(Query.for_topic("ai"), Cycle.DAILY)),
        ("/topics/ai/daily/2026-11-24", IssueAddress(Query.for_topic("ai"), Cycle.DAILY, 20_781)),
        ("/providers/gazette.example/weekly/2026-W47", IssueAddress(PROVIDER, Cycle.WEEKLY, 2_968)),
        ("/feed/archive/3.json", ArchiveAddress(EVERYTHING, ArchivePart(3), Format.JSON)),
        (
            "/topics/ai/archive/12-1608655680-0a1b2c3d.atom",
            ArchiveAddress(Query.for_topic("ai"), ArchivePart(12, FeedEnd(1608655680, "0a1b2c3d")), Format.ATOM),
        ),
        ("/feeds.opml", OpmlAddress()),
        ("/favicon.ico", AssetAddress("favicon.ico")),
        ("/static/style.css", AssetAddress("style.css")),
    ],
)
def test_a_path_is_read_as_an_address(path: str, address: Address) -> None:
    assert parse_address(path) == address
    assert address.path == path


@pytest.mark.parametrize("path", ["/feed.xml", "/atom.xml", "/index.xml"])
def test_readers_probe_for_atom(path: str) -> None:
    assert parse_address(path) == FeedAddress(EVERYTHING, Format.ATOM)
    check_spelling(path, parse_address(path))


@pytest.mark.parametrize("path", ["/rss.xml", "/feed/", "/feed"])
def test_readers_probe_for_rss(path: str) -> None:
    assert parse_address(path) == FeedAddress(EVERYTHING, Format.RSS)
    check_spelling(path, parse_address(path))


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("/Feed.Atom", "/feed.atom"),
        ("/Topics/ai.ATOM", "/topics/ai.atom"),
        ("/topics/ai/", "/topics/ai"),
        ("/topics/", "/topics"),
        ("/Topics-by-Name/", "/topics-by-name"),
        ("/Providers", "/providers"),
        ("/static/favicon.ico", "/favicon.ico"),
        ("/Topics/ai/Archive/2-7-ABCDEF01.RSS", "/topics/ai/archive/2-7-abcdef01.rss"),
        ("/feed/archive/2-007-abcdef01.rss/", "/feed/archive/2-7-abcdef01.rss"),
        ("/TOPICS/möwen.RSS", "/topics/m%C3%B6wen.rss"),
        ("/topics/ai/WEEKLY/2026-w47/", "/topics/ai/weekly/2026-W47"),
        ("/topics/ai/weekly/0900-w47", "/topics/ai/weekly/900-W47"),
        ("/topics/robotics+ai.atom", "/topics/ai+robotics.atom"),
        ("/topics/ai !crypto.atom", COMPOSED),
        ("/topics/b+a,a+b,c", "/topics/a+b,c"),
        ("/topics/ai,ai.json", "/topics/ai.json"),
        ("/providers/post.example,gazette.example.rss", "/providers/gazette.example,post.example.rss"),
    ],
)
def test_another_spelling_moves_to_the_canonical_one(path: str, canonical: str) -> None:
    with pytest.raises(MovedError) as caught:
        check_spelling(path, parse_address(path))
    assert caught.value.reference == canonical


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/nope",
            "/feed.xls",
            "/topics/ai/feed",
            "/static/a/b",
            "/topics/a\x00b",
            "/topics/\udcff",
            "/author/ai.atom",
        ),
        *("/archive/1.atom", "/topics/archive/1.atom", "/feed/ai/archive/1.atom", "/topics/ai/b/archive/1.atom"),
        *("/feed/archive/0.atom", "/feed/archive/01.atom", "/feed/archive/1.html", "/feed/archive/x", "/feed/archive/"),
        *("/feed/archive/1-2.atom", "/feed/archive/1-2-3.atom", "/feed/archive/\u0661.atom", "/static/archive/1.atom"),
    ],
)
def test_other_paths_are_not_found(path: str) -> None:
    with pytest.raises(NotFoundError):
        parse_address(path)


@given(st.text())
def test_any_path_is_read_or_refused(text: str) -> None:
    try:
        assert parse_address(f"/{text}").path.startswith("/")
    except (NotFoundError, BadRequestError) as error:
        assert str(error)  # noqa: PT017 it is not always raised


def test_a_redirect_keeps_the_query_in_its_canonical_spelling() -> None:
    path = "/topics/AI/"
    with pytest.raises(MovedError) as caught:
        check_spelling(path, parse_address(path, "utm_source=x&limit=7&related=links&min_quality=070"))
    assert caught.value.reference == "/topics/AI?min_quality=70&related=links&limit=7"


def test_a_query_may_be_spelt_in_any_way() -> None:
    defaults = Query(with_related=True, limit=50)
    ways = (
        "min_quality=70",
        "min_quality=070&limit=50",
        "related=entries&utm_source=x&min_quality=+70+",
        "q&min_quality=70",
    )
    assert len({parse_address(COMPOSED, way, defaults=defaults) for way in ways}) == 1
    check_spelling(COMPOSED, parse_address(COMPOSED, ways[2]))


def test_the_list_of_feeds_has_its_own_query() -> None:
    listing = OpmlQuery(with_providers=True, min_entries=3)
    assert parse_address("/feeds.opml", "min_entries=3&limit=many&provider=1") == OpmlAddress(listing)
    assert write_reference(OpmlAddress(listing)) == "/feeds.opml?provider=1&min_entries=3"


def test_static_files_ignore_the_query() -> None:
    for path in ("/static/style.css", "/robots.txt"):
        assert write_reference(parse_address(path, "limit=many&provider=1")) == path


@pytest.mark.parametrize(
    ("path", "query_string", "is_plain"),
    [
        ("/feed.atom", "", True),
        ("/topics/ai.atom", "", True),
        ("/providers/post.example", "utm_source=x", True),
        ("/topics/ai,ai", "", True),
        ("/topics/!ai", "", False),
        ("/topics/ai,b", "", False),
        ("/feed.atom", "limit=1", False),
        ("/", "provider=post.example", False),
    ],
)
def test_composed_and_plain_feeds_are_told_apart(path: str, query_string: str, *, is_plain: bool) -> None:
    address = parse_address(path, query_string)
    assert isinstance(address, FeedAddress | PageAddress)
    assert address.query.is_plain is is_plain


def test_an_error_names_the_malformed_part() -> None:
    with pytest.raises(BadRequestError, match="Invalid expression “ai,,b”: missing name between two signs"):
        parse_address("/topics/ai,,b.atom")
