"""Reports compare figures with their peers, and keep the rest of the page."""

from pathlib import Path

import msgspec
import pytest

from benchmarks.figures import Comparison, Figure, Target, compare_with_smallest
from benchmarks.report import Report, Section, read_json, write_json, write_markdown, write_table

FIGURE = Figure(
    name="collect",
    size=1_000,
    unit="s",
    ours=(1.0, 3.0, 2.0),
    peer_name="another",
    peer=(2.0, 4.0, 8.0),
    target=Target(Comparison.RATIO, 0.5),
)
SECTION = Section(name="catalog", title="The catalog", size="articles", legend="Medians.")
REPORT = Report(command="measure", date="", articles="invented", machine={"cores": "2"}, figures=(FIGURE,), notes=())


@pytest.mark.parametrize(
    ("comparison", "limit", "is_met"),
    [
        (Comparison.RATIO, 0.5, True),
        (Comparison.RATIO, 0.4, False),
        (Comparison.VALUE, 2, True),
        (Comparison.VALUE, 1.9, False),
        (Comparison.DIFFERENCE, -2, True),
        (Comparison.DIFFERENCE, -3, False),
    ],
)
def test_targets_are_compared_with_medians(comparison: Comparison, limit: float, *, is_met: bool) -> None:
    figure = msgspec.structs.replace(FIGURE, target=Target(comparison, limit))
    assert figure.is_met is is_met


def test_a_floor_is_a_minimum() -> None:
    floor = msgspec.structs.replace(FIGURE, target=Target(Comparison.RATIO, 0.5, is_floor=True))
    assert floor.is_met
    assert not msgspec.structs.replace(floor, ours=(1.0,)).is_met
    assert "≥ 0.5 ×" in write_table(msgspec.structs.replace(REPORT, figures=(floor,)), SECTION)


def test_a_page_keeps_other_sections(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    other = msgspec.structs.replace(SECTION, name="serving", title="Serving")
    for command, section in [("first", SECTION), ("second", other), ("third", SECTION)]:
        write_markdown(msgspec.structs.replace(REPORT, command=command), section, page)
    text = page.read_text()
    assert text.index("Measured by `third`") < text.index("## Serving") < text.index("Measured by `second`")
    assert "Measured by `first`" not in text


def test_without_a_peer_only_value_targets_are_checked() -> None:
    alone = msgspec.structs.replace(FIGURE, peer=())
    assert alone.is_met is None
    assert "another: not measured" in write_table(msgspec.structs.replace(REPORT, figures=(alone,)), SECTION)
    assert msgspec.structs.replace(alone, target=Target(Comparison.DIFFERENCE, 9)).is_met is None


def test_ratios_compare_medians_and_pairs() -> None:
    assert FIGURE.ratio == 0.5
    assert FIGURE.ratios == (0.5, 0.75, 0.25)
    assert write_table(REPORT, SECTION).splitlines()[1].split("  ")[-3:] == ["0.5 × (0.25–0.75)", "≤ 0.5 ×", "yes"]


def test_sizes_are_compared_with_the_smallest() -> None:
    alone = msgspec.structs.replace(FIGURE, peer=(), peer_name="")
    larger = msgspec.structs.replace(alone, size=2_000, ours=(4.0,))
    first, second = compare_with_smallest([larger, alone])
    assert (first.size, first.peer) == (1_000, ())
    assert (second.size, second.peer, second.peer_name) == (2_000, alone.ours, "at 1,000 articles")


def test_json_round_trip(tmp_path: Path) -> None:
    write_json(REPORT, tmp_path / "catalog.json")
    assert read_json(tmp_path / "catalog.json") == REPORT


def test_a_page_keeps_text_around_the_section(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text("# Benchmarks\n\nBefore.\n")
    write_markdown(REPORT, SECTION, page)
    page.write_text(f"{page.read_text()}\nAfter.\n")
    write_markdown(msgspec.structs.replace(REPORT, command="measure again"), SECTION, page)
    text = page.read_text()
    assert text.startswith("# Benchmarks\n\nBefore.\n\n<!-- catalog")
    assert text.endswith("-->\n\nAfter.\n")
    assert "Measured by `measure again`" in text
    assert "Measured by `measure`" not in text
