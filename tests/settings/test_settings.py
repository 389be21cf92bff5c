"""Settings come from the environment, with defaults, and every problem is reported."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.errors import SettingsError
from feeds.model.feed import LinkChoice
from feeds.settings import SETTINGS, RelatedMode, Settings, describe_settings, hide_password


def fail(**environ: str) -> str:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environ(environ)
    return str(caught.value)


def test_every_setting_has_a_default() -> None:
    settings = Settings.from_environ({})
    assert (settings.content, settings.follow_links) == ((Path("seeds"),), False)
    assert settings.site_url == "http://localhost:8000"
    assert (settings.related, settings.link) == (RelatedMode.ENTRIES, LinkChoice.WEB)
    assert (settings.limit, settings.max_age_seconds, settings.hubs) == (50, 900, ())
    assert settings.database_url == "sqlite:///.feeds/catalog.sqlite3"


def test_every_setting_is_read() -> None:
    settings = Settings.from_environ(
        {
            "FEEDS_CONTENT": "news:more",
            "FEEDS_FOLLOW_SYMLINKS": "Yes",
            "FEEDS_SITE_URL": "https://news.example/feeds/",
            "FEEDS_SITE_TITLE": "Harbour News",
            "FEEDS_SITE_ID": "harbour",
            "FEEDS_LANGUAGE": "pt-BR",
            "FEEDS_RELATED": "Links",
            "FEEDS_LINK": "cdn",
            "FEEDS_LIMIT": "200",
            "FEEDS_MAX_AGE": "60",
            "FEEDS_HUBS": "https://a.example/, https://b.example/?x=1\nhttps://a.example/",
            "FEEDS_PURGE": "http://127.0.0.1:6081/, https://edge.example",
            "FEEDS_CACHE_MB": "256",
            "FEEDS_STATISTICS": "off",
            "DATABASE_URL": "postgres://user:word@host/name",
            "FEEDS_HOST": "[::1]",
            "PORT": "5000",
            "WEB_CONCURRENCY": "4",
        }
    )
    assert (settings.content, settings.follow_links) == ((Path("news"), Path("more")), True)
    assert (settings.site_url, settings.base_path) == ("https://news.example/feeds", "/feeds")
    assert settings.hubs == ("https://a.example/", "https://b.example/?x=1")
    assert (settings.site.title, settings.site.language) == ("Harbour News", "pt-BR")
    assert (settings.related, settings.link) == (RelatedMode.LINKS, LinkChoice.CDN)
    assert (settings.workers, settings.limit, settings.cache_mb) == (4, 200, 256)
    assert not settings.statistics
    assert (settings.bind, Settings.from_environ({}).bind) == ("[::1]:5000", "0.0.0.0:8000")


def test_localhost_is_an_address() -> None:
    settings = Settings.from_environ({"FEEDS_HOST": "localhost"})
    assert (settings.host, settings.local_host) == ("127.0.0.1", "127.0.0.1")
    assert [Settings.from_environ({"FEEDS_HOST": host}).local_host for host in ("", "::", "::1")] == [
        "localhost",
        "localhost",
        "::1",
    ]


def test_an_empty_value_counts_as_unset() -> None:
    assert Settings.from_environ({"FEEDS_LIMIT": " ", "FEEDS_SITE_URL": ""}) == Settings.from_environ({})


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({"PORT": "5000"}, "http://localhost:5000"),
        ({"HEROKU_APP_NAME": "gulls"}, "https://gulls.herokuapp.com"),
        ({"HEROKU_APP_NAME": "gulls", "HEROKU_APP_DEFAULT_DOMAIN_NAME": "g-1.example"}, "https://g-1.example"),
        ({"RENDER_EXTERNAL_URL": "https://gulls.example"}, "https://gulls.example"),
        ({"FLY_APP_NAME": "gulls"}, "https://gulls.fly.dev"),
        ({"FLY_APP_NAME": "gulls", "FEEDS_SITE_URL": "https://news.example/"}, "https://news.example"),
    ],
)
def test_the_site_is_where_the_platform_says(environ: dict[str, str], url: str) -> None:
    assert Settings.from_environ(environ).site_url == url


def test_addresses_are_uris() -> None:
    settings = Settings.from_environ(
        {"FEEDS_SITE_URL": "https://[::1]/a[b]^/", "FEEDS_HUBS": "https://hub.example/100%"}
    )
    assert (settings.site_url, settings.base_path) == ("https://[::1]/a%5Bb%5D%5E", "/a%5Bb%5D%5E")
    assert settings.hubs == ("https://hub.example/100%25",)


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("FEEDS_SITE_URL", "news.example", "https://feeds.example.org"),
        ("FEEDS_SITE_URL", "ftp://news.example", "https://feeds.example.org"),
        ("FEEDS_SITE_URL", "http://news.example:99999", "https://feeds.example.org"),
        ("FEEDS_SITE_URL", "http://[news", "https://feeds.example.org"),
        ("FEEDS_SITE_URL", "https://news.example/?a", "without a query"),
        ("FEEDS_SITE_URL", "https://news.example/%2e%2e/a", "expected a URL without . or .. in its path"),
        ("FEEDS_SITE_TITLE", "two\nlines", "expected one line"),
        ("FEEDS_SITE_TITLE", "\u3164", "visible characters"),
        ("FEEDS_LANGUAGE", "English!", "BCP 47"),
        ("FEEDS_LANGUAGE", "german", "expected a BCP 47 language tag such as en or pt-BR"),
        ("FEEDS_RELATED", "link", "did you mean links"),
        ("FEEDS_LINK", "print", "web, amp, cdn"),
        ("FEEDS_LIMIT", "0", "from 1 to 200"),
        ("FEEDS_LIMIT", "201", "from 1 to 200"),
        ("FEEDS_LIMIT", "many", "from 1 to 200"),
        ("FEEDS_MAX_AGE", "-1", "from 0 to 86400"),
        ("FEEDS_HUBS", "hub.example", "expected absolute URLs of hubs, separated by spaces or commas"),
        ("FEEDS_PURGE", "http://cache.example/feeds", "expected absolute URLs of caches without a path"),
        ("FEEDS_PURGE", "cache.example", "expected absolute URLs of caches without a path"),
        ("FEEDS_PURGE", "http://a:b@cache.example", "expected a URL without a user or password"),
        ("FEEDS_CACHE_MB", "0", "from 1 to 65536"),
        ("FEEDS_FOLLOW_SYMLINKS", "sometimes", "expected yes or no"),
        ("FEEDS_CONTENT", ":", "expected a folder"),
        ("DATABASE_URL", "mysql://host/name", "sqlite:///PATH"),
        ("FEEDS_HOST", "news.example", "expected an IP address such as 127.0.0.1 or ::1"),
        ("PORT", "0", "from 1 to 65535"),
        ("WEB_CONCURRENCY", "two", "from 1 to 64"),
    ],
)
def test_an_invalid_value_is_reported_with_the_expected_values(name: str, value: str, hint: str) -> None:
    message = fail(**{name: value})
    assert message.startswith(f"{name}: ")
    assert hint in message


def test_an_unknown_name_is_an_error_with_a_suggestion() -> None:
    assert fail(FEEDS_LIMT="5") == "FEEDS_LIMT: unknown setting; did you mean FEEDS_LIMIT?"


def test_a_message_quotes_the_value_unless_it_is_secret() -> None:
    assert fail(FEEDS_LIMIT="abc") == 'FEEDS_LIMIT: invalid value "abc"; expected a whole number from 1 to 200.'
    assert fail(DATABASE_URL="mysql://host").startswith("DATABASE_URL: invalid value; expected sqlite:///PATH")


def test_all_problems_are_reported_at_once() -> None:
    assert len(fail(FEEDS_NONSENSE="1", FEEDS_LIMIT="0", PORT="x").splitlines()) == 3


def test_a_message_holds_no_password() -> None:
    message = fail(DATABASE_URL="mysql://user:hunter2@host", FEEDS_SITE_URL="https://user:hunter2@news.example")
    assert "hunter2" not in message


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:///catalog.sqlite3", "sqlite:///catalog.sqlite3"),
        ("postgres://user:word@host/name", "postgres://user:***@host/name"),
        ("postgres://user:w@rd@host/name", "postgres://user:***@host/name"),
        ("postgresql://host/name?user=me&password=word", "postgresql://host/name?user=me&password=***"),
    ],
)
def test_a_password_is_hidden(url: str, shown: str) -> None:
    assert hide_password(url) == shown
    assert shown in [value for _, value in describe_settings(Settings.from_environ({"DATABASE_URL": url}))]


@pytest.mark.parametrize("token", ["0123456789abcdef", "a://token-with-a:colon@and-more"])
def test_the_token_is_hidden(token: str) -> None:
    settings = Settings.from_environ({"FEEDS_TOKEN": token})
    assert settings.token == token
    assert ("FEEDS_TOKEN", "***") in [(setting.name, value) for setting, value in describe_settings(settings)]


@pytest.mark.parametrize(
    "token", ["0123456789abcde", "a token with spaces", "schlüssel-für-alle", "0123456789abcde\x7f"]
)
def test_a_token_that_is_easy_to_guess_is_refused_and_hidden(token: str) -> None:
    message = fail(FEEDS_TOKEN=token)
    assert message == (
        "FEEDS_TOKEN: invalid value; expected 16 or more ASCII letters, digits and signs without spaces."
    )


@pytest.mark.parametrize(
    ("name", "value", "moves"),
    [
        ("FEEDS_SITE_URL", "https://news.example", True),
        ("FEEDS_SITE_TITLE", "News", True),
        ("FEEDS_SITE_DESCRIPTION", "All the news.", True),
        ("FEEDS_SITE_ID", "news", True),
        ("FEEDS_LANGUAGE", "de", True),
        ("FEEDS_RELATED", "links", True),
        ("FEEDS_LINK", "amp", True),
        ("FEEDS_LIMIT", "10", True),
        ("FEEDS_MAX_AGE", "60", True),
        ("FEEDS_HUBS", "https://hub.example", True),
        ("FEEDS_CACHE_MB", "256", False),
        ("FEEDS_STATISTICS", "no", False),
        ("FEEDS_PURGE", "http://127.0.0.1:6081", False),
        ("FEEDS_CONTENT", "news", False),
        ("DATABASE_URL", "sqlite:///other", False),
        ("WEB_CONCURRENCY", "3", False),
    ],
)
def test_the_fingerprint_follows_what_feeds_show(name: str, value: str, moves: bool) -> None:  # noqa: FBT001 a table
    assert (
        Settings.from_environ({name: value}).settings_fingerprint != Settings.from_environ({}).settings_fingerprint
    ) is moves


def test_every_setting_is_listed_once_with_help() -> None:
    fields = sorted(setting.field for setting in SETTINGS)
    assert fields == sorted(name for name in Settings.__struct_fields__ if name != "files")
    assert all(setting.help.endswith(".") for setting in SETTINGS)
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)


@given(st.dictionaries(st.sampled_from([setting.name for setting in SETTINGS]), st.text()))
def test_any_value_is_accepted_or_refused_with_a_message(environ: dict[str, str]) -> None:
    try:
        Settings.from_environ(environ)
    except SettingsError as error:
        assert str(error)  # noqa: PT017 it is not always raised
