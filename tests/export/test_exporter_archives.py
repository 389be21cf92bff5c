"""The export has the archives of all feeds, and renders changed archive documents only."""

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest

from feeds.site.compression import Encoding
from feeds.site.urls import ArchiveAddress, FeedAddress
from feeds.site.walk import list_addresses
from tests.export.publisher import Publisher, forms, name_of, serve_static
from tests.support.app import SITE_URL, make_settings

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]

FORMATS = ("atom", "rss", "json")
STORIES = 230  # two blocks, of which the second still grows
SETTINGS = make_settings(FEEDS_LIMIT="2")
START = datetime(2024, 5, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Publisher:
    """Give a publisher with enough exported stories for archives."""
    publisher = Publisher(tmp_path_factory.mktemp("exported"))
    publisher.settings = SETTINGS
    dates = (f"{START + timedelta(minutes=number):%FT%TZ}" for number in range(STORIES))
    items = [
        f"{{title: Story {number}, webUrl: https://post.example/{number}, publishedDateTime: {date},"
        " provider: {name: The Post, domain: post.example}}"
        for number, date in enumerate(dates)
    ]
    publisher.write("lead", related=f"[{', '.join(items[:200])}]")
    # A file has at most 200 related items, and both files are one story.
    publisher.write("more", webUrl="https://gazette.example/lead", related=f"[{', '.join(items[200:])}]")
    publisher.collect()
    publisher.export()
    publisher.catalog.close()
    return publisher


@pytest.fixture
def publisher(exported: Publisher, tmp_path: Path) -> Publisher:
    """Give a publisher right after an export."""
    shutil.copytree(exported.content.parent, tmp_path, dirs_exist_ok=True)
    publisher = Publisher(tmp_path)
    publisher.settings, publisher.now = SETTINGS, exported.now
    return publisher


def publish(publisher: Publisher, name: str, *, hours: int, **fields: str) -> None:
    publisher.write(name, publishedDateTime=f"{START + timedelta(hours=hours):%FT%TZ}", topics="[Tides]", **fields)
    publisher.collect()


def list_archives(publisher: Publisher, feed: str) -> list[str]:
    """List the names of the exported documents of a feed's archive."""
    return sorted(name for name in publisher.list_files() if name.startswith(f"{feed}/archive/"))


def find_first_part(publisher: Publisher, feed: str) -> str:
    """Return the name of the document linked from an exported feed, without its extension."""
    text = (publisher.root / f"{feed}.atom").read_text()
    (found,) = re.findall(rf'href="{SITE_URL}/([^"]*)\.atom" rel="prev-archive"', text)
    return str(found)


def export_and_count(publisher: Publisher) -> int:
    """Export, and return the number of rendered addresses."""
    made: list[int] = []
    publisher.export(progress=lambda done, _total: made.append(done))
    return len(made)


def test_all_linked_documents_are_listed(publisher: Publisher) -> None:
    with publisher.catalog.reading() as reader:
        listed = list(list_addresses(reader, settings=publisher.settings, now=publisher.now))
    waiting = [address.path for address in listed if isinstance(address, FeedAddress)]
    documents = {address.path for address in listed if isinstance(address, ArchiveAddress)}
    client, seen = publisher.client(), set[str]()
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            text = client.get(unquote(path)).get_data(as_text=True)
            pattern = (
                rf'{SITE_URL}([^"]*/archive/[^"]*)' if path.endswith(".json") else rf'"{SITE_URL}([^"]*/archive/[^"]*)"'
            )
            waiting += re.findall(pattern, text)
    found = {path for path in seen if "/archive/" in path}
    assert len(found) > 20
    # JSON Feed has no link to newer documents: the newest block exists without a link.
    growing = {path for path in documents if path.endswith("/archive/2.json")}
    assert found | growing == documents


def test_a_feed_that_is_not_full_has_none(publisher: Publisher) -> None:
    publisher.settings = make_settings(FEEDS_LIMIT="200")
    publisher.collect()
    publisher.export()
    assert list_archives(publisher, "providers/gazette.example") == []


def test_a_single_block_is_linked_by_its_feed_end_only(publisher: Publisher) -> None:
    for number in range(3):
        publish(publisher, f"new-{number}", hours=24 + number, provider="{domain: times.example}")
    publisher.export()
    assert len(list_archives(publisher, "providers/times.example")) == len(forms("html", *FORMATS))


@pytest.mark.parametrize(("encoding", "suffix"), [("identity", ""), ("gzip", ".gz"), ("br", ".br")])
def test_bytes_equal_those_of_the_server(publisher: Publisher, encoding: str, suffix: str) -> None:
    client = publisher.client()
    paths = [unquote(path) for path in publisher.list_paths() if "/archive/" in path]
    for path in paths:
        served = client.get(path, headers={"Accept-Encoding": encoding})
        expected = serve_static(client, path, Encoding(encoding))
        assert (publisher.root / (name_of(path) + suffix)).read_bytes() == expected
        is_growing = (publisher.root / f"{name_of(path)}.growing").exists()
        is_page = name_of(path).endswith(".html")
        assert served.headers["Cache-Control"] == f"public, max-age={900 if is_growing or is_page else 86_400}"


def test_growing_documents_are_marked(publisher: Publisher) -> None:
    marked = [name for name in list_archives(publisher, "feed") if name.endswith(".growing")]
    assert marked == [f"feed/archive/2.{format}.growing" for format in sorted(FORMATS)]
    assert all((publisher.root / name).read_bytes() == b"" for name in marked)


def test_a_second_export_makes_nothing(publisher: Publisher) -> None:
    assert export_and_count(publisher) == 0


def test_publishing_keeps_finished_documents(publisher: Publisher) -> None:
    before = publisher.identify()
    publish(publisher, "new", hours=24)
    made = export_and_count(publisher)
    after = publisher.identify()
    finished = forms(
        *(f"{feed}/archive/1.{format}" for feed in ("feed", "topics/tides") for format in (*FORMATS, "html"))
    )
    assert finished <= before.keys()
    assert {name: after[name] for name in finished} == {name: before[name] for name in finished}
    # Of everything and of the topic, feeds, blocks that grow, and new feed ends; of the provider, feeds and new
    # feed ends; a page for each of these; the home page, eight lists, and the program's own five files and 404 page.
    assert made == 4 * (2 * 3 + 2) + 9 + 6


def test_a_correction_changes_one_document(publisher: Publisher) -> None:
    publish(publisher, "old", hours=1)
    publisher.export()
    before = publisher.identify()
    publish(publisher, "old", hours=1, title="Corrected")
    publisher.export()
    after = publisher.identify()
    touched = {name for name in before if "/archive/" in name and after[name] != before[name]}
    kinds = (*FORMATS, "html")
    assert touched == forms(*(f"{feed}/archive/1.{kind}" for feed in ("feed", "topics/tides") for kind in kinds))


def test_a_release_keeps_finished_documents(publisher: Publisher) -> None:
    publisher.write("later", publishedDateTime=f"{publisher.now + timedelta(hours=1):%FT%TZ}", topics="[Tides]")
    publisher.collect()
    publisher.export()
    before = publisher.identify()
    publisher.now += timedelta(minutes=90)
    publisher.export()
    after = publisher.identify()
    assert after["topics/tides/archive/1.atom"] == before["topics/tides/archive/1.atom"]
    assert b"Title of later" in (publisher.root / "topics/tides.atom").read_bytes()


def test_a_damaged_document_is_restored(publisher: Publisher) -> None:
    document = publisher.root / "feed/archive/1.atom.br"
    body = document.read_bytes()
    document.write_bytes(b"")
    assert publisher.export().written == 1
    assert document.read_bytes() == body


def test_documents_linked_from_old_copies_of_a_feed_stay_for_a_while(publisher: Publisher) -> None:
    first_part = find_first_part(publisher, "topics/tides")
    body = (publisher.root / f"{first_part}.atom").read_bytes()
    publish(publisher, "new", hours=24)
    publisher.export()
    assert find_first_part(publisher, "topics/tides") != first_part
    assert (publisher.root / f"{first_part}.atom").read_bytes() == body
    (publisher.content / "more.md").unlink()
    publish(publisher, "lead", hours=-2)  # the content of the part, without related stories
    publisher.export()
    assert (publisher.root / f"{first_part}.atom").read_bytes() != body
    publisher.now += timedelta(hours=1)
    publisher.export()
    assert (publisher.root / f"{first_part}.atom").exists()
    publisher.now += timedelta(seconds=900)
    publisher.export()
    assert not any(name.startswith(first_part) for name in publisher.list_files())


def test_a_new_catalog_has_other_blocks(publisher: Publisher) -> None:
    publisher.start_new_catalog("second")
    for name in ("lead", "more"):
        (publisher.content / f"{name}.md").unlink()
    for number in range(3):
        publish(publisher, f"new-{number}", hours=number)
    publisher.export()
    for feed in ("feed", "topics/tides"):
        assert not {name for name in list_archives(publisher, feed) if re.search(r"/\d+\.atom$", name)}
        assert f"{find_first_part(publisher, feed)}.atom" in list_archives(publisher, feed)
    assert list_archives(publisher, "providers/post.example") == []
