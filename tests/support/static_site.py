"""Write the articles of a varied site, and export a site."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from feeds.catalog.catalog import Catalog
from feeds.collector.collect import Collector
from feeds.export.exporter import Exporter
from feeds.settings import Settings
from tests.support.app import CLOCK, NOW
from tests.support.articles import write_article

_NOT_DOCUMENTS = (".feeds-export.json", ".growing", ".gz", ".br")


def write_site(content: Path) -> None:
    """Write articles with archives, a hierarchy of topics, retired topics, and names beyond ASCII."""
    fields = {"provider": "{name: Gazette, domain: gazette.example}", "topics": "[Tides, 鷗, A & B]"}
    related = [invent_story(number) for number in range(130)]
    write_article(content, "one", related=f"[{', '.join(related)}]", locale="he", **fields)
    write_article(content, "two", topics="[Old, Older]", provider="{domain: gazeta.com.br}", heat="7")
    (content / "topics").mkdir()
    for name, fields_of_topic in {
        "old": "name: Old\nretired: 2025-12-20T00:00:00Z\nsuccessor: tides\n",
        "older": "name: Older\nretired: 2025-12-21T00:00:00Z\n",
        "tides": "name: Tides\ndescription: High and low.\n",
        "ebb": "name: Ebb\nparent: tides\n",
    }.items():
        (content / "topics" / f"{name}.yaml").write_text(fields_of_topic)


def invent_story(number: int) -> str:
    date = f"2024-05-{number // 24 + 1:02}T{number % 24:02}:00:00Z"
    provider = f"{{domain: p{number}.example}}" if number < 3 else "{domain: gazette.example}"
    url = f"https://gazette.example/story-{number}"
    return f"{{title: Story {number}, webUrl: '{url}', publishedDateTime: {date}, provider: {provider}}}"


def export_site(content: Path, folder: Path, settings: Settings) -> Path:
    """Collect articles, and export the site to the folder `site` in `folder`, without compressed files."""
    catalog = Catalog(f"sqlite:///{folder / 'catalog.sqlite3'}")
    Collector(catalog, [content], shown=settings.shown, clock=CLOCK).collect()
    with catalog.reading() as reader:
        result = Exporter(reader, folder / "site", settings=settings, now=NOW, compress=False).export()
    catalog.close()
    assert result.left_out == ()
    return folder / "site"


def list_paths(root: Path) -> Iterator[str]:
    """Yield the URL path of each exported document."""
    for path in root.rglob("*"):
        name = str(path.relative_to(root))
        if path.is_file() and not name.endswith(_NOT_DOCUMENTS):
            yield "/" if name == "index.html" else f"/{quote(name.removesuffix('.html'), safe='/+,!')}"
