"""Name the places within a body that its own links lead to, such as footnotes."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from feeds.model.entry import fingerprint
from feeds.model.html_tree import Node

_ANCHOR = re.compile("n[0-9a-f]{8}-[0-9]+r?")


class Anchors:
    """New ids for the linked elements of one body, different from those of all other bodies on the same page."""

    def __init__(self, nodes: Iterable[Node], url: str) -> None:
        prefix = f"n{fingerprint(url.encode())[:8]}"
        targets = dict.fromkeys(_list_link_targets(nodes))
        self._names = {target: f"{prefix}-{number}" for number, target in enumerate(targets, start=1)}
        self._placed: set[str] = set()

    def find(self, href: str) -> str:
        """Return the new id of the element that a link leads to; empty if it leads elsewhere."""
        return self._names.get(href[1:]) or self._names.get(unquote(href[1:]), "") if href.startswith("#") else ""

    def place(self, element: Node) -> str:
        """Return the new id of an element; empty if nothing leads to it, or to another element of the same id."""
        attributes = element.attributes
        name = self._names.get(attributes.get("id") or attributes.get("name") or "", "")
        return self.place_name(name)

    def is_placed(self, name: str) -> bool:
        """Return whether an element has this id."""
        return name in self._placed

    def place_name(self, name: str) -> str:
        """Return the id unless an element has it already."""
        if name in self._placed:
            return ""
        self._placed.add(name)
        return name


def is_anchor(name: str) -> bool:
    """Return whether an id is one of ours."""
    return _ANCHOR.fullmatch(name) is not None


def _list_link_targets(nodes: Iterable[Node]) -> Iterator[str]:
    """Return the ids that links lead to and elements have, in the order of the links."""
    for first in list(nodes)[:1]:
        tree = first.parser
        ids = {element.attributes.get(name) for name in ("id", "name") for element in tree.css(f"[{name}]")}
        for link in tree.css("a[href]"):
            href = link.attributes.get("href") or ""
            if href.startswith("#"):
                yield from [target for target in (href[1:], unquote(href[1:])) if target in ids][:1]
