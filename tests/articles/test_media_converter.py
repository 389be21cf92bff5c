"""Pictures and players of a body arrive, and each picture once."""

import pytest

from tests.support.bodies import FIRST_LINE, list_codes, render, render_html

REL = ' rel="noopener noreferrer"'
PLAYER = "https://www.youtube.com/embed/x"
KEPT_PLAYER = (
    '<iframe src="https://www.youtube.com/embed/x"{}'
    ' allow="encrypted-media; fullscreen; picture-in-picture" loading="lazy" allowfullscreen=""></iframe>'
)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ('<img src="/town hall.jpg" alt="" width="3" height="2" onerror="x()">',
         '<img src="https://example.org/town%20hall.jpg" alt="" width="3" height="2">'),
        ('<img data-src="a.jpg" src="data:image/gif;base64,xx" data-srcset="b.jpg 2x" srcset="c.jpg 2x" sizes="9px">',
         '<img src="https://example.org/news/a.jpg" srcset="https://example.org/news/b.jpg 2x" sizes="9px">'),
        ('<img srcset="a.jpg 1x, b.jpg 2x">',
         ('<img src="https://example.org/news/a.jpg"'
         ' srcset="https://example.org/news/a.jpg 1x, https://example.org/news/b.jpg 2x">')),
        ('<picture><source data-srcset="a.webp" type="image/webp"><source srcset="data:x"><img alt="A"></picture>',
         ('<picture><source srcset="https://example.org/news/a.webp" type="image/webp">'
         '<img src="https://example.org/news/a.webp" alt="A"></picture>')),
        ('<amp-img src="a.jpg" alt="A"></amp-img><input type="image" src="b.jpg">',
         '<img src="https://example.org/news/a.jpg" alt="A"><img src="https://example.org/news/b.jpg">'),
        ('x<img src="count.gif" width="1" height="1">', "x"),
        ('<img src="a.jpg" alt="A" hidden>x', "x"),
    ],
)  # fmt: skip
def test_a_picture_arrives(text: str, html: str) -> None:
    assert render_html(f"<div>{text}</div>") == f"<div>{html}</div>"


@pytest.mark.parametrize(
    ("attributes", "source"),
    [
        ('data-lazy="a.jpg" src="/img/Placeholder.gif"', "news/a.jpg"),
        ('data-echo=" /a.JPEG?w=9#x " src="/blank.png"', "a.JPEG?w=9#x"),
        ('data-id="7" data-caption="See x.png, or y.png" data-actualsrc="//e.example/a.webp" src="data:x"', ""),
        ('nitro-lazy-src="https://example.org/a.avif"', "a.avif"),
        ('data-large-file="/b.jpg" src="/a.jpg"', "a.jpg"),
        ('src="/loading.gif" data-width="9"', "loading.gif"),
        ('data-x="ftp://e.example/a.jpg" srcset="/b.jpg 2x"', "b.jpg"),
    ],
)  # fmt: skip
def test_a_picture_has_the_address_that_any_script_would_load(attributes: str, source: str) -> None:
    url = f"https://example.org/{source}" if source else "https://e.example/a.webp"
    assert f'<img src="{url}"' in render_html(f"<img {attributes}>")


@pytest.mark.parametrize(
    "text",
    [
        '<div style="background-image: url(/a.jpg)">x</div>',
        "<section style=\"color:red;BACKGROUND:#fff URL('a.jpg')\">x</section>",
        '<table background="/a.jpg"><tr><td>x</table>',
    ],
)
def test_a_background_picture_is_reported(text: str) -> None:
    body, (problem,) = render(f"Sea\n\n{text}")
    assert "a.jpg" not in body.html
    assert (problem.line, problem.column, problem.code) == (FIRST_LINE + 2, 1, "lost-background")
    assert list_codes('<p style="background: #fff">x</p>') == []


@pytest.mark.parametrize(
    "text",
    [
        '<p><img src="data:x" data-src="/a.jpg" alt="A"></p>\n<noscript><img src="/a.jpg" alt="A"></noscript>',
        '<p><img src="data:x" alt="A"></p>\n<noscript><p><img src="/a.jpg" alt="A"></p></noscript>',
        '<noscript><img src="/a.jpg" alt="A"></noscript> <img data-lazy-src="/a.jpg" alt="A">',
        '<noscript><img src="/a.jpg" alt="A"></noscript><img alt="A">',
        '<figure><img src="/small.jpg" alt="A"><noscript><img src="/a.jpg" alt="A"></noscript></figure>',
    ],
)
def test_a_picture_that_a_script_would_load_arrives_once(text: str) -> None:
    assert render_html(text).count("<img") == 1
    assert '<img src="https://example.org/a.jpg" alt="A">' in render_html(text)


def test_a_noscript_shows_its_words_and_further_pictures() -> None:
    html = render_html('<img src="/a.jpg" alt="A"> <noscript>See <img src="/b.jpg" alt="B"></noscript> <p>x</p>')
    assert html.count("<img") == 2
    assert "See" in html


def test_a_picture_without_an_address_leaves_its_words_and_is_reported() -> None:
    body, (problem,) = render('<p>\n<img src="data:image/png;base64,xx" alt="A &lt; B"></p>')
    assert body.html == "<p>\nA &lt; B</p>"
    assert (problem.line, problem.column, problem.code) == (FIRST_LINE + 1, 1, "lost-picture")


def test_a_player_of_an_allowed_host_stays() -> None:
    assert render_html(f'<iframe src="{PLAYER}" onload="x()" width="640" height="x"></iframe>') == (
        KEPT_PLAYER.format(' width="640"')
    )
    assert render_html(f'<iframe data-src="{PLAYER}" src="about:blank" title="Dive"></iframe>') == (
        KEPT_PLAYER.format(' title="Dive"')
    )
    assert render_html(f'<object data="{PLAYER}"><embed src="{PLAYER}"></object>') == f"<p>{KEPT_PLAYER.format('')}</p>"
    assert render_html(f'<iframe srcdoc="x" src="{PLAYER}"></iframe>') == KEPT_PLAYER.format("")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ('<iframe src="/map"></iframe>', f'<a href="https://example.org/map"{REL}>example.org</a>'),
        ('<iframe src="/map" title="The harbour"></iframe>', f'<a href="https://example.org/map"{REL}>The harbour</a>'),
        ('<embed src="/x.swf">', f'<a href="https://example.org/x.swf"{REL}>example.org</a>'),
        ('<object data="/x.swf"><p>No player</p><embed src="/x.swf"></object>',
         f'<a href="https://example.org/x.swf"{REL}>example.org</a> <p>No player</p>'),
    ],
)  # fmt: skip
def test_another_player_becomes_a_link(text: str, html: str) -> None:
    body, problems = render(f"<div>{text}</div>")
    assert body.html.replace("> ", ">").replace(" <", "<") == f"<div>{html}</div>".replace("> ", ">")
    assert [problem.code for problem in problems] == ["linked-player"]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ('<iframe src="javascript:x"></iframe>', ["lost-player"]),
        ("<video></video>", ["lost-player"]),
        ('<iframe src="https://tracker.example/" width="0" height="0"></iframe>', []),
        ("<iframe></iframe>", []),
        ('<object type="image/svg+xml" data="a.svg"></object>', []),
        ("<object><b>fallback</b></object>", []),
    ],
)
def test_a_player_without_an_address_is_reported(text: str, codes: list[str]) -> None:
    assert list_codes(f"<p>x</p>{text}") == codes


def test_an_object_may_be_a_picture() -> None:
    html = render_html('<p><object data="a.svg" type="image/svg+xml" width="9">High <b>tide</b></object></p>')
    assert html == '<p><img src="https://example.org/news/a.svg" alt="High tide" width="9"></p>'


def test_a_file_of_sound_or_film_plays_with_a_link_as_fallback() -> None:
    html = render_html(
        '<video src="v.mp4" poster="/p.jpg" width="3" autoplay onplay="x()">'
        '<track src="t.vtt" kind="captions" srclang="en">No video here</video>'
        '<audio title="Waves"><source src="a.mp3" type="audio/mpeg"></audio>'
    )
    assert html == (
        '<p><video controls="" src="https://example.org/news/v.mp4" poster="https://example.org/p.jpg" width="3">'
        '<track src="https://example.org/news/t.vtt" kind="captions" srclang="en">'
        f'<a href="https://example.org/news/v.mp4"{REL}>example.org</a></video>'
        '<audio controls=""><source src="https://example.org/news/a.mp3" type="audio/mpeg">'
        f'<a href="https://example.org/news/a.mp3"{REL}>Waves</a></audio></p>'
    )
