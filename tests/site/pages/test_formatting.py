"""Ages, addresses and excerpts on pages."""

import pytest

from feeds.site.pages.formatting import allow_breaks, write_ago, write_excerpt
from feeds.translation.texts import find_texts
from tests.support.sample_feeds import make_entry


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 seconds ago"),
        (1.5, "1 second ago"),
        (119, "1 minute ago"),
        (7_200, "2 hours ago"),
        (90_000, "1 day ago"),
        (86_400_000, "1,000 days ago"),
    ],
)
def test_an_age_has_one_unit(seconds: float, text: str) -> None:
    assert write_ago(seconds, find_texts("en")) == text


def test_an_address_may_break_after_slashes() -> None:
    broken = "https://news.example/<wbr>topics/<wbr>a&amp;b.atom"
    assert allow_breaks("https://news.example/topics/a&b.atom") == broken


def test_an_excerpt_is_short_and_plain() -> None:
    assert write_excerpt(make_entry(summary="", body="<p>One <b>gull</b>.</p>")) == "One gull."
    assert len(write_excerpt(make_entry(summary="gull " * 1_000))) <= 280
    assert write_excerpt(make_entry(summary="")) == ""
