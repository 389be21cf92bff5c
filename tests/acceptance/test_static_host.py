"""nginx, configured as in the docs, serves an export without dead links, at the root of a host and below a path."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.acceptance.test_nginx import running_nginx
from tests.support.app import make_settings
from tests.support.crawler import Fetch, Page, crawl, find_links
from tests.support.static_site import export_site, list_paths, write_site

HOST = "https://user.example"
WITH_PATH = {"#! rewrite": "rewrite", "#! location = /repo": "location = /repo"}


@pytest.mark.parametrize(("base_path", "changes"), [("", {}), ("/repo", WITH_PATH)])
def test_an_export_has_no_dead_links(
    program: Callable[[str], str], tmp_path: Path, base_path: str, changes: dict[str, str]
) -> None:
    site_url = f"{HOST}{base_path}"
    write_site(tmp_path / "content")
    root = export_site(tmp_path / "content", tmp_path, make_settings(FEEDS_SITE_URL=f"{site_url}/", FEEDS_LIMIT="10"))
    with running_nginx(program("nginx"), tmp_path, **changes) as nginx, fetching(nginx.url) as fetch:
        crawled = crawl(site_url, fetch, starts=set(list_paths(root)) - {"/404"})
        assert crawled.dead == []
        assert len(crawled.documents) > 100
        for path in ("/nope", "/topics/nope.atom", "/topics/tides/no/such/page"):
            missing = nginx.request(f"{base_path}{path}")
            assert missing.status == 404
            links = find_links(f"{site_url}{path}", Page("text/html", missing.body), site_url=site_url)
            assert {link.partition("#")[0] for link in links} <= {*crawled.documents, f"{site_url}{path}"}
        if base_path:
            moved = nginx.request(base_path)
            assert (moved.status, moved.headers["location"]) == (301, f"{base_path}/")


@pytest.mark.parametrize(("base_path", "changes"), [("", {}), ("/repo", WITH_PATH)])
def test_an_export_of_the_corpus_has_no_dead_links(
    program: Callable[[str], str], corpus: Path, tmp_path: Path, base_path: str, changes: dict[str, str]
) -> None:
    site_url = f"{HOST}{base_path}"
    root = export_site(corpus, tmp_path, make_settings(FEEDS_SITE_URL=site_url))
    with running_nginx(program("nginx"), tmp_path, **changes) as nginx, fetching(nginx.url) as fetch:
        crawled = crawl(site_url, fetch, starts=set(list_paths(root)) - {"/404"})
    print(crawled)  # noqa: T201 `pytest -rP` shows the numbers
    assert crawled.dead == []


@contextmanager
def fetching(server_url: str) -> Iterator[Fetch]:
    """Yield a function that fetches documents from a server, by their URLs on `HOST`."""
    with closing(HTTPConnection(urlsplit(server_url).netloc, timeout=10)) as connection:

        def fetch(url: str) -> Page | None:
            connection.request("GET", url.removeprefix(HOST))
            answer = connection.getresponse()
            body = answer.read()
            return Page(answer.headers.get_content_type(), body) if answer.status == 200 else None

        yield fetch
