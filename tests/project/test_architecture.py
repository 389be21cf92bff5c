"""The architecture page names the packages, and its diagram shows real imports."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.project.test_layers import ARROWS, build_graph

PAGE = (Path(__file__).parents[2] / "docs" / "architecture.md").read_text()
LINES_ON_A_SCREEN = 50


def list_arrows() -> Iterator[tuple[str, str]]:
    """Yield the importing and the imported package of each arrow; names on one side of an arrow may be a list."""
    _, diagram, _ = PAGE.split("```", 2)
    for line in diagram.splitlines():
        left, *rest = re.split(r"(<--|-->)", line)
        for arrow, right in zip(rest[::2], rest[1::2], strict=True):
            importing, imported = (right, left) if arrow == "<--" else (left, right)
            yield from ((one, other) for one in split_names(importing) for other in split_names(imported))
            left = right


def split_names(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def test_the_packages_are_those_of_the_layers_in_order() -> None:
    packages = [package for package in ARROWS if not package.startswith("__")]
    assert re.findall(r"(?m)^\| `(\w+)` \|", PAGE) == packages


def test_every_package_has_one_sentence() -> None:
    purposes = re.findall(r"(?m)^\| `\w+` \| (.+) \|$", PAGE)
    assert [purpose for purpose in purposes if not purpose or ". " in purpose] == []


def test_every_arrow_is_an_import() -> None:
    graph = build_graph()
    assert [f"{one} --> {other}" for one, other in list_arrows() if other not in graph.get(one, ())] == []


def test_the_diagram_has_every_package() -> None:
    shared = {"model", "settings"}  # most packages import these
    drawn = {package for arrow in list_arrows() for package in arrow}
    assert drawn == {package for package in build_graph() if not package.startswith("__")} - shared


def test_the_page_fits_on_a_screen() -> None:
    assert len(PAGE.splitlines()) <= LINES_ON_A_SCREEN
