"""A setting that is not set keeps its published value, an empty value drops it."""

from pathlib import Path

import pytest

from feeds.settings import SETTINGS, Settings
from feeds.settings.published import keep_published

VALUES = {
    "FEEDS_SITE_URL": "https://news.example",
    "FEEDS_SITE_TITLE": "News",
    "FEEDS_SITE_DESCRIPTION": "All the news.",
    "FEEDS_SITE_ID": "news",
    "FEEDS_LANGUAGE": "de",
    "FEEDS_LOGO": "https://news.example/logo.png",
    "FEEDS_ACCENT": "#0a5c7a",
    "FEEDS_STYLESHEET": "site.css",
    "FEEDS_FOOTER_LINKS": "About us = https://news.example/about Contact = mailto:desk@news.example",
    "FEEDS_IMPRINT": "https://news.example/imprint",
    "FEEDS_SECURITY_CONTACT": "https://news.example/security mailto:security@news.example",
    "FEEDS_SECURITY_EXPIRES": "2027-06-30T00:00:00Z",
    "FEEDS_RELATED": "links",
    "FEEDS_LINK": "amp",
    "FEEDS_ARTICLES_URL": "https://blog.example/base",
    "FEEDS_LIMIT": "10",
    "FEEDS_MAX_AGE": "60",
    "FEEDS_TOMBSTONES": "yes",
    "FEEDS_HUBS": "https://hub.example https://hub2.example",
}


@pytest.fixture
def content(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "site.css").write_text("h1 { color: teal }")
    return {"FEEDS_CONTENT": str(tmp_path)}


def test_all_shown_values_are_kept_and_make_the_same_feeds(content: dict[str, str]) -> None:
    published = Settings.from_environ(VALUES | content)
    assert published.shown.values == VALUES
    assert VALUES.keys() == {setting.name for setting in SETTINGS if setting.is_shown}
    kept = keep_published({"WEB_CONCURRENCY": "3", "PORT": "5000"}, published.shown.values)
    assert kept == VALUES
    assert Settings.from_environ(kept | content).shown == published.shown


def test_default_values_are_not_published() -> None:
    assert Settings.from_environ({}).shown.values == {}
    assert Settings.from_environ({"FEEDS_LIMIT": "50", "FEEDS_SITE_URL": "http://localhost:8000/"}).shown.values == {}


@pytest.mark.parametrize("value", ["", "20"])
def test_a_new_value_and_an_empty_value_take_effect(value: str) -> None:
    assert keep_published({"FEEDS_LIMIT": value}, {"FEEDS_LIMIT": "10"}) == {}


@pytest.mark.parametrize(
    ("environ", "published", "is_kept"),
    [
        ({}, "https://news.example", True),
        ({"PORT": "5000"}, "https://news.example", True),
        ({}, "http://localhost:5000", True),
        ({"PORT": "6000"}, "http://localhost:5000", False),
        ({"FLY_APP_NAME": "news"}, "https://news.example", False),
        ({"FEEDS_SITE_URL": ""}, "https://news.example", False),
    ],
)
def test_the_url_of_the_site_follows_the_platform_and_the_port(
    environ: dict[str, str],
    published: str,
    is_kept: bool,  # noqa: FBT001 a table
) -> None:
    assert bool(keep_published(environ, {"FEEDS_SITE_URL": published})) is is_kept
