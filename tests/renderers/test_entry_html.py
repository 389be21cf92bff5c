import pytest

from feeds.model.entry import Image, Provider, Reference
from feeds.model.feed import LinkChoice
from feeds.renderers.entry_html import EXCERPT_CHARACTERS, make_excerpt, write_content
from tests.support.sample_feeds import make_entry, make_lead, make_related, make_video


def test_a_plain_entry_has_a_summary_and_a_link() -> None:
    assert write_content(make_entry(6), LinkChoice.WEB, language="en") == (
        '<p>What happened in story 6.</p>\n<p>Read it at <a href="https://gazette.example/story-6">The Gazette</a>.</p>'
    )


def test_the_picture_comes_first_with_its_size_and_links_to_the_article() -> None:
    html = write_content(make_lead(), LinkChoice.WEB, language="en")
    assert html.startswith(
        '<p><a href="https://gazette.example/story-9"><img src="https://img.example/gull.JPG?w=640&amp;h=360"'
        ' alt="A gull, &quot;Bob&quot;" width="640" height="360"></a></p>\n'
    )


def test_a_picture_without_a_title_is_named_after_the_entry() -> None:
    html = write_content(make_entry(title='"Hi"', image=Image("https://img.example/1")), LinkChoice.WEB, language="en")
    assert '<img src="https://img.example/1" alt="&quot;Hi&quot;">' in html


def test_an_embed_takes_the_place_of_the_picture() -> None:
    html = write_content(make_video(), LinkChoice.WEB, language="en")
    assert html.startswith("<iframe ")
    assert "<img" not in html


def test_a_body_takes_the_place_of_the_summary() -> None:
    html = write_content(make_lead(), LinkChoice.WEB, language="en")
    assert "<p>One <b>gull</b> &amp; two chips.</p>" in html
    assert "say gulls" not in html


def test_every_link_follows_the_choice() -> None:
    html = write_content(make_lead(), LinkChoice.CDN, language="en")
    assert html.count('href="https://cdn.example/gazette/story-9"') == 2
    assert "https://gazette.example/story-9" not in html


def test_a_lead_lists_its_coverage_in_order() -> None:
    assert (
        "<p>Related coverage:</p>\n<ul>\n"
        '<li><a href="https://post.example/a?x=1&amp;y=2">Pies &lt;gone&gt;</a> (The Post)</li>\n'
        '<li><a href="https://times.example/b">No pies &amp; no chips</a></li>\n</ul>'
    ) in write_content(make_lead(), LinkChoice.WEB, language="en")


def test_a_related_entry_points_back_to_every_lead() -> None:
    leads = (*make_related().leads, Reference("https://gazette.example/2", "Two"))
    assert write_content(make_entry(leads=leads), LinkChoice.WEB, language="en").endswith(
        '<p>Part of the coverage of <a href="https://gazette.example/story-9">Gulls &amp; chips</a> (The Gazette),'
        ' <a href="https://gazette.example/2">Two</a>.</p>'
    )


def test_markup_in_plain_fields_is_escaped() -> None:
    evil = '"><script>'
    entry = make_entry(title=evil, url=f"https://e.example/{evil}", summary=evil, provider=Provider(evil, "e.example"))
    html = write_content(entry, LinkChoice.WEB, language="en")
    assert "<script" not in html
    assert html.count('"') == 2


def test_an_excerpt_is_the_summary_or_the_body_or_the_title() -> None:
    assert make_excerpt(make_entry(summary="S", body="<p>B</p>"), language="en") == "S"
    assert make_excerpt(make_entry(summary="", body="<p>B</p>"), language="en") == "B"
    assert make_excerpt(make_entry(summary="", title="T"), language="en") == "T"


def test_an_excerpt_of_a_body_is_short() -> None:
    excerpt = make_excerpt(make_entry(summary="", body=f"<p>{'word ' * 1000}</p>"), language="en")
    assert len(excerpt) <= EXCERPT_CHARACTERS
    assert excerpt.endswith("word…")


def test_a_cut_body_is_followed_by_a_link_to_the_whole() -> None:
    entry = make_entry(body="<p>B</p>", is_cut=True, rest_words="more words")
    html = write_content(entry, LinkChoice.WEB, language="en")
    assert html.startswith("<p>B</p>\n<p>Read the whole article at <a ")
    assert "more words" not in html


@pytest.mark.parametrize(
    ("language", "own_language", "sentence"),
    [
        ("de-AT", "", "<p>Weiterlesen bei {}.</p>"),
        ("de", "de-CH", "<p>Weiterlesen bei {}.</p>"),
        ("de", "en", '<p lang="de">Weiterlesen bei {}.</p>'),
        ("ar", "", '<p dir="rtl">للقراءة في {}.</p>'),
        ("ar", "en", '<p lang="ar" dir="rtl">للقراءة في {}.</p>'),
        ("ja", "", '<p lang="en">Read it at {}.</p>'),
        ("ja", "en-GB", "<p>Read it at {}.</p>"),
        ("he", "", '<p lang="en" dir="ltr">Read it at {}.</p>'),
        ("en-GB", "de", "<p>Read it at {}.</p>"),
    ],
)
def test_sentences_are_in_the_language_of_the_site_or_marked(language: str, own_language: str, sentence: str) -> None:
    entry = make_entry(6, language=own_language)
    link = '<a href="https://gazette.example/story-6">The Gazette</a>'
    assert write_content(entry, LinkChoice.WEB, language=language).endswith(sentence.format(link))
