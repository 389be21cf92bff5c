"""Read the pictures of article bodies, those that a script would load later included."""

import re
from collections.abc import Iterator

from feeds.articles.addresses import resolve_address
from feeds.model.html_tree import Node, iter_children

MAX_CANDIDATES = 50
"""Maximum number of addresses in a `srcset`; further ones are left out."""

MAX_SRCSET_CHARACTERS = 20_000
"""A longer `srcset` is left out."""

# Scripts replace the address by one of these, mostly when the picture scrolls into view.
_SOURCES = ("data-src", "data-lazy-src", "data-original", "data-orig-file", "data-url", "data-hi-res-src", "src")
_SETS = ("data-srcset", "data-lazy-srcset", "data-original-set", "srcset")

_BLANKS = re.compile("[ \t\n\f\r]")
_DESCRIPTOR = re.compile(r"[0-9]{1,9}w|[0-9]{1,9}(?:\.[0-9]{1,9})?x|\.[0-9]{1,9}x")
# Other scripts use attributes of their own, with a placeholder as the address meanwhile.
_PICTURE_FILE = re.compile(r"[^\s,]+\.(?:avif|gif|jpe?g|png|svg|webp)(?:[?#]\S*)?", re.IGNORECASE)
_PLACEHOLDER = re.compile("blank|dummy|lazy|loader|loading|pixel|placeholder|spacer|transparent|1x1", re.IGNORECASE)
_SCRIPT_PREFIXES = ("data-", "lazy-", "nitro-")
_PIXEL_SIZES = frozenset(("0", "1", "0px", "1px"))


def read_source(element: Node, base_url: str) -> str:
    """Return the absolute address of a picture or medium; empty if it has none with http(s)."""
    attributes = element.attributes
    addresses = (attributes.get(name) for name in _SOURCES)
    return next((url for address in addresses if address and (url := resolve_address(address, base_url))), "")


def read_candidates(element: Node, base_url: str) -> list[str]:
    """Return the valid candidates of a `srcset`, each an absolute address and maybe a descriptor."""
    attributes = element.attributes
    sets = (attributes.get(name) for name in _SETS)
    return next((candidates for text in sets if text and (candidates := parse_srcset(text, base_url))), [])


def read_picture(image: Node, base_url: str) -> tuple[str, list[str]]:
    """Return the address and the candidates of an `<img>`; the address is empty if there is no usable one.

    Without an address of its own, a picture has the first candidate, of the `<picture>` around it if need be.
    """
    source, candidates = read_source(image, base_url), read_candidates(image, base_url)
    if not source or _PLACEHOLDER.search(source.rpartition("/")[2]):
        source = next(_list_script_sources(image, base_url), source)
    if not source:
        source = next((candidate.split(" ")[0] for candidate in _list_candidates(image, candidates, base_url)), "")
    return source, candidates


def _list_script_sources(image: Node, base_url: str) -> Iterator[str]:
    """Yield the addresses of picture files in attributes that only a script reads."""
    for name, value in image.attributes.items():
        if name.startswith(_SCRIPT_PREFIXES) and value and _PICTURE_FILE.fullmatch(text := value.strip()):
            yield from filter(None, [resolve_address(text, base_url)])


def is_counter(image: Node) -> bool:
    """Return whether a picture has a size of one pixel at most, because it only counts readers."""
    attributes = image.attributes
    return {attributes.get("width"), attributes.get("height")} <= _PIXEL_SIZES


def _list_candidates(image: Node, candidates: list[str], base_url: str) -> Iterator[str]:
    yield from candidates
    if image.parent and image.parent.tag == "picture":
        for sibling in iter_children(image.parent):
            if sibling.tag == "source":
                yield from read_candidates(sibling, base_url)


def parse_srcset(text: str, base_url: str) -> list[str]:
    """Read a `srcset`; candidates without an http(s) address or with unknown descriptors are left out.

    https://html.spec.whatwg.org/multipage/images.html#parsing-a-srcset-attribute
    """
    candidates: list[str] = []
    if len(text) > MAX_SRCSET_CHARACTERS:
        return candidates
    for address, descriptor in _split_srcset(_BLANKS.sub(" ", text)):
        url = resolve_address(address, base_url)
        if url and (not descriptor or _DESCRIPTOR.fullmatch(descriptor)):
            candidates.append(f"{url} {descriptor}".strip())
    return candidates


def _split_srcset(text: str) -> Iterator[tuple[str, str]]:
    """Split a `srcset` into at most `MAX_CANDIDATES` addresses, each with its descriptors."""
    start = 0
    for _ in range(MAX_CANDIDATES):
        start = _skip_separators(text, start)
        if start == len(text):
            return
        end = text.find(" ", start)
        end = len(text) if end < 0 else end
        address = text[start:end]
        if address.endswith(","):
            yield address.rstrip(","), ""
            start = end
            continue
        start = _find_comma(text, end)
        yield address, text[end:start].strip()


def _skip_separators(text: str, start: int) -> int:
    while start < len(text) and text[start] in " ,":
        start += 1
    return start


def _find_comma(text: str, start: int) -> int:
    """Return the position of the first comma outside parentheses, or the end of the text."""
    while True:
        comma, parenthesis = text.find(",", start), text.find("(", start)
        if comma < 0:
            return len(text)
        if parenthesis < 0 or comma < parenthesis:
            return comma
        start = text.find(")", parenthesis)
        if start < 0:
            return len(text)
