"""A small run of the catalog's benchmark writes every figure."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import main
from benchmarks.report import Report, read_json

pytestmark = pytest.mark.program

SIZE = 60
HUGO = "#!/bin/sh\necho '2.50 s wall, 1.25 s user, 1000 KB peak' >&2\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the benchmark once, and return the folder of its figures."""
    folder = tmp_path_factory.mktemp("catalog")
    hugo = folder / "hugo"
    hugo.write_text(HUGO)
    hugo.chmod(0o755)
    out = folder / "docs" / "benchmarks"
    sizes = ["--sizes", str(SIZE), "--runs", "1", "--changes", "1"]
    run_benchmark("catalog", *sizes, "--hugo", str(hugo), "--date", "2001-02-03", "--out", str(out))
    return out


def run_benchmark(*arguments: str) -> None:
    result = CliRunner().invoke(main, arguments, env={"BENCH_MAKE_CORPUS": "", "BENCH_HUGO": ""})
    assert result.exit_code == 0, result.output


def find_values(report: Report, name: str) -> tuple[Sequence[float], Sequence[float]]:
    (figure,) = (figure for figure in report.figures if figure.name == name)
    return figure.ours, figure.peer


def test_every_figure_is_written(folder: Path) -> None:
    report = read_json(folder / "catalog.json")
    assert {figure.size for figure in report.figures} == {SIZE}
    assert all(value > 0 for figure in report.figures for value in figure.ours)
    assert [figure.name for figure in report.figures] == [
        "cold collect",
        "cold collect, CPU time",
        "cold collect, memory of the largest process",
        "collect again, 1 article changed",
        "collect again, nothing changed",
        *(["a changed file is in the feed, --watch"] if not report.notes else []),
        "read a topic's newest entries",
        "read and render a topic's feed, Atom",
        "read and render a topic's feed, RSS",
        "read and render a topic's feed, JSON Feed",
        "first rendering of a topic's feed, Atom",
        "first rendering of a topic's feed, RSS",
        "start with a warm catalog to the first 200",
        "start on an empty disk to the first answer",
        "a web worker's memory (PSS)",
        "a web worker's memory (USS)",
    ]


def test_hugo_is_the_peer(folder: Path) -> None:
    report = read_json(folder / "catalog.json")
    assert find_values(report, "cold collect")[1] == (2.5,)
    assert find_values(report, "cold collect, CPU time")[1] == (1.25,)
    assert find_values(report, "cold collect, memory of the largest process")[1] == (1.024,)


def test_the_page_shows_the_figures_and_the_command(folder: Path) -> None:
    page = folder.with_name("benchmarks.md").read_text()
    assert "make bench BENCH_ARGS='catalog --sizes 60 --runs 1 --changes 1'` on 2001-02-03" in page
    assert "| cold collect | 60 |" in page
    assert "Hugo's build: 2.5 s" in page


def test_plots_hold_no_date(folder: Path) -> None:
    if find_spec("matplotlib") is None:
        pytest.skip("matplotlib is not installed; `make bench` installs it")
    for name in ("catalog-seconds.svg", "catalog-growth.svg"):
        plot = (folder / name).read_text()
        assert "<svg" in plot
        assert "<dc:date>" not in plot
