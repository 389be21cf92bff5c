from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.address import (
    EVERYTHING,
    Address,
    ArchiveAddress,
    ArchivePart,
    AssetAddress,
    Cut,
    FeedAddress,
    OpmlAddress,
    PageAddress,
    Subject,
    check_spelling,
    parse_address,
)
from feeds.errors import MovedError, NotFoundError
from feeds.feed import Format

SLUGS = st.text(st.characters(categories=["Ll", "Lo", "Nd", "Mn"], include_characters="-"), min_size=1)
CUTS = st.builds(Cut, st.integers(-(10**11), 10**11), st.from_regex("[0-9a-f]{8}", fullmatch=True))
PARTS = st.builds(ArchivePart, st.integers(1, 10**9 - 1), st.none() | CUTS)
SUBJECTS = st.builds(Subject, topic=SLUGS) | st.builds(Subject, provider=SLUGS) | st.just(EVERYTHING)
ADDRESSES: st.SearchStrategy[Address] = st.one_of(
    st.builds(FeedAddress, st.builds(Subject, topic=SLUGS), st.sampled_from(Format)),
    st.builds(FeedAddress, st.builds(Subject, provider=SLUGS), st.sampled_from(Format)),
    st.builds(PageAddress, st.builds(Subject, topic=SLUGS)),
    st.builds(FeedAddress, st.just(EVERYTHING), st.sampled_from(Format)),
    st.builds(ArchiveAddress, SUBJECTS, PARTS, st.sampled_from(Format)),
    st.sampled_from([PageAddress(), OpmlAddress(), AssetAddress("style.css"), AssetAddress("favicon.ico")]),
)


@given(ADDRESSES)
def test_a_canonical_path_leads_back_to_its_address(address: Address) -> None:
    assert address.path.isascii()
    assert parse_address(unquote(address.path)) == address
    check_spelling(unquote(address.path), address)


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/", PageAddress()),
        ("/feed.atom", FeedAddress(EVERYTHING, Format.ATOM)),
        ("/feed.json", FeedAddress(EVERYTHING, Format.JSON)),
        ("/topics/ai", PageAddress(Subject(topic="ai"))),
        ("/topics/ai.rss", FeedAddress(Subject(topic="ai"), Format.RSS)),
        ("/providers/gazette.example", PageAddress(Subject(provider="gazette.example"))),
        ("/providers/gazette.example.atom", FeedAddress(Subject(provider="gazette.example"), Format.ATOM)),
        ("/feed/archive/3.json", ArchiveAddress(EVERYTHING, ArchivePart(3), Format.JSON)),
        (
            "/topics/ai/archive/12-1608655680-0a1b2c3d.atom",
            ArchiveAddress(Subject(topic="ai"), ArchivePart(12, Cut(1608655680, "0a1b2c3d")), Format.ATOM),
        ),
        ("/feeds.opml", OpmlAddress()),
        ("/favicon.ico", AssetAddress("favicon.ico")),
        ("/static/style.css", AssetAddress("style.css")),
    ],
)
def test_a_path_names_one_thing(path: str, address: Address) -> None:
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
        ("/topics/", "/"),
        ("/providers", "/"),
        ("/static/favicon.ico", "/favicon.ico"),
        ("/Topics/ai/Archive/2-7-ABCDEF01.RSS", "/topics/ai/archive/2-7-abcdef01.rss"),
        ("/feed/archive/2-007-abcdef01.rss/", "/feed/archive/2-7-abcdef01.rss"),
        ("/TOPICS/möwen.RSS", "/topics/m%C3%B6wen.rss"),
    ],
)
def test_another_spelling_moves_to_the_canonical_one(path: str, canonical: str) -> None:
    with pytest.raises(MovedError) as caught:
        check_spelling(path, parse_address(path))
    assert caught.value.path == canonical


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
        *("/feed/archive/0.atom", "/feed/archive/01.atom", "/feed/archive/1.html", "/feed/archive/1", "/feed/archive/"),
        *("/feed/archive/1-2.atom", "/feed/archive/1-2-3.atom", "/feed/archive/\u0661.atom", "/static/archive/1.atom"),
    ],
)
def test_nothing_is_anywhere_else(path: str) -> None:
    with pytest.raises(NotFoundError):
        parse_address(path)


@given(st.text())
def test_any_path_is_read_or_refused(text: str) -> None:
    try:
        assert parse_address(f"/{text}").path.startswith("/")
    except NotFoundError as error:
        assert str(error)  # noqa: PT017 it is not always raised
