"""Every word that another parser finds in a body arrives in the feed, as a word of its own."""

from itertools import count

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from lxml import html as lxml_html
from markdown_it import MarkdownIt
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from feeds.model.html_text import extract_text
from feeds.model.tokenize import split_words
from tests.support.bodies import render

# Each § becomes a word of its own. Words in brackets of HTML are surrounded by blanks unless an element is a block.
BLOCKS = (
    "§ § *§* **§ §**¦# §¦§\n===¦- §\n- §\n\n  §¦> §\n> > §¦3. §\n4. §¦    § <b>§¦```\n§\n```¦~~~\n<b> §"
    "¦| § | § |\n|--|:-:|\n| § | § |¦§[^1] §¦[^1]: §\n    §¦§\n: §\n: §¦$$§*§*§$$¦§ $5 **$6**, § §"
    "¦[§](http://x.example '§')¦![§](x.jpg)¦~~§~~ § \\*§\\*¦`§`¦<div>§</div>¦<div>\n\n§ *§*\n\n</div>¦<p>§"
    "¦<b>§</b> §¦<details><summary>§</summary>\n\n§</details>¦- - § \n  - §¦§\\\n§"
    "¦<ul>\n\n    <li>§</li>\n\n</ul>¦<p>§</p>\n    <i>§</i>¦[§][r]\n\n[r]: /x¦&lt;§&gt; &copy; §¦§<br>§"
    "¦***\n§¦<http://§.example>¦<del>§</del> <ins>§</ins>¦| §\n|-\n§¦\\$\\$ § $$ §¦- [ ] §\n- [x] §"
    "¦§\n- §\n1) §¦* §\n+ §"
)
ELEMENTS = (
    "p div article section main nav header footer aside h1 h6 ul ol li dl dt dd blockquote pre figure figcaption table"
    " caption tr td th tbody a b i em u s del ins sub sup code span font center address details summary form fieldset"
    " legend label button select option optgroup object noscript ruby rt rp mark time q cite my-element marquee"
)
TAGS = [text for name in ELEMENTS.split() for text in (f"<{name}>", f"</{name}>", f"<{name} class=x title='a > b'>")]
WHOLE = (
    "<script>unseen</script>¦<style>unseen</style>¦<template>unseen</template>¦<!-- unseen -->¦<br>¦<hr>"
    "¦<img src=x alt=y>¦<video src=x>unseen</video>¦<p hidden>unseen</p>¦<math><mi>§</mi><mo>=</mo><mn>§</mn></math>"
    "¦<svg><text>§</text></svg>¦<iframe src=x>unseen</iframe>¦<textarea>§</textarea>"
    "¦<picture><source srcset=x><img></picture>¦&nbsp;§&nbsp;¦<input value=x>¦<wbr>¦<col>¦\n\n¦    "
)
FRAGMENTS = st.lists(st.sampled_from([*TAGS, *WHOLE.split("¦"), *[" § "] * 60]), max_size=25).map("".join)
DOCUMENTS = st.lists(
    st.sampled_from(BLOCKS.split("¦")) | FRAGMENTS | st.sampled_from(["\n\n", "\n"]), min_size=1, max_size=8
).map("\n\n".join)
UNSEEN = "script style template iframe video audio datalist title"
OTHER_MARKDOWN = (
    MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).use(footnote_plugin).use(deflist_plugin)
)


def fill(template: str) -> str:
    """Put words in place of the marks, each another word."""
    numbers = count(1)
    return "".join(f"w{next(numbers)}x" if character == "§" else character for character in template)


def find_words(html: str) -> set[str]:
    """Return the words that a browser shows, as lxml reads the HTML."""
    tree = lxml_html.fragment_fromstring(html, create_parent="div")
    etree.strip_elements(tree, etree.Comment, *UNSEEN.split(), with_tail=False)
    for hidden in tree.xpath("//*[@hidden]"):
        hidden.drop_tag() if hidden.getparent() is None else hidden.getparent().remove(hidden)
    return {word for word in split_words(" ".join(tree.itertext())) if word.startswith("w") and word.endswith("x")}


@given(FRAGMENTS)
def test_the_words_of_html_arrive(template: str) -> None:
    html = fill(template)
    body, _ = render(f"<div>{html}</div>")
    assert find_words(f"<div>{html}</div>") - set(split_words(extract_text(body.html))) == set()


@given(DOCUMENTS)
def test_the_words_of_markdown_arrive(template: str) -> None:
    text = fill(template)
    body, _ = render(text)
    assert find_words(OTHER_MARKDOWN.render(text)) - set(split_words(extract_text(body.html))) == set()
