"""Ages, addresses and excerpts on pages."""

import pytest
from markupsafe import Markup

from feeds.model.translation.texts import find_texts
from feeds.site.pages.formatting import allow_breaks, isolate_names, write_ago, write_excerpt
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


def test_names_are_isolated_the_longest_first() -> None:
    lang = Markup(' lang="ar"')
    text = "Ships and Sea ports, not Sea وShips & Seas"
    assert isolate_names(text, ["Sea", "Ships", "Sea ports"], lang=lang) == (
        '<bdi lang="ar">Ships</bdi> and <bdi lang="ar">Sea ports</bdi>, not <bdi lang="ar">Sea</bdi>'
        ' و<bdi lang="ar">Ships</bdi> &amp; Seas'
    )
    assert isolate_names("<b> & co", [], lang=lang) == "&lt;b&gt; &amp; co"
    assert isolate_names("not <b>", ["<b>"], lang=Markup()) == "not <bdi>&lt;b&gt;</bdi>"


def test_an_address_may_break_after_slashes() -> None:
    broken = "https://news.example/<wbr>topics/<wbr>a&amp;b.atom"
    assert allow_breaks("https://news.example/topics/a&b.atom") == broken


def test_an_excerpt_is_short_and_plain() -> None:
    assert write_excerpt(make_entry(summary="", body="<p>One <b>gull</b>.</p>")) == "One gull."
    assert len(write_excerpt(make_entry(summary="gull " * 1_000))) <= 280
    assert write_excerpt(make_entry(summary="")) == ""
