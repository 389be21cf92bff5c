"""URLs become URIs and ids IRIs; what is valid already stays as written."""

import re
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rfc3986_validator import validate_rfc3986

from feeds.model.uri import encode_iri, encode_uri, is_http_uri, is_iri, is_server_url, read_url_host

PIECES = st.sampled_from(
    ["/", "?", "#", "%", "%20", "%C3%BC", "[", "]", "|", " ", "ü", "鴎", "\ue000", "\ufffd", "@", ":"]
)
PATHS = st.lists(PIECES | st.text(max_size=3), max_size=12).map("".join)
HOSTS = st.sampled_from(
    ["möwen.example", "xn--mwen-5qa.example", "a_ü.example", "💩.example", "हिन्दी.example", "A.example"]
)
URLS = st.builds(lambda host, port, path: f"https://{host}{port}/{path}", HOSTS, st.sampled_from(["", ":8080"]), PATHS)


@pytest.mark.parametrize(
    ("url", "uri", "iri"),
    [
        ("https://news.example/möwe", "https://news.example/m%C3%B6we", "https://news.example/möwe"),
        ("https://möwen.example:81/a", "https://xn--mwen-5qa.example:81/a", "https://möwen.example:81/a"),
        ("https://news.example/q?tags[]=a|b", *["https://news.example/q?tags%5B%5D=a%7Cb"] * 2),
        ("https://news.example/{a}^\\`", *["https://news.example/%7Ba%7D%5E%5C%60"] * 2),
        ('https://news.example/a "b" <c>', *["https://news.example/a%20%22b%22%20%3Cc%3E"] * 2),
        ("https://news.example/%20%c3%bc", *["https://news.example/%20%c3%bc"] * 2),
        ("https://news.example/100%?50%25%zz", *["https://news.example/100%25?50%25%25zz"] * 2),
        ("https://news.example/a#b#c", *["https://news.example/a#b%23c"] * 2),
        (
            "https://news.example/\ue000?\ue000",
            "https://news.example/%EE%80%80?%EE%80%80",
            "https://news.example/%EE%80%80?\ue000",
        ),
        ("https://news.example/\ufffd", *["https://news.example/%EF%BF%BD"] * 2),
        ("https://news.example/a!$&'()*+,;=:@/~?/?#/?", *["https://news.example/a!$&'()*+,;=:@/~?/?#/?"] * 2),
        ("https://[::1]:8000/[x]", *["https://[::1]:8000/%5Bx%5D"] * 2),
        ("tag:news.example,2021:möwe", "tag:news.example,2021:m%C3%B6we", "tag:news.example,2021:möwe"),
        ("urn:x:[a b]", *["urn:x:%5Ba%20b%5D"] * 2),
        ("", "", ""),
    ],
)
def test_invalid_characters_are_encoded(url: str, uri: str, iri: str) -> None:
    assert encode_uri(url) == uri
    assert encode_iri(url) == iri


@given(URLS)
def test_the_fast_check_agrees_with_the_others(url: str) -> None:
    for text in (url, encode_uri(url)):
        assert is_http_uri(text) == (bool(read_url_host(text)) and text == encode_uri(text))


@given(URLS)
def test_every_url_becomes_a_valid_uri(url: str) -> None:
    if read_url_host(url):
        assert validate_rfc3986(encode_uri(url))
        assert encode_uri(encode_uri(url)) == encode_uri(url)
        assert encode_uri(encode_iri(url)) == encode_uri(url)


@given(URLS)
def test_an_encoded_path_means_the_same(url: str) -> None:
    if read_url_host(url):
        path = re.sub("^https://[^/]*", "", url)
        assert unquote(re.sub("^https://[^/]*", "", encode_uri(url))) == unquote(path)
        assert unquote(re.sub("^https://[^/]*", "", encode_iri(url))) == unquote(path)


@given(st.text())
def test_any_text_can_be_encoded(text: str) -> None:
    assert encode_uri(text).isascii()
    assert encode_iri(encode_iri(text)) == encode_iri(text)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://example.org/a?b=c#d", "example.org"),
        ("HTTP://Example.ORG:8080", "Example.ORG"),
        ("https://zeitung.example/straße/ü(1),2;3|4", "zeitung.example"),
        ("https://пример.example/", "пример.example"),
        ("https://example.org/@name", "example.org"),
        ("https://example.org/a b\u3000c", "example.org"),
        ('https://example.org/"><script>', "example.org"),
        ("https://हिन्दी.example/", "हिन्दी.example"),
        ("https://💩.example/", "💩.example"),
    ],
)
def test_urls_are_absolute(url: str, host: str) -> None:
    assert read_url_host(url) == host


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.org/",
        "//example.org/a",
        "/a/b",
        "example.org",
        "https:///a",
        "https://",
        "https://example.org/a\nb",
        "https://example.org/\x07",
        "https://example.org/\x85",
        "https://a b.example/",
        "https://„a“.example/",
        "https://a℀.example/",
        "https://[::1]/",
        "https://[bad/",
        "https://user:word@example.org/",
        "https://example.org:port/",
        "https://example.org\\@evil.example/",
        " https://example.org/",
        "",
    ],
)
def test_any_other_text_has_no_host(url: str) -> None:
    assert read_url_host(url) == ""


@given(st.from_regex(r"https?://[^/]{1,9}(/.*)?", fullmatch=True))
def test_the_standard_library_accepts_every_url(url: str) -> None:
    if host := read_url_host(url):
        assert urlsplit(url).netloc.startswith(host)
        assert urljoin(url, "a").startswith("http")


@pytest.mark.parametrize("url", ["https://feeds.example.org", "http://[::1]:8000/a?b#c", "HTTP://u:w@h.example/"])
def test_a_server_url_has_a_host_and_is_ascii(url: str) -> None:
    assert is_server_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "feeds.example",
        "ftp://a.example",
        "http://",
        "http://a.example:0",
        "http://a.example:65536",
        "http://[a",
        "https://é.example",
        "https://a.example/a b",
        'https://a.example/"',
        "https://a.example/<b>",
    ],
)
def test_any_other_text_is_not_a_server_url(url: str) -> None:
    assert not is_server_url(url)


@pytest.mark.parametrize(
    ("text", "is_good"),
    [
        ("urn:uuid:1", True),
        ("tag:example.org,2020:é", True),
        ("https://example.org/", True),
        ("42", False),
        ("urn:", False),
        ("1a:b", False),
        ("urn:a b", True),
        ("urn:[|]", True),
        ("urn:a\x00", False),
    ],
)
def test_an_iri_has_a_scheme_and_no_controls(text: str, is_good: bool) -> None:  # noqa: FBT001 - a table's column
    assert is_iri(text) is is_good
