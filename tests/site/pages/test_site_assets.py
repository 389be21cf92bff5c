"""The publication's logo and stylesheet, and the contact for security, on a server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lxml import html

from feeds.catalog.catalog import Catalog
from tests.support.app import collected, make_client
from tests.support.articles import write_article

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>'
SECURITY = "/.well-known/security.txt"


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    folder = tmp_path_factory.mktemp("content")
    write_article(folder, "one")
    with collected(folder, folder / "catalog.sqlite3") as catalog:
        yield catalog


@pytest.fixture
def client(catalog: Catalog, tmp_path: Path) -> FlaskClient:
    (tmp_path / "logo.svg").write_bytes(SVG)
    (tmp_path / "own.css").write_text("h1 { letter-spacing: 0 }\n")
    return make_client(
        catalog,
        FEEDS_CONTENT=str(tmp_path),
        FEEDS_LOGO="logo.svg",
        FEEDS_ACCENT="#ffee00",
        FEEDS_SITE_DESCRIPTION="All about tides.",
        FEEDS_FOOTER_LINKS="About us = https://news.example/about",
        FEEDS_IMPRINT="https://news.example/imprint",
        FEEDS_STYLESHEET="own.css",
        FEEDS_SECURITY_CONTACT="mailto:security@news.example https://news.example/security",
        FEEDS_SECURITY_EXPIRES="2026-06-30",
    )


def test_the_stylesheet_has_readable_accents_and_the_rules_of_the_publication(client: FlaskClient) -> None:
    response = client.get("/static/site.css")
    assert response.content_type == "text/css; charset=utf-8"
    assert response.text == (
        "@media screen {\n:root { --accent: #7d7500; --on-accent: #ffffff; }\n"
        "@media (prefers-color-scheme: dark) { :root { --accent: #ffee00; --on-accent: #000000; } }\n}\n"
        "h1 { letter-spacing: 0 }\n"
    )


def test_a_drawing_is_served_without_any_rights(client: FlaskClient) -> None:
    response = client.get("/static/logo.svg?v=1")
    assert (response.data, response.content_type) == (SVG, "image/svg+xml")
    assert response.headers["Content-Security-Policy"].endswith("sandbox")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def select(page: html.HtmlElement, path: str) -> list[str]:
    found = page.xpath(path)
    assert isinstance(found, list)
    return [str(item).partition("?v=")[0] for item in found]


def test_pages_show_the_publication(client: FlaskClient) -> None:
    page = html.fromstring(client.get("/").text)
    assert select(page, "//div[@class='title']/h1/text() | //h1/following-sibling::p[1]/text()") == [
        "Harbour News",
        "All about tides.",
    ]
    assert select(page, "//header//img/@src") == select(page, "//link[@rel='icon']/@href") == ["/static/logo.svg"]
    assert select(page, "//link[@rel='stylesheet']/@href") == ["/static/style.css", "/static/site.css"]
    links = ["https://news.example/about", "https://news.example/imprint"]
    assert select(page, "//footer//a/@href")[2:] == links
    assert select(page, "//meta[@property='og:image']/@content") == ["https://news.example/static/icon.png"]


def test_without_settings_the_files_do_not_exist(catalog: Catalog) -> None:
    client = make_client(catalog)
    assert [client.get(f"/static/{name}").status_code for name in ("site.css", "logo.svg", "logo.png")] == [404] * 3
    assert client.get(SECURITY).status_code == 404


def test_the_contact_for_security_is_a_text_without_a_clock(client: FlaskClient) -> None:
    response = client.get(SECURITY)
    assert response.content_type == "text/plain; charset=utf-8"
    assert response.text == (
        "Contact: mailto:security@news.example\nContact: https://news.example/security\n"
        "Expires: 2026-06-30T00:00:00Z\nPreferred-Languages: en\n"
        f"Canonical: https://news.example{SECURITY}\n"
    )
    assert client.get(SECURITY.upper()).status_code == 301
