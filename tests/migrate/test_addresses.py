"""Addresses that very likely lead to one article are equal, and others are not."""

import pytest

from feeds.migrate.addresses import normalize_address

PLAIN = "blog.example/2020/a post"


@pytest.mark.parametrize(
    "url",
    [
        "https://blog.example/2020/a%20post",
        "http://www.Blog.example:80/2020/a%20post/",
        "https://blog.example:443/2020/a%20post/index.html#comments",
        "https://blog.example/2020/a%20post.html?utm_source=rss&utm_medium=feed",
        "https://blog.example/2020/a%20post/index.php",
    ],
)
def test_equal(url: str) -> None:
    assert normalize_address(url) == PLAIN


@pytest.mark.parametrize(
    "url",
    [
        "https://blog.example/2020/A%20post",
        "https://blog.example:8080/2020/a%20post",
        "https://blog.example/2020/a%20post?p=1",
        "https://other.example/2020/a%20post",
        "https://blog.example/2020",
    ],
)
def test_different(url: str) -> None:
    assert normalize_address(url) not in {PLAIN, ""}


def test_the_order_of_parameters_makes_no_difference() -> None:
    assert normalize_address("https://b.example/?b=2&a=1") == normalize_address("http://b.example?a=1&b=2")


@pytest.mark.parametrize("text", ["", "urn:1", "/a", "http://[", "http://a:b", "mailto:x@example.org", "https:///a"])
def test_no_address(text: str) -> None:
    assert normalize_address(text) == ""
