"""HTTP for feed readers: status, validators, caching and headers."""

import re
import sys
from datetime import UTC, datetime, timedelta
from types import FrameType

import pytest
from flask.testing import FlaskClient
from werkzeug.http import http_date

from feeds.catalog.catalog import Catalog
from feeds.site.url_parser import parse_address
from feeds.web.app import create_app
from tests.support.app import make_client, make_settings

FEED = "/topics/ai.atom"
TYPES = {
    "/feed.atom": "application/atom+xml; charset=utf-8",
    "/topics/ai.rss": "application/rss+xml; charset=utf-8",
    "/providers/govtech.com.json": "application/feed+json",
    "/feed/archive/1.atom": "application/atom+xml; charset=utf-8",
    "/topics/ai/archive/1.json": "application/feed+json",
    "/feeds.opml": "text/x-opml; charset=utf-8",
    "/sitemap.xml": "application/xml; charset=utf-8",
    "/": "text/html; charset=utf-8",
    "/latest": "text/html; charset=utf-8",
    "/latest?q=bill": "text/html; charset=utf-8",
    "/compose": "text/html; charset=utf-8",
    "/topics/ai": "text/html; charset=utf-8",
    "/topics/ai/archive/1": "text/html; charset=utf-8",
    "/robots.txt": "text/plain; charset=utf-8",
    "/static/style.css": "text/css; charset=utf-8",
    "/static/page.js": "text/javascript; charset=utf-8",
    "/favicon.ico": "image/x-icon",
}
DATED = tuple(path for path in TYPES if not path.startswith(("/static", "/favicon", "/robots")))
KEPT_BY_304 = ("ETag", "Cache-Control", "Last-Modified", "Access-Control-Allow-Origin", "Access-Control-Expose-Headers")
CHANGED = datetime(2020, 12, 22, 16, 48, tzinfo=UTC)


@pytest.mark.parametrize(("path", "media_type"), TYPES.items())
def test_media_types_are_exact(client: FlaskClient, path: str, media_type: str) -> None:
    assert client.get(path).headers["Content-Type"] == media_type


@pytest.mark.parametrize(
    ("alias", "path"),
    [
        ("/feed.xml", "/feed.atom"),
        ("/atom.xml", "/feed.atom"),
        ("/index.xml", "/feed.atom"),
        ("/rss.xml", "/feed.rss"),
        ("/feed/", "/feed.rss"),
    ],
)
def test_aliases_serve_the_feed_itself(client: FlaskClient, alias: str, path: str) -> None:
    probed, feed = client.get(alias), client.get(path)
    assert probed.status_code == 200
    assert (probed.data, probed.headers["ETag"]) == (feed.data, feed.headers["ETag"])


@pytest.mark.parametrize("path", TYPES)
def test_an_etag_is_strong_quoted_and_stable(client: FlaskClient, path: str) -> None:
    tags = {client.get(path).headers["ETag"] for _ in range(3)}
    assert len(tags) == 1
    assert re.fullmatch('"[0-9a-f]{32}"', tags.pop())


def test_etags_are_the_same_in_another_process(client: FlaskClient, catalog: Catalog) -> None:
    other = make_client(catalog)
    assert client.get(FEED).headers["ETag"] == other.get(FEED).headers["ETag"]


@pytest.mark.parametrize("path", DATED)
def test_documents_of_the_catalog_have_last_modified(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.last_modified == CHANGED
    assert response.headers["Cache-Control"] == "public, max-age=900"


def test_an_asset_has_no_last_modified(client: FlaskClient) -> None:
    assert "Last-Modified" not in client.get("/static/style.css").headers


@pytest.mark.parametrize("path", DATED)
@pytest.mark.parametrize("template", ["{}", "W/{}", '"x", {}', 'W/"x",W/{} , "y"', "*"])
def test_a_matching_etag_gets_304(client: FlaskClient, path: str, template: str) -> None:
    whole = client.get(path)
    response = client.get(path, headers={"If-None-Match": template.format(whole.headers["ETag"])})
    assert (response.status_code, response.data) == (304, b"")
    assert [response.headers[name] for name in KEPT_BY_304] == [whole.headers[name] for name in KEPT_BY_304]
    assert "Content-Type" not in response.headers


@pytest.mark.parametrize("tag", ['""', '"x"', 'W/"x"', "x", '"x", "y"', ""])
def test_another_etag_does_not_match(client: FlaskClient, tag: str) -> None:
    response = client.get(FEED, headers={"If-None-Match": tag})
    assert response.status_code == 200


@pytest.mark.parametrize(("seconds", "status"), [(-1, 200), (0, 304), (1, 304)])
def test_a_date_alone_is_enough(client: FlaskClient, seconds: int, status: int) -> None:
    since = http_date(CHANGED + timedelta(seconds=seconds))
    response = client.get(FEED, headers={"If-Modified-Since": since})
    assert response.status_code == status
    assert response.last_modified == CHANGED


def test_an_etag_takes_precedence_over_a_date(client: FlaskClient) -> None:
    fresh, stale = http_date(CHANGED), http_date(datetime(2000, 1, 1, tzinfo=UTC))
    tag = client.get(FEED).headers["ETag"]
    assert client.get(FEED, headers={"If-None-Match": '"x"', "If-Modified-Since": fresh}).status_code == 200
    assert client.get(FEED, headers={"If-None-Match": '""', "If-Modified-Since": fresh}).status_code == 200
    assert client.get(FEED, headers={"If-None-Match": tag, "If-Modified-Since": stale}).status_code == 304


@pytest.mark.parametrize("path", [*TYPES, "/healthz", "/nope"])
def test_head_is_get_without_a_body(client: FlaskClient, path: str) -> None:
    whole, head = client.get(path), client.head(path)
    assert (head.status_code, head.data) == (whole.status_code, b"")
    assert [item for item in head.headers if item[0] != "Date"] == [item for item in whole.headers if item[0] != "Date"]
    assert head.headers["Content-Length"] == str(len(whole.data))


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
@pytest.mark.parametrize("path", [FEED, "/", "/nope", "/topics/AI.atom"])
def test_every_response_allows_any_origin_and_sets_no_cookie(client: FlaskClient, method: str, path: str) -> None:
    headers = client.open(path, method=method).headers
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Access-Control-Expose-Headers"] == "ETag, Last-Modified, Link, Retry-After"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in headers
    assert headers.get("Vary") in (None, "Accept-Encoding")


def test_a_preflight_request_is_allowed(client: FlaskClient) -> None:
    asked = {"Origin": "https://reader.example", "Access-Control-Request-Method": "GET"}
    response = client.options(FEED, headers=asked)
    assert response.status_code == 200
    assert {"GET", "HEAD", "OPTIONS"} == response.allow
    assert "If-None-Match" in response.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Headers" not in client.options(FEED).headers


@pytest.mark.parametrize("path", ["/topics/nope.atom", "/nope.xml", "/static/nope.css", "/topics/%00.atom", "/.env"])
def test_a_404_is_a_short_sentence(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    assert len(response.data) < 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_rejected(client: FlaskClient, method: str) -> None:
    response = client.open(FEED, method=method)
    assert response.status_code == 405
    assert {"GET", "HEAD"} <= response.allow
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("path", "location"), [("/topics/AI.atom", "/topics/ai.atom"), ("/topics/ai/", "/topics/ai")])
def test_another_spelling_redirects_once(client: FlaskClient, path: str, location: str) -> None:
    response = client.get(f"{path}?utm_source=x")
    assert (response.status_code, response.headers["Location"]) == (301, location)
    assert client.get(location).status_code == 200


def test_unknown_parameters_are_ignored(client: FlaskClient) -> None:
    assert client.get(f"{FEED}?utm_source=x").data == client.get(FEED).data


@pytest.mark.parametrize("agent", ["Feedbin", "Miniflux/2", ""])
def test_every_user_agent_is_served(client: FlaskClient, agent: str) -> None:
    assert client.get(FEED, headers={"User-Agent": agent}).status_code == 200


@pytest.mark.parametrize("path", DATED)
def test_urls_come_from_the_settings_and_not_from_the_request(client: FlaskClient, path: str) -> None:
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher"}
    response = client.get(path, headers=headers)
    assert response.data == client.get(path).data
    assert b"https://news.example" in response.data
    assert b"evil.example" not in response.data


def test_a_link_header_is_sent_only_with_hubs(client: FlaskClient, catalog: Catalog) -> None:
    assert "Link" not in client.get(FEED).headers
    hubbed = make_client(catalog, FEEDS_HUBS="https://hub.example/")
    for path in (FEED, "/feed.rss", "/providers/govtech.com.json"):
        links = f'<https://hub.example/>; rel="hub", <https://news.example{path}>; rel="self"'
        for _ in range(2):  # made, then replayed
            response = hubbed.get(path)
            assert response.headers["Link"] == links
            assert "https://hub.example/" in response.text
            assert f"https://news.example{path}" in response.text
            assert hubbed.head(path).headers["Link"] == links
    assert "Link" not in hubbed.get("/topics/ai").headers


def test_of_several_hubs_each_has_its_link(catalog: Catalog) -> None:
    hubbed = make_client(catalog, FEEDS_HUBS="https://hub.example/ https://other.example/")
    links = hubbed.get("/feed.xml").headers["Link"]
    assert links.count('rel="hub"') == 2
    assert links.endswith('<https://news.example/feed.atom>; rel="self"')


def test_health_has_the_age_of_the_catalog(client: FlaskClient) -> None:
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert response.get_json()["catalog_age_seconds"] == 0


@pytest.mark.parametrize("path", [FEED, "/", "/healthz", "/feeds.opml"])
def test_without_a_catalog_the_status_is_503(path: str, caplog: pytest.LogCaptureFixture) -> None:
    url = "postgresql://somebody:hunter2@127.0.0.1:1/nothing"
    unreachable = Catalog(url)
    response = create_app(make_settings(DATABASE_URL=url), unreachable).test_client().get(path)
    unreachable.close()
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert response.headers["Cache-Control"] == "no-store"
    assert not {"hunter2", "somebody", "127.0.0.1"} & set(response.text.replace("@", " ").split())
    assert "hunter2" not in caplog.text
    assert caplog.records


def test_assets_need_no_catalog() -> None:
    missing = Catalog("sqlite:///nowhere/catalog.sqlite3")
    assert create_app(make_settings(), missing).test_client().get("/favicon.ico").status_code == 200


def test_a_url_is_parsed_once_per_request(catalog: Catalog) -> None:
    client = make_client(catalog)
    parsed: list[str] = []

    def record(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code is parse_address.__code__:
            parsed.append(frame.f_locals["path"])

    cold = ("/topics/ai.atom", "/topics/ai,computer-vision.rss?limit=3", "/static/style.css")
    for path in (*cold, *cold[:2]):
        sys.setprofile(record)
        try:
            response = client.get(path)
        finally:
            sys.setprofile(None)
        assert response.status_code == 200
    assert parsed == ["/topics/ai.atom", "/topics/ai,computer-vision.rss", "/static/style.css"]
