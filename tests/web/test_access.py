"""The publisher's pages exist only with a token, and only for those who know it."""

from base64 import b64encode

import pytest
from flask.testing import FlaskClient

from feeds.catalog.catalog import Catalog
from feeds.site.file_urls import METRICS_PATH
from tests.support.app import TOKEN, make_client

PATHS = ("/metrics", "/publisher", "/stats")


@pytest.fixture(scope="module")
def guarded(catalog: Catalog) -> FlaskClient:
    return make_client(catalog, FEEDS_TOKEN=TOKEN)


@pytest.mark.parametrize("path", PATHS)
def test_without_a_token_there_is_no_page(client: FlaskClient, path: str) -> None:
    response, unknown = client.get(path, auth=("", "")), client.get("/nope.txt" if path == METRICS_PATH else "/nope")
    names = {name for name, _value in response.headers}
    assert (response.status_code, names) == (404, {name for name, _value in unknown.headers})
    assert response.headers["Content-Type"] == unknown.headers["Content-Type"]
    assert response.headers["Cache-Control"] == unknown.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("user", ["", "publisher", "jörg"])
def test_the_token_is_the_password_of_any_user(guarded: FlaskClient, path: str, user: str) -> None:
    response = guarded.get(path, auth=(user, TOKEN))
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert "Access-Control-Allow-Origin" not in response.headers
    assert "ETag" not in response.headers


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "authorization",
    [
        None,
        f"Bearer {TOKEN}",
        "Basic",
        "Basic !!!",
        "Basic ÿþ",
        "Basic " + b64encode(TOKEN.encode()).decode(),
        "Basic " + b64encode(b"publisher:").decode(),
        "Basic " + b64encode(f"publisher:{TOKEN[:-1]}".encode()).decode(),
        "Basic " + b64encode(f"publisher:{TOKEN}x".encode()).decode(),
        "Basic " + b64encode(f"publisher:{TOKEN.upper()}".encode()).decode(),
        "Basic " + b64encode(b"publisher:\xff\xfe").decode(),
        "Basic " + b64encode("publisher:日本".encode()).decode(),
    ],
)
def test_others_are_asked_for_the_token(guarded: FlaskClient, path: str, authorization: str | None) -> None:
    response = guarded.get(path, headers={"Authorization": authorization} if authorization else {})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Basic realm=")
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.text == "Enter the token in FEEDS_TOKEN as the password, with any user name.\n"


def test_only_reading_is_allowed(guarded: FlaskClient) -> None:
    assert guarded.post("/metrics", auth=("", TOKEN)).status_code == 405
    assert guarded.head("/metrics", auth=("", TOKEN)).data == b""
