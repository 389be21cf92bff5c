"""The readers of other people's input, each as a function of bytes that checks what must hold for any bytes."""

import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from urllib.parse import quote, unquote

from lxml import etree

from feeds.articles.adopted_file import parse_adopted_file, write_adopted_file
from feeds.articles.article import parse_article_file
from feeds.articles.dialects.folder_site import FolderSite
from feeds.articles.dialects.permalinks import PermalinkError, PostFields, build_path
from feeds.articles.dialects.site_config import find_site_config
from feeds.articles.dialects.template_tags import blank_template_tags
from feeds.articles.topic_file import parse_topic_file
from feeds.catalog.reader import CatalogReader
from feeds.migrate.fetching import FeedSource
from feeds.migrate.matching import Matcher
from feeds.migrate.old_feed import read_old_feed
from feeds.migrate.stories import Candidate
from feeds.model.document import Document
from feeds.model.errors import AdoptionError, ArticleError, BadRequestError, FeedsError, NotFoundError
from feeds.model.query import parse_query
from feeds.site.feed_names import name_feed
from feeds.site.url_parser import check_spelling, parse_address
from feeds.statistics.log_files import LogReader
from feeds.statistics.readers import MAX_NAME_CHARACTERS, MAX_SUBSCRIBERS, parse_user_agent
from feeds.web.cached_document import CachedDocument, CacheKey
from tests.articles.test_article_damage import check
from tests.articles.test_sanitize import assert_is_safe
from tests.support.bodies import render
from tests.support.newsroom import Newsroom

_OPEN = ExitStack()
_NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_DOCUMENT = Document(body=b"feed", media_type="text/plain", etag="abc", last_modified=_NOW, max_age_seconds=900)
_CACHED = CachedDocument(CacheKey("/feed.atom"), _DOCUMENT)
_SITE_NAMES = ("_config.yml", "hugo.toml", "hugo.json", ".eleventy.js", "astro.config.mjs")
_CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH", "HTTP_ACCEPT_ENCODING", "HTTP_RANGE")


def read_article(data: bytes) -> None:
    """Read a file; the HTML of an article is safe, and XML can carry its texts."""
    if article := check(data):
        assert_is_safe(article.body.html)
        for text in (article.title, article.body.html):
            etree.Element("text").text = text


def read_post(data: bytes) -> None:
    """Read a post in TOML, in a folder without configuration; the HTML of an article is safe."""
    with suppress(ArticleError):
        site = FolderSite(root="/blog", url="https://blog.example")
        article = parse_article_file(data, "/blog/2020-12-31-a.md", key="2020-12-31-a.md", site=site).article
        if article:
            assert_is_safe(article.body.html)


def read_site(data: bytes) -> None:
    """Read a configuration with the name in the first line; each post gets a path, or an error explains why not."""
    name, _, text = data.partition(b"\n")
    folder = Path(_make_folder())
    path = folder / next((known for known in _SITE_NAMES if known.encode() == name), _SITE_NAMES[0])
    path.write_bytes(text)
    try:
        for key in ("_posts/2020-01-02-a.md", "content/posts/A b.md", "src/content/blog/c.md", "src/posts/index.md"):
            config, problems = find_site_config(str(folder / key), root=str(folder))
            assert all(str(problem) for problem in problems)
            if config:
                blank_template_tags("{{ site.baseurl }}{% post_url 2020-01-01-x %}", config=config)
                with suppress(PermalinkError):
                    assert build_path(config, key, fields=PostFields(date=_NOW, title="A b")).startswith("/")
    finally:
        path.unlink()


def read_topic_file(data: bytes) -> None:
    """Read a topic file."""
    with suppress(ArticleError):
        parse_topic_file(data, "topics/a.yaml")


def read_adopted_file(data: bytes) -> None:
    """Read a file of adopted ids; what is valid can be written and read again."""
    with suppress(ArticleError):
        file, _ = parse_adopted_file(data, "adopted.yaml")
        assert parse_adopted_file(write_adopted_file(file).encode(), "adopted.yaml")[0] == file


def read_earlier_feed(data: bytes) -> None:
    """Read an earlier feed, and match its entries."""
    with suppress(AdoptionError):
        feed = read_old_feed(FeedSource(name="feed", data=data, urls=("https://blog.example/feed",)))
        Matcher([Candidate(url="https://blog.example/1", path="1.md", title="One")]).match(feed.entries)


def sanitize(data: bytes) -> None:
    """Convert a body; the result is safe, and always the same."""
    text = data.decode(errors="replace")
    body = render(text)[0]
    assert_is_safe(body.html)
    assert render(text)[0] == body


def parse_url(data: bytes) -> None:
    """Parse a path and a query, separated by a question mark; the canonical address leads to itself."""
    path, _, query = data.decode(errors="replace").partition("?")
    try:
        address = parse_address(f"/{path}", query)
    except (NotFoundError, BadRequestError):
        return
    canonical = unquote(address.path)
    if canonical.count(".") < 2:  # a name that ends like a format may end another address
        check_spelling(canonical, parse_address(canonical))


def search(data: bytes) -> None:
    """Parse a search text and run it; no text is an error of the database."""
    text = data.decode(errors="replace")
    try:
        query = parse_query(f"q={quote(text)}")
    except BadRequestError:
        return
    _open_catalog().read_newest(query, limit=10, now=_NOW)


def answer_conditions(data: bytes) -> None:
    """Answer a conditional request; each line of the data is the value of a header."""
    values = data.decode("latin-1").split("\n")
    environ: Mapping[str, str] = dict(zip(_CONDITIONS, values, strict=False))
    response = _CACHED.respond({"REQUEST_METHOD": "GET", **environ})
    assert response.status[:3] in {"200", "304", "412"}


def read_user_agent(data: bytes) -> None:
    """Recognise a reader; the name is short and printable, and the numbers are plausible."""
    reader = parse_user_agent(data.decode("latin-1"))
    assert 0 < len(reader.name) <= MAX_NAME_CHARACTERS
    assert reader.name.isprintable()
    assert reader.subscribers is None or 0 <= reader.subscribers <= MAX_SUBSCRIBERS


def read_log(data: bytes) -> None:
    """Read a log; every line is a request or is counted."""
    path = _make_folder() / "access.log"
    path.write_bytes(data)
    reader = LogReader(name_feed)
    with suppress(FeedsError):  # a damaged gzip file
        requests = list(reader.read(path))
        assert len(requests) + reader.unreadable <= reader.lines


@cache
def _make_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="feeds-fuzz-"))


@cache
def _open_catalog() -> CatalogReader:
    """Make a catalog with an entry, and read it until the end of the process."""
    folder = Path(tempfile.mkdtemp(prefix="feeds-fuzz-"))
    newsroom = Newsroom(folder / "articles", f"sqlite:///{folder}/catalog.sqlite")
    newsroom.write("a", title="Möwe and 鷗", excerpt='Tides "of" x-y, c++ and 3.14')
    newsroom.collect()
    return _OPEN.enter_context(newsroom.catalog.reading())


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "article": read_article,
    "post": read_post,
    "site": read_site,
    "topic_file": read_topic_file,
    "adopted_file": read_adopted_file,
    "earlier_feed": read_earlier_feed,
    "sanitizer": sanitize,
    "address": parse_url,
    "search": search,
    "conditional": answer_conditions,
    "user_agent": read_user_agent,
    "log": read_log,
}
"""Every target by name; `corpus/NAME` holds its first inputs, and the inputs that once failed."""
