"""A body arrives in a feed with every word and picture, or its problems name what is lost."""

import re
from html import unescape

import pytest

from feeds.articles.body import MAX_BODY_BYTES
from feeds.model.errors import Level
from feeds.model.html_text import extract_text
from tests.support.bodies import BASE, FIRST_LINE, list_codes, render, render_html

REL = ' rel="noopener noreferrer"'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*One* [two](three)", f'<p><em>One</em> <a href="https://example.org/news/three"{REL}>two</a></p>'),
        ("![alt](/p.jpg)", '<p><img src="https://example.org/p.jpg" alt="alt"></p>'),
        ("```py\n1 < 2\n```", "<pre><code>1 &lt; 2\n</code></pre>"),
        ("~~old~~ <del>older</del> <s>oldest</s> <ins>new</ins>",
         "<p><del>old</del> <del>older</del> <s>oldest</s> <ins>new</ins></p>"),
        ("3. c\n4. d", '<ol start="3">\n<li>c</li>\n<li>d</li>\n</ol>'),
        ('<ol reversed type="a" start="9"><li value="7">x</li></ol>',
         '<ol reversed="" type="a" start="9"><li value="7">x</li></ol>'),
        ("a | b\n:-:|--:\n1 | 2",
         ('<table>\n<thead>\n<tr>\n<th align="center">a</th>\n<th align="right">b</th>\n</tr>\n</thead>\n<tbody>\n'
          '<tr>\n<td align="center">1</td>\n<td align="right">2</td>\n</tr>\n</tbody>\n</table>')),
        ("<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>",
         "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>"),
        ('<img height=1px alt="" width=2 srcset="/p.jpg 2x" title=t src=/p.jpg class=x>',
         ('<img height="1px" alt="" width="2" srcset="https://example.org/p.jpg 2x" title="t"'
          ' src="https://example.org/p.jpg">')),
        ('<p style="color: red; TEXT-ALIGN: Right !important">x</p>', '<p align="right">x</p>'),
        ("<center>x</center>", '<div align="center">x</div>'),
        ('<td><p align="bogus">x</p>', "<p>x</p>"),
        ("Tide\n: The sea\n: Its *rise*", "<dl>\n<dt>Tide</dt>\n<dd>The sea</dd>\n<dd>Its <em>rise</em></dd>\n</dl>"),
        ("<details><summary>s</summary>\n\n*d*\n\n</details>",
         "<details><summary>s</summary>\n<p><em>d</em></p>\n</details>"),
        ("<pre>\n\n  x</pre>", "<pre>\n\n  x</pre>"),
        ("$$a_1*b*c \\\\ d$$ costs $5 or **$6**", "<p>$$a_1*b*c \\\\ d$$ costs $5 or <strong>$6</strong></p>"),
        ("<article>a</article><strike>b</strike><tt>c</tt>", "<div>a</div><s>b</s><code>c</code>"),
        ("&#7;a&#x1f;b\x00c\x07", "<p>abc</p>"),
        ("<p hidden>secret</p>open", "open"),
        ("<style>p{}</style><template>t</template>x", "x"),
        ("  \n", ""),
    ],
)  # fmt: skip
def test_a_body_becomes_html_for_readers(text: str, html: str) -> None:
    assert render_html(text) == html


def test_only_alignment_survives_of_a_style() -> None:
    assert render_html('<div onclick="x()" style="position: fixed; text-align: center" class="y">a</div>') == (
        '<div align="center">a</div>'
    )


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<section>\n\n    <h2>Harbour</h2>\n\n    <p>A <b>ship</b>.</p>\n\n</section>",
         "<section>\n\n    <h2>Harbour</h2>\n\n    <p>A <b>ship</b>.</p>\n\n</section>"),
        ("<!-- note -->\n<div>\n\n    Plain text.\n\n    <p>x</p>\n</div>",
         "<div>\n\n    Plain text.\n\n    <p>x</p>\n</div>"),
        ("    <ul>\n\n        <li>x</li>\n    </ul>", "<ul>\n\n        <li>x</li>\n    </ul>"),
        ("<div>\n\nMarkdown *here*\n\n</div>", "<div>\n<p>Markdown <em>here</em></p>\n</div>"),
        ("<p>Run:</p>\n\nThis *code*:\n\n    <b>x</b>",
         "<p>Run:</p>\n<p>This <em>code</em>:</p>\n<pre><code>&lt;b&gt;x&lt;/b&gt;</code></pre>"),
        ("<p>Only\n\n    indented text\n</p>", "<p>Only\n\n    indented text\n</p>"),
        ("Text:\n\n    <b>x</b>", "<p>Text:</p>\n<pre><code>&lt;b&gt;x&lt;/b&gt;</code></pre>"),
    ],
)  # fmt: skip
def test_a_body_is_html_if_all_its_words_are_in_elements(text: str, html: str) -> None:
    assert render_html(text) == html


def test_a_footnote_has_links_both_ways_and_names_of_its_own() -> None:
    html = render_html("Rain[^a] and snow[^b], and rain[^a].\n\n[^a]: Wet.\n\n[^b]: Cold[^c].\n\n[^c]: White.")
    ids = re.findall(r' id="([^"]*)"', html)
    links = re.findall(r' href="#([^"]*)"', html)
    assert len(ids) == len(set(ids)) == 6
    assert set(links) == set(ids)
    assert extract_text(html) == "Rain[1] and snow[2], and rain[1]. Wet. ↩ Cold[3]. ↩ White. ↩"
    assert html.endswith("</li></ol>")
    other = render_html("Rain[^a].\n\n[^a]: Wet.", "https://example.org/other")
    assert not set(ids) & set(re.findall(r' id="([^"]*)"', other))
    assert re.findall(r' id="([^"]*)"', render_html("Sun[^a].\n\n[^a]: Dry."))[0] == ids[0]


def test_a_footnote_that_nothing_refers_to_is_kept() -> None:
    assert extract_text(render_html("Rain.\n\n[^a]: Wet.")) == "Rain. Wet."


def test_a_link_within_the_body_stays_within_it() -> None:
    html = render_html('<a href="#end">x</a> <a href="#caf%C3%A9">y</a> <a name="café">z</a> <p id="end">w</p>')
    ids = re.findall(r' id="([^"]*)"', html)
    assert len(ids) == 2
    assert re.findall(r'href="#([^"]*)"', html) == [ids[1], ids[0]]
    assert f'href="{BASE}#nowhere"' in render_html('<a href="#nowhere">x</a>')


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("/files/yearly report.pdf", "https://example.org/files/yearly%20report.pdf"),
        ("a|b{c}^`.html", "https://example.org/news/a%7Cb%7Bc%7D%5E%60.html"),
        ("caf\u00e9?q=\u732b#\u732b", "https://example.org/news/caf%C3%A9?q=%E7%8C%AB#%E7%8C%AB"),
        ("a%20b%zz", "https://example.org/news/a%20b%25zz"),
        ("\\dir\\x?y\\z", "https://example.org/dir/x?y%5Cz"),
        (" https:\n//e.example/a\tb ", "https://e.example/ab"),
        ("//m\u00fcnchen.example/", "https://xn--mnchen-3ya.example/"),
        ("mailto:a@example.org?subject=Two words", "mailto:a@example.org?subject=Two%20words"),
        ("tel:+1-555-0100", "tel:+1-555-0100"),
        ("SMS:+15550100", "SMS:+15550100"),
    ],
)  # fmt: skip
def test_a_link_is_absolute_and_encoded(address: str, url: str) -> None:
    assert render_html(f'<a href="{address}">x</a>') == f'<p><a href="{url}"{REL}>x</a></p>'


@pytest.mark.parametrize(
    "address", ["javascript:x", "ftp://e.example/", "data:text/html,x", "//[bad", "https://u:p@e.example/", "x" * 9_000]
)
def test_a_link_elsewhere_keeps_its_words_and_is_reported(address: str) -> None:
    body, (problem,) = render(f'Some\n<a href="{address}">words</a>')
    assert body.html == "<p>Some\nwords</p>"
    assert (problem.line, problem.column, problem.level, problem.code) == (
        FIRST_LINE + 1, 1, Level.WARNING, "lost-link",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words", "codes"),
    [
        ("<svg><style>x</style><title>t</title><text>Sea</text></svg>", "Sea", ["lost-drawing"]),
        ("a <math><mi>x</mi><mo>=</mo><mn>1</mn><annotation>x=1</annotation></math>", "a x = 1", ["plain-formula"]),
        ('<math alttext="y"></math>', "y", ["plain-formula"]),
        ("<script>go()</script>x", "x", ["lost-script"]),
        ('<iframe srcdoc="&lt;p&gt;hi"></iframe>x', "x", ["lost-frame"]),
        ("<form>Age <input value=9><input type=hidden value=h><button>Go</button><button>Stop</button></form>",
         "Age 9 Go Stop", []),
        ("<select><optgroup label=A><option>Fig<option>Kiwi</select><textarea>T</textarea>", "A Fig Kiwi T", []),
        ("<x-card>Own</x-card> <font color=red>red</font>", "Own red", ["unknown-tag"]),
        ("if x <y then z> w", "if x w", ["unknown-tag"]),
        ("<p>Word<o:p></o:p> <st1:City w:st=on>Paris</st1:City></p>", "Word Paris", ["unknown-tag"]),
        ("<p>a<a-1.2>b</a-1.2></p>", "ab", ["unknown-tag"]),
        ("PHP <?php echo 1; ?>here <?xml a='b'?>too", "PHP here too", []),
        ("<pre>\n<http://sea.example> Sea", "Sea", ["unknown-tag"]),
        ("<input placeholder=Search> <input type=password value=p>", "Search", []),
        ("<!DOCTYPE html><html><body><canvas>Chart</canvas></body></html>", "Chart", []),
    ],
)  # fmt: skip
def test_words_of_unknown_elements_arrive(text: str, words: str, codes: list[str]) -> None:
    body, problems = render(text)
    assert extract_text(body.html) == words
    assert [problem.code for problem in problems] == codes


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Sea\n\n<!-- open\n\nland", "Sea"),
        ("Sea\n\n<style>\n\nland", "Sea"),
        ("<p>Sea</p>\n<template><p>land</p>", "Sea"),
        ('<p>Sea</p>\n<p class="a>land</p>', "Sea"),
        ("<p>Sea</p>\n<p", "Sea"),
        ("<title>Sea", ""),
    ],
)  # fmt: skip
def test_the_hidden_end_of_a_body_is_reported(text: str, words: str) -> None:
    body, problems = render(text)
    assert extract_text(body.html) == words
    assert [problem.code for problem in problems] == ["open-end"]


@pytest.mark.parametrize(
    "text",
    [
        "<div><p>Sea",
        "<table><tr>Sea",
        "<b><i>Sea",
        "<textarea>Sea",
        "<xmp>Sea",
        "<plaintext>Sea",
        "Sea <",
        "Sea <!-- x",
    ],
)
def test_an_open_element_may_end_a_body(text: str) -> None:
    assert "Sea" in render_html(text)


def test_an_element_without_words_or_pictures_is_nothing() -> None:
    body, problems = render("<div><p></p><hr></div>")
    assert body.html == ""
    assert [problem.code for problem in problems] == ["bad-body"]
    assert list_codes("<!-- only a note -->") == ["bad-body"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("| a | b |\n|---|---|\n| 1 | 2 | 3 |\n\n> c|d\n> -|-\n> é|2|3|", (2, 11)),
        ("> c|d\n> -|-\n> é|2|3|", (2, 7)),
        ("a|b\n-|-\n1|`x|y`", (2, 6)),
        ("a|b\n-|-\n1|x\\|y||", None),
        ("a|b\n-|-\n1", None),
    ],
)
def test_a_cell_without_a_column_is_reported(text: str, place: tuple[int, int] | None) -> None:
    problems = render(text)[1]
    assert [problem.code for problem in problems] == ["lost-cell"] * bool(place)
    assert [(problem.line - FIRST_LINE, problem.column) for problem in problems] == ([place] if place else [])


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Sea [a]\n\n[a]: /a\n[Correction]: Names", (3, 1)),
        ("[é]\n\n  [É b]: /b\n\n[É]: /e 'title'", (2, 3)),
        ("[a b]: /a\n[c]: /c\n[d]: /d\n\n[x][A  b] ![y][c] [d][]", None),
        ("Sea\n\n[//]: # (a comment)\n[comment]: <> (another)", None),
        ("```\n[a]: /a\n```\n\n<div>\n[b]: /b\n</div>", None),
        ("Sea [^1]\n\n[^1]: Note", None),
    ],
)
def test_a_definition_that_no_link_uses_is_reported(text: str, place: tuple[int, int] | None) -> None:
    problems = render(text)[1]
    assert [problem.code for problem in problems] == ["unused-link"] * bool(place)
    assert [(problem.line - FIRST_LINE, problem.column) for problem in problems] == ([place] if place else [])


def test_text_marked_as_character_data_is_reported() -> None:
    body, (problem,) = render("Sea\n\n<![CDATA[Hidden <b>land</b>]]>")
    assert extract_text(body.html) == "Sea land]]>"
    assert (problem.line, problem.column, problem.code) == (FIRST_LINE + 2, 1, "lost-cdata")
    assert list_codes("Write `<![CDATA[` and:\n\n    <![CDATA[x]]>") == []


def test_losses_of_one_kind_are_one_problem_at_the_first_place() -> None:
    text = "<p>One</p>\n <SVG></SVG>\n<p><svg></svg> <script></script></p>"
    first, second = sorted(render(text)[1])
    assert (first.line, first.column) == (FIRST_LINE + 1, 2)
    assert first.message.endswith("use a picture file instead (2 in all).")
    assert (second.line, second.code) == (FIRST_LINE + 2, "lost-script")


def test_a_loss_that_cannot_be_found_is_at_the_start_of_the_body() -> None:
    _, (problem,) = render("\n\nWrite `<svg>`, as in <svg>x</svg>.")
    assert (problem.line, problem.column, problem.code) == (FIRST_LINE + 2, 1, "lost-drawing")
    _, (problem,) = render("\n ![x](data:image/png;base64,xx)")
    assert (problem.line, problem.column, problem.code) == (FIRST_LINE + 1, 2, "lost-picture")


def test_a_long_body_is_cut_at_the_end_of_a_block() -> None:
    paragraphs = [f"Word{number} {'tide ' * 100}" for number in range(300)]
    body, (problem,) = render("\n\n".join(paragraphs))
    assert body.is_cut
    assert body.html.endswith("tide</p>")
    assert MAX_BODY_BYTES - 2_000 < len(body.html.encode()) <= MAX_BODY_BYTES
    shown = extract_text(body.html).split()
    rest = body.rest_words.split()
    assert [word.lower() for word in shown if word[0] == "W"] + [word for word in rest if word[0] == "w"] == [
        f"word{number}" for number in range(300)
    ]
    assert (problem.level, problem.code) == (Level.WARNING, "cut-body")


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.parametrize("piece", ["<b>&amp;</b>", "\xa0 ", "🐋 ", "*a* ", "> a\n\n", "<li>a</li>", "|aaaa|b|\n"])
def test_a_cut_body_fits_into_a_feed(piece: str) -> None:
    body, problems = render("a | b\n--|--\n" + piece * (100_000 // len(piece)))
    assert [problem.code for problem in problems] == ["cut-body"]
    in_xml = body.html.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode()
    assert MAX_BODY_BYTES // 2 < len(in_xml) <= MAX_BODY_BYTES


def test_a_long_block_is_cut_between_words() -> None:
    body, _ = render("# Start\n\n" + "<b>high tide</b> " * 10_000)
    assert re.fullmatch("<h1>Start</h1>\n<p>(<b>high tide</b> )*(<b>high</b>)?</p>", body.html)
    body, _ = render("<div><p>" + "rise &amp; fall " * 10_000 + "</p></div>")
    assert re.fullmatch("<div><p>(rise &amp; fall ?)*(rise ?|rise &amp; ?)?</p></div>", body.html)
    assert set(unescape(body.rest_words).split()) == {"rise", "fall"}


def test_a_body_that_just_fits_is_whole() -> None:
    body, problems = render("x " * (MAX_BODY_BYTES // 2 - 20))
    assert (body.is_cut, body.rest_words, problems) == (False, "", ())


def test_a_body_that_is_too_complex_is_an_error() -> None:
    _, (problem,) = render("<div>" * 200)
    assert (problem.line, problem.level, problem.code) == (FIRST_LINE, Level.ERROR, "too-complex")
    assert problem.message == "The body has elements nested more than 100 levels deep; shorten or simplify it."


def test_code_may_look_too_complex() -> None:
    text = "<p>Intro</p>\n\n    " + "<div>" * 200
    assert render_html(text).startswith("<p>Intro</p>\n<pre><code>&lt;div&gt;")
