import json
from pathlib import Path

import pytest

from feeds.collector.problem_report import ReportFormat, write_report
from feeds.model.errors import Level, Problem

ERROR = Problem("news/a.md", 3, 7, Level.ERROR, "missing-title", "Missing title; add `title`.")
WARNING = Problem("news/b.md", 12, 1, Level.WARNING, "bad-picture", "the picture's width is not a number")


def test_text_is_a_line_per_problem() -> None:
    assert write_report([ERROR, WARNING], ReportFormat.TEXT).splitlines() == [
        "news/a.md:3:7: error missing-title Missing title; add `title`.",
        "news/b.md:12:1: warning bad-picture the picture's width is not a number",
    ]


def test_json_has_every_field_and_the_counts() -> None:
    assert json.loads(write_report([ERROR], ReportFormat.JSON, others={"articles": 2})) == {
        "articles": 2,
        "errors": 1,
        "warnings": 0,
        "problems": [
            {
                "path": "news/a.md",
                "line": 3,
                "column": 7,
                "level": "error",
                "code": "missing-title",
                "message": "Missing title; add `title`.",
            }
        ],
    }


def test_github_is_a_workflow_command_per_problem() -> None:
    assert write_report([ERROR, WARNING], ReportFormat.GITHUB).splitlines() == [
        "::error file=news/a.md,line=3,col=7,title=missing-title::Missing title; add `title`.",
        "::warning file=news/b.md,line=12,col=1,title=bad-picture::the picture's width is not a number",
    ]


def test_github_gets_plain_paths_and_escaped_texts() -> None:
    odd = Problem("./a,b:c%.md", 1, 1, Level.ERROR, "code", "100 % wrong: a, b")
    assert write_report([odd], ReportFormat.GITHUB) == (
        "::error file=a%2Cb%3Ac%25.md,line=1,col=1,title=code::100 %25 wrong: a, b"
    )
    site = Problem(str(Path.cwd() / "_config.yml"), 1, 1, Level.ERROR, "code", "wrong")
    assert write_report([site], ReportFormat.GITHUB).startswith("::error file=_config.yml,line=1,")


@pytest.mark.parametrize(("format", "report"), [("text", ""), ("github", "")])
def test_no_problems_are_an_empty_report(format: str, report: str) -> None:
    assert write_report([], ReportFormat(format)) == report
    assert json.loads(write_report([], ReportFormat.JSON)) == {"errors": 0, "warnings": 0, "problems": []}


@pytest.mark.parametrize("format", ReportFormat)
@pytest.mark.parametrize("name", ["a\nb", "a\rb", "a\x1b[2Jb", "a\udce9b"])
def test_the_problem_of_a_file_with_any_name_is_one_line(name: str, format: ReportFormat) -> None:
    odd = Problem(f"{name}.md", 1, 1, Level.ERROR, "code", f"{name} is wrong")
    report = write_report([odd], format)
    report.encode()
    assert len(report.splitlines()) == len(write_report([ERROR], format).splitlines())
    assert "\x1b" not in report
