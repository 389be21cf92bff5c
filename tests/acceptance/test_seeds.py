"""The two seeds give three stories in two topics, and no word of the unpublished article gets out."""

import html
import re
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import atoma
import feedparser
import msgspec
import pytest
import yaml

from tests.support.paths import SEEDS
from tests.support.site import Response, Site

pytestmark = pytest.mark.program

UNPUBLISHED_PATH, PUBLISHED_PATH = sorted(SEEDS.iterdir())
UNPUBLISHED, PUBLISHED = (
    yaml.safe_load(path.read_text().split("\n---\n")[0]) for path in (UNPUBLISHED_PATH, PUBLISHED_PATH)
)
SITE_URL = "https://feeds.example"
STORY_URLS = {PUBLISHED["webUrl"], *(item["webUrl"] for item in PUBLISHED["related"])}
STORY_TITLES = {PUBLISHED["title"], *(item["title"] for item in PUBLISHED["related"])}
TOPICS = ("computer-vision", "ai")
FORMATS = ("atom", "rss", "json")
GUESSED_PATHS = [
    *("/", "/healthz", "/feeds.opml", "/robots.txt", "/favicon.ico", "/nothing", "/topics/", "/providers/"),
    *("/feed.xml", "/atom.xml", "/index.xml", "/rss.xml", "/feed/", "/feed.atom", "/feed.rss", "/feed.json"),
    *(f"/topics/natural-language-processing{suffix}" for suffix in ("", ".atom", ".rss", ".json")),
    *(f"/providers/{domain}{suffix}" for domain in ("law360.com", "wsj.com") for suffix in ("", ".atom", ".rss")),
    *(
        "/catalog.sqlite3",
        "/.feeds/catalog.sqlite3",
        "/seeds/",
        "/static/../seeds/",
        "/TOPICS/AI.ATOM",
        "/topics/ai.atom?q=law360",
    ),
]
UNPUBLISHED_TOPIC = "/topics/natural-language-processing"
SLICE_CHARACTERS = 24


@dataclass(frozen=True)
class Crawl:
    """All answers of a server, the output of the server and its collector, and the catalog."""

    responses: dict[str, Response]
    log: str
    catalog_path: Path


def crawl(site: Site) -> Crawl:
    """Request every linked path, and paths that a curious visitor might try."""
    printed = site.collect()
    waiting, responses = list(GUESSED_PATHS), {}
    with site.serving() as server:
        while waiting:
            path = waiting.pop()
            if path not in responses:
                responses[path] = server.get(path)
                waiting.extend(find_paths(path, responses[path]))
    return Crawl(responses, printed + server.log.read_text(), site.catalog_path)


def find_paths(path: str, response: Response) -> Iterator[str]:
    """Yield the paths of the site in an answer of any format."""
    text = html.unescape(response.body.decode(errors="replace"))
    urls = re.findall(rf"""(?:href|src)=["']([^"']+)|({re.escape(SITE_URL)}[^\s"'<>)]*)""", text)
    for url in [*(relative or absolute for relative, absolute in urls), response.headers.get("location", "")]:
        target = urlsplit(urljoin(SITE_URL + path, url))
        if f"{target.scheme}://{target.netloc}" == SITE_URL:
            yield target._replace(scheme="", netloc="", fragment="").geturl()


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Crawl:
    return crawl(Site(tmp_path_factory.mktemp("seeds"), SEEDS, {"FEEDS_SITE_URL": SITE_URL}))


@pytest.fixture(scope="module")
def published_seed(tmp_path_factory: pytest.TempPathFactory) -> Crawl:
    """Crawl a site without the unpublished article."""
    folder = tmp_path_factory.mktemp("published")
    content = folder / "content"
    content.mkdir()
    shutil.copy(PUBLISHED_PATH, content)
    return crawl(Site(folder, content, {"FEEDS_SITE_URL": SITE_URL}))


def list_words(*texts: str) -> set[str]:
    return {word.casefold() for text in texts for word in re.findall(r"[^\W\d_]{4,}", text)}


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_has_exactly_three_entries(seeds: Crawl, topic: str, format: str) -> None:
    body = seeds.responses[f"/topics/{topic}.{format}"].body
    if format == "json":
        items = msgspec.json.decode(body)["items"]
        read = [(item["id"], item["url"], item["title"]) for item in items]
    else:
        entries = feedparser.parse(body).entries
        read = [(entry.id, entry.link, entry.title) for entry in entries]
    assert len(read) == 3
    assert {id for id, _, _ in read} == {link for _, link, _ in read} == STORY_URLS
    assert {title for _, _, title in read} == STORY_TITLES


@pytest.mark.parametrize("topic", TOPICS)
def test_a_strict_parser_reads_the_same_entries(seeds: Crawl, topic: str) -> None:
    atom = atoma.parse_atom_bytes(seeds.responses[f"/topics/{topic}.atom"].body)
    rss = atoma.parse_rss_bytes(seeds.responses[f"/topics/{topic}.rss"].body)
    json = atoma.parse_json_feed_bytes(seeds.responses[f"/topics/{topic}.json"].body)
    assert {entry.id_ for entry in atom.entries} == STORY_URLS
    assert {item.guid for item in rss.items} == {item.link for item in rss.items} == STORY_URLS
    assert {item.id_ for item in json.items} == {item.url for item in json.items} == STORY_URLS


@pytest.mark.parametrize("suffix", ["", ".atom", ".rss", ".json"])
def test_a_topic_of_unpublished_articles_is_empty(seeds: Crawl, suffix: str) -> None:
    response = seeds.responses[f"{UNPUBLISHED_TOPIC}{suffix}"]
    assert response.status == 200
    assert all(tag not in response.body for tag in (b"<entry", b"<item", b"<article", b'"date_published"'))


def test_the_crawl_reaches_the_whole_site(seeds: Crawl) -> None:
    found = {path.partition("?")[0] for path, response in seeds.responses.items() if response.status == 200}
    names = ["feed", *(f"topics/{topic}" for topic in TOPICS), "providers/govtech.com", "providers/masslive.com"]
    assert found >= {f"/{name}.{format}" for name in names for format in FORMATS}
    assert found >= {"/", "/topics/ai", "/providers/masslive.com", "/static/style.css", "/feeds.opml", "/healthz"}
    assert {response.status for response in seeds.responses.values()} == {200, 301, 404}


@pytest.mark.parametrize("article", [PUBLISHED, UNPUBLISHED], ids=["published", "unpublished"])
def test_no_part_of_secured_text_gets_out(seeds: Crawl, article: dict[str, str]) -> None:
    secured = article["secured"]
    slices = [secured[start : start + SLICE_CHARACTERS] for start in range(len(secured) - SLICE_CHARACTERS + 1)]
    outputs = {**read_outputs(seeds), "the catalog": dump(seeds.catalog_path)}
    assert [name for name, text in outputs.items() if any(part in text for part in slices)] == []


def dump(path: Path) -> str:
    """Return every value of every table, and the file's raw bytes, which may hold deleted data."""
    connection = sqlite3.connect(path)
    # The full-text table stores no words itself; its words are in ordinary tables.
    is_real = "type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    tables = [name for (name,) in connection.execute(f"SELECT name FROM sqlite_master WHERE {is_real}")]  # noqa: S608
    rows = [row for table in tables for row in connection.execute(f'SELECT * FROM "{table}"')]  # noqa: S608
    connection.close()
    return f"{rows}{path.read_bytes()!r}"


def test_the_unpublished_article_leaves_only_an_empty_topic(seeds: Crawl, published_seed: Crawl) -> None:
    assert list_answers(seeds) == list_answers(published_seed)


def list_answers(crawl: Crawl) -> dict[str, tuple[int, bytes, tuple[str | None, ...]]]:
    """List the answers by path; those of digests without Last-Modified, the time of the first collect."""
    answers = {
        path: (found.status, found.body, found.validators[: 1 if re.search("/(daily|weekly)", path) else 2])
        for path, found in crawl.responses.items()
    }
    del answers["/healthz"]  # contains the catalog's age
    return {path: answer for path, answer in answers.items() if not path.startswith(UNPUBLISHED_TOPIC)}


def test_no_word_of_the_unpublished_article_gets_out(seeds: Crawl, published_seed: Crawl) -> None:
    related = UNPUBLISHED["related"][0]
    unpublished = list_words(*(text for item in (UNPUBLISHED, related) for text in (item["title"], item["excerpt"])))
    # The published article and the program also use some of the words.
    secret = unpublished - list_words(PUBLISHED_PATH.read_text(), *read_outputs(published_seed).values())
    assert secret >= {"criminals", "dangerous", "refuses", "snag", "sweeping", "thousands", "threatened", "veto"}
    outputs = {name: list_words(text) for name, text in read_outputs(seeds).items()}
    assert {name: words & secret for name, words in outputs.items() if words & secret} == {}


@pytest.mark.parametrize("name", ["webUrl", "ampWebUrl", "cdnAmpWebUrl", "originalUrl"])
def test_no_url_of_the_unpublished_article_gets_out(seeds: Crawl, name: str) -> None:
    urls = [item[name] for item in (UNPUBLISHED, *UNPUBLISHED["related"]) if name in item]
    assert [output for output, text in read_outputs(seeds).items() if any(url in text for url in urls)] == []


def read_outputs(crawl: Crawl) -> dict[str, str]:
    """Map the name of every answer and of the log to its readable text."""
    outputs = {path: f"{found.headers}{found.body.decode(errors='replace')}" for path, found in crawl.responses.items()}
    return {name: html.unescape(text) for name, text in {**outputs, "the log": crawl.log}.items()}
