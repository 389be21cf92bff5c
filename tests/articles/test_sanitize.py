"""The HTML of articles is safe in every feed reader, and stable."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from feeds.articles.players import EMBED_HOSTS
from feeds.articles.sanitize import ATTRIBUTES, GLOBAL_ATTRIBUTES, TAGS, sanitize_html
from feeds.model.html_text import extract_text
from feeds.model.uri import read_url_host
from tests.support.bodies import render

# Whatever confuses an HTML parser or a Markdown one, between bars.
PIECES = (
    "<script>|</script>|<style>|</style>|<svg>|</svg>|<math>|<mtext>|<mglyph>|<p>|</p>|<b>|</b>|<table>|<td>|</table>"
    "|<pre>|</pre>|<!--|-->|<![CDATA[|]]>|&lt;|&amp;|&#0;|&#7;|&#x80;|<li>|<ul>|<h1>|<a>|</a>|<br/>|<ruby><rp>|<dd>"
    '|<a href=|\'javascript:x\'|"/rel"|href="java&#9;script:x"|>|<img src=x onerror=y>|<title><img src=x onerror=y>'
    "|<iframe src=//x>|<iframe src=https://youtube.com/embed/x onload=y>|</iframe>|<form action=x>|</form>|<template>"
    "|<noscript>|</noscript>|<select>|<option>|</select>|<title>|</title>|<textarea>|<plaintext>|<xmp>|</xmp>"
    "|<img srcset='a 1x, b 2x, javascript:c 3x'>|<q cite=../c>|<object data=x>|<embed src=javascript:x>"
    "|<video src=x onplay=y>|</video>|<base href=//evil.example>|<meta http-equiv=refresh content=0>|<p style=x id=y>"
    "|<link rel=stylesheet href=x>|<a href='#y'>|<annotation-xml encoding='text/html'>|<foreignObject>|<div\x00>"
    "|text|é|\x07|\ufffe|\n|<pre>\n\n|    |* |> |`|[a](b)|![i](j)|[j](javascript:x)|[^1]|[^1]: |$$"
)
FRAGMENTS = st.lists(st.sampled_from(PIECES.split("|")) | st.text(max_size=3), max_size=12).map("".join)
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
ADDRESS = re.compile("https?://|mailto:|tel:|sms:|#n[0-9a-f]{8}-[0-9]+r?$", re.IGNORECASE)


def assert_is_safe(html: str) -> None:
    """Read HTML with another parser, and find only what is allowed."""
    assert not CONTROLS.search(html)
    for element in lxml_html.fragment_fromstring(html, create_parent="div").iter():
        assert element.tag in TAGS
        for name, value in element.attrib.items():
            assert name in ATTRIBUTES.get(element.tag, set()) | GLOBAL_ATTRIBUTES | {"rel"}
            if name in {"cite", "href", "poster", "src"}:
                assert ADDRESS.match(value)
            if name == "srcset":
                assert all(ADDRESS.match(candidate) for candidate in value.split(", "))
        if element.tag == "iframe":
            assert read_url_host(element.get("src", "")).lower() in EMBED_HOSTS


@given(FRAGMENTS)
def test_nothing_unsafe_survives(text: str) -> None:
    body, problems = render(text)
    assert_is_safe(body.html)
    assert render(text) == (body, problems)


@given(FRAGMENTS)
def test_sanitising_twice_keeps_the_words(text: str) -> None:
    html = render(text)[0].html
    assert extract_text(sanitize_html(html)).split() == extract_text(html).split()


@pytest.mark.parametrize(
    ("html", "safe"),
    [
        ('<p id="x" class="y" style="z" onclick="a()">t</p>', "<p>t</p>"),
        ('<p id="n0123abcd-1">t</p>', '<p id="n0123abcd-1">t</p>'),
        ('<img src="/relative"><img src="data:x" alt="A">', '<img><img alt="A">'),
        ('<iframe src="https://e.example/"></iframe>', "<iframe></iframe>"),
        ("<svg><p>t</p></svg><math>m</math><script>s</script>", "<p>t</p>"),
        ('<img srcset="https://e.example/a 1x, b 2x">', '<img srcset="https://e.example/a 1x">'),
    ],
)
def test_only_what_is_allowed_is_kept(html: str, safe: str) -> None:
    assert sanitize_html(html) == safe
