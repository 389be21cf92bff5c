"""A small run of the export's benchmark writes every figure, beside Hugo and beside an earlier version."""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import main
from benchmarks.processes import ROOT
from benchmarks.report import read_json

pytestmark = [pytest.mark.program, pytest.mark.slow]

HUGO = "#!/bin/sh\ntest -n \"$HUGO\" && echo '5.00 s wall, 1 KB peak' || echo '2.50 s wall, 1 KB peak'\n"


def test_every_figure_is_written(tmp_path: Path) -> None:
    hugo, older, earlier = tmp_path / "build", tmp_path / "older", tmp_path / "earlier"
    python = earlier / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    for program, text in ((hugo, HUGO), (older, ""), (python, f'#!/bin/sh\nexec {sys.executable} "$@"\n')):
        program.write_text(text)
        program.chmod(0o755)
    (earlier / "feeds").symlink_to(ROOT / "feeds")
    out = tmp_path / "docs" / "benchmarks"
    peers = ["--hugo", str(hugo), "--older-hugo", str(older), "--earlier", str(earlier)]
    arguments = ["exporting", "--sizes", "60", "--runs", "1", *peers, "--out", str(out)]
    result = CliRunner().invoke(main, arguments, env={"BENCH_MAKE_CORPUS": "", "BENCH_HUGO": "", "HUGO": ""})
    assert result.exit_code == 0, result.output
    figures = {figure.name: figure for figure in read_json(out / "exporting.json").figures}
    assert figures["cold collect"].peer == (2.5,)
    assert figures["cold collect, beside the older Hugo"].peer == (5.0,)
    assert {name for name, figure in figures.items() if figure.peer_name == "the earlier version"} == {
        "export",
        "export, CPU time",
    }
    assert all(value > 0 for figure in figures.values() for value in figure.ours)
    assert "cold collect and export" in (tmp_path / "docs" / "benchmarks.md").read_text()
