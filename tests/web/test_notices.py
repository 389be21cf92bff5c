"""A misspelled parameter gets a notice on a page, and nothing else changes."""

import pytest
from flask.testing import FlaskClient

from feeds.catalog.catalog import Catalog
from tests.support.app import make_client

NOTICE = '<p class="notice">'


@pytest.mark.parametrize(
    ("reference", "given", "corrected"),
    [
        ("/topics/ai?providr=govtech.com", "providr", "/topics/ai?provider=govtech.com"),
        (
            "/latest?limit=1&min_qualty=3&utm_source=x",
            "min_qualty",
            "/latest?limit=1&amp;min_quality=3&amp;utm_source=x",
        ),
        ("/?relatd=links", "relatd", "/?related=links"),
        ("/topics?providr=x", "providr", "/topics?provider=x"),
        ("/providers/govtech.com?limits=%22%3E", "limits", "/providers/govtech.com?limit=%22%3E"),
        ("/topics/ai+computer-vision?providr=x", "providr", "/topics/ai+computer-vision?provider=x"),
    ],
)
def test_a_page_has_a_notice_with_the_corrected_address(
    client: FlaskClient, reference: str, given: str, corrected: str
) -> None:
    page = client.get(reference)
    assert page.status_code == 200
    assert f'<code dir="ltr">{given}</code> is unknown' in page.text
    assert f'<a href="{corrected}">' in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert not {"ETag", "Last-Modified"} & {name for name, _value in page.headers}
    assert client.head(reference).headers == page.headers
    assert client.get(reference, headers={"If-None-Match": "*"}).status_code == 200


@pytest.mark.parametrize(
    ("query_string", "status", "corrected"),
    [
        ("topic=ai&limit=5&min_qualty=3&do=open", 200, "min_quality=3"),
        ("tpoic=ai", 200, "topic=ai"),
        ("topic=ai&limit=0&min_qualty=3&do=show", 400, "min_quality=3"),
    ],
)
def test_the_compose_form_has_the_notice_too(
    client: FlaskClient, query_string: str, status: int, corrected: str
) -> None:
    page = client.get(f"/compose?{query_string}")
    assert page.status_code == status
    assert NOTICE in page.text
    assert corrected in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert int(page.headers["Content-Length"]) == len(page.data)


def test_showing_a_composed_feed_keeps_the_parameter(client: FlaskClient) -> None:
    location = client.get("/compose?topic=ai&min_qualty=3&do=show").headers["Location"]
    assert location == "/topics/ai?min_qualty=3"


@pytest.mark.parametrize("path", ["/topics/ai", "/", "/latest?limit=1"])
def test_without_the_notice_the_page_is_as_before(catalog: Catalog, path: str) -> None:
    client = make_client(catalog)
    reference = f"{path}{'&' if '?' in path else '?'}providr=x"
    first = client.get(reference)
    before = client.get(path)
    again = client.get(reference)
    head, _, rest = first.text.partition(NOTICE)
    assert head + rest.partition("</p>\n")[2] == before.text
    assert (again.data, client.get(path).data) == (first.data, before.data)
    assert "max-age" in before.headers["Cache-Control"]
    assert NOTICE not in before.text


def test_notices_are_not_kept(catalog: Catalog) -> None:
    client = make_client(catalog)
    client.get("/topics/ai")
    cache = client.application.extensions["poller"]._cache  # noqa: SLF001 the cache of the app
    size = cache.size
    for number in range(20):
        assert NOTICE in client.get(f"/topics/ai?providr=x{number}").text
    assert cache.size == size


@pytest.mark.parametrize(
    "reference",
    [
        *("/topics/ai?utm_source=x&fbclid=y", "/topics/ai?topic=x", "/latest?prov=x", "/topics/ai?providr="),
        *("/topics/ai?providr=x&provider=govtech.com", "/topics/ai.atom?providr=x", "/feeds.opml?providr=x"),
        *("/feed.xml?providr=x", "/static/style.css?providr=x", "/robots.txt?providr=x", "/healthz?providr=x"),
    ],
)
def test_other_answers_have_no_notice(client: FlaskClient, reference: str) -> None:
    response = client.get(reference)
    assert response.status_code == 200
    assert NOTICE not in response.text


@pytest.mark.parametrize(
    ("reference", "location"),
    [
        ("/search?q=robots&min_qualty=3", "/latest?q=robots&min_qualty=3"),
        ("/topics/AI?providr=a%22%3E%0D%0Ab&utm_source=x", "/topics/ai?providr=a%22%3E%0D%0Ab"),
        ("/topics/AI?fbclid=x", "/topics/ai"),
        ("/topics/AI.atom?providr=x", "/topics/ai.atom"),
    ],
)
def test_a_redirect_to_a_page_keeps_the_parameter_for_the_notice(
    client: FlaskClient, reference: str, location: str
) -> None:
    response = client.get(reference)
    assert (response.status_code, response.headers["Location"]) == (301, location)
    assert (NOTICE in client.get(location).text) == ("qualty" in location or "providr" in location)


def test_a_notice_shows_markup_as_text(client: FlaskClient) -> None:
    page = client.get("/topics/ai?%3Cb%3Eprovider=x&provid%E2%80%AEr=%3Cscript%3E")
    assert "<b>provider" not in page.text
    assert "<script>" not in page.text
    assert "\u202e" not in page.text
    assert r"provid\u202er" in page.text
