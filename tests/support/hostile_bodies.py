"""Bodies that cost more than they look: each grows with its size in characters."""

from collections.abc import Callable
from itertools import count, islice

Shape = Callable[[int], str]


def repeat(piece: str, *, before: str = "", after: str = "") -> Shape:
    """Return a shape that repeats a piece."""
    return lambda size: before + piece * (size // len(piece)) + after


def enumerate_pieces(piece: str, *, before: str = "", after: str = "") -> Shape:
    """Return a shape that repeats a piece with a number in place of each `#`."""
    width = len(piece) + 3 * piece.count("#")
    return lambda size: before + "".join(piece.replace("#", str(n)) for n in range(size // width)) + after


def nest(start: str, end: str) -> Shape:
    """Return a shape of nested pieces."""
    return lambda size: start * (size // len(start + end)) + "x" + end * (size // len(start + end))


def indent(line: str) -> Shape:
    """Return a shape of lines, each indented more than the line before."""

    def make(size: int) -> str:
        lines = (" " * depth + line for depth in count())
        return "".join(islice(lines, int((2 * size) ** 0.5)))

    return make


SHAPES: dict[str, Shape] = {
    # HTML: tags, attributes and what the parser repeats.
    "unclosed formatting": enumerate_pieces("<i title=#><p>"),
    "unclosed formatting in closed paragraphs": enumerate_pieces("<p><b id=#></p>"),
    "unclosed formatting in cells": enumerate_pieces("<td><i id=#>", before="<table>"),
    "formatting after much text": enumerate_pieces("<i a#><p>", before="tide " * 20_000),
    "unmatched end tags": repeat("</x>", before="<span>" * 90),
    "deep elements and end tags": nest("<span>", "</x>"),
    "deep elements": repeat("<section>"),
    "links in links": repeat("<a href=x><div>"),
    "links in tables": repeat("<a><table><td>"),
    "many attributes": enumerate_pieces(" a#=1", before="<p", after=">"),
    "quoted brackets in attributes": enumerate_pieces(" a#='>'", before="<p", after=">"),
    "many elements with many attributes": repeat(f"<p {' '.join(f'a{number}' for number in range(190))}>"),
    "nested drawings": repeat("<svg>"),
    "drawings and end tags": nest("<svg>", "</x>"),
    "nested templates": repeat("<Template>"),
    "forms": repeat("<form><div></form>"),
    "misnested formatting": repeat("<b><div></b>"),
    "copied options": repeat("<option>a<b>c</b></option>", before="<select><selectedcontent></selectedcontent>"),
    "foster parents": repeat("<b>x", before="<table>"),
    "small elements": repeat("<i>x</i>"),
    "comments": repeat("<!-- "),
    "marked sections": repeat("<![CDATA["),
    "instructions": repeat("<? ", before="a "),
    "open brackets": repeat("<"),
    "open tags": repeat("<a ", before="a "),
    "open attributes": repeat('<a b="', before="a "),
    # Pictures, links and players.
    "blanks in a srcset": repeat(" ", before='<img srcset="', after='">'),
    "candidates in a srcset": repeat("a 1x,", before='<img srcset="', after='">'),
    "parentheses in a srcset": repeat("(", before='<img srcset="a ', after='">'),
    "closed parentheses in a srcset": repeat("()", before='<img srcset="a ', after='">'),
    "lazy pictures": repeat('<img data-src="a b.jpg" srcset="c d.jpg 2x">'),
    "pictures and noscript": repeat("<img src=a alt=b><noscript><img src=c alt=b></noscript>"),
    "parents in an address": repeat("../", before='<a href="', after='">x</a>'),
    "blanks and letters in an address": repeat(" \u00e9", before='<a href="', after='">x</a>'),
    "players": repeat("<iframe src=x></iframe>"),
    "losses": repeat("<svg></svg>\n"),
    "fragments": enumerate_pieces("<a href='#x#'>a</a><p id=x#>b</p>"),
    # Markdown.
    "paragraphs": repeat("High *tide* at [noon](x) and low `tide`.\n\n"),
    "short lines": repeat("a\n"),
    "open emphasis": repeat("*a **b _c "),
    "odd emphasis": repeat("a***b**c*"),
    "open brackets and images": repeat("![a"),
    "brackets": nest("[", "]"),
    "nested links": nest("[", "](x)"),
    "open link targets": repeat("[a](<b"),
    "open link titles": repeat('[a](b "'),
    "references": enumerate_pieces("[r#]: x/#\n"),
    "uses of a reference": repeat("[r] ", before="[r]: abcdefgh\n\n"),
    "uses of a long reference": repeat("[r] ", before=f"[r]: {'x' * 1_000}\n\n"),
    "open reference titles": repeat('[a]: u "\n'),
    "backticks": lambda size: "".join("a" + "`" * length for length in range(int((2 * size) ** 0.5))),
    "references to characters": repeat("&#x1F40B;"),
    "ampersands": repeat("&"),
    "autolinks": repeat("<http://a.b>"),
    "quotes": repeat(">"),
    "quotes with lists": repeat("> - "),
    "quotes of many depths with lists": lambda size: "".join("> " * (n % 50) + "- a\n" for n in range(size // 55)),
    "list marks": repeat("- "),
    "nested lists": indent("- a\n"),
    "numbered lists": repeat("1. a\n"),
    "table without rows": lambda size: "|" * (size // 3) + "\n" + "|-" * (size // 3) + "\n",
    "wide table with short rows": lambda size: f"{'|a' * 300}\n{'|-' * 300}\n" + "b\n" * (size // 2),
    "long table": repeat("a|b\n", before="a|b\n-|-\n"),
    "many tables": repeat("a|b\n-|-\nc|d\n\n"),
    "footnotes": enumerate_pieces("[^#]: a\n\n"),
    "uses of a footnote": repeat("[^n] ", before="[^n]: a\n\n"),
    "footnotes in footnotes": enumerate_pieces("a[^#]\n\n[^#]: b[^#]\n\n"),
    "definitions": repeat("a\n: b\n\n"),
    "nested definitions": indent(": b\n"),
    "formulas": repeat("$$a*b$$ "),
    "open formulas": repeat("$$a\n\n"),
    "deletions": repeat("~a~~b~~~"),
    # Both.
    "Markdown in elements": repeat("<div>\n\n*a*\n\n</div>\n\n"),
    "Markdown in open elements": repeat("<div>\n\n*a*\n\n"),
    "indented elements": repeat("<div>\n\n    <b>a</b>\n\n</div>\n"),
    "formatting and paragraphs": enumerate_pieces("<i a#>b\n\n"),
    "formatting, then lists": lambda size: "<b a>" + "".join(f"<i a{n}>" for n in range(90)) + "- a\n" * (size // 4),
}
