import json

import pytest

from feeds.collector.problem_report import ReportFormat, write_report
from feeds.collector.problems import describe_clash, describe_duplicates
from feeds.model.errors import Level, Problem

ERROR = Problem("news/a.md", 3, 7, Level.ERROR, "missing-title", "Missing title; add `title`.")
WARNING = Problem("news/b.md", 12, 1, Level.WARNING, "bad-picture", "the picture's width is not a number")


def test_text_is_a_line_per_problem() -> None:
    assert write_report([ERROR, WARNING], ReportFormat.TEXT).splitlines() == [
        "news/a.md:3:7: error missing-title Missing title; add `title`.",
        "news/b.md:12:1: warning bad-picture the picture's width is not a number",
    ]


def test_json_is_a_list_of_every_field() -> None:
    assert json.loads(write_report([ERROR], ReportFormat.JSON)) == [
        {
            "path": "news/a.md",
            "line": 3,
            "column": 7,
            "level": "error",
            "code": "missing-title",
            "message": "Missing title; add `title`.",
        }
    ]


def test_github_is_a_workflow_command_per_problem() -> None:
    assert write_report([ERROR, WARNING], ReportFormat.GITHUB).splitlines() == [
        "::error file=news/a.md,line=3,col=7,title=missing-title::Missing title; add `title`.",
        "::warning file=news/b.md,line=12,col=1,title=bad-picture::the picture's width is not a number",
    ]


def test_github_escapes_what_would_end_a_property_or_a_command() -> None:
    odd = Problem("a,b:c%.md", 1, 1, Level.ERROR, "code", "100 % wrong: a, b")
    assert write_report([odd], ReportFormat.GITHUB) == (
        "::error file=a%2Cb%3Ac%25.md,line=1,col=1,title=code::100 %25 wrong: a, b"
    )


@pytest.mark.parametrize(("format", "report"), [("text", ""), ("json", "[]"), ("github", "")])
def test_no_problems_are_an_empty_report(format: str, report: str) -> None:
    assert write_report([], ReportFormat(format)) == report


@pytest.mark.parametrize("format", ReportFormat)
@pytest.mark.parametrize("name", ["a\nb", "a\rb", "a\x1b[2Jb", "a\udce9b"])
def test_whatever_a_file_is_called_its_problem_is_one_line_of_text(name: str, format: ReportFormat) -> None:
    odd = Problem(f"{name}.md", 1, 1, Level.ERROR, "code", f"{name} is wrong")
    report = write_report([odd], format)
    report.encode()
    assert len(report.splitlines()) == len(write_report([ERROR], format).splitlines())
    assert "\x1b" not in report


def test_duplicates_name_the_file_that_came_first() -> None:
    problems = describe_duplicates(["a.md", "b.md", "c.md"])
    assert [(problem.path, problem.level, problem.code) for problem in problems] == [
        ("b.md", Level.WARNING, "duplicate-url"),
        ("c.md", Level.WARNING, "duplicate-url"),
    ]
    assert all("a.md" in problem.message for problem in problems)


def test_a_clash_names_the_topic_and_its_address() -> None:
    problem = describe_clash("c sharp", "c-sharp-1f2e3d", path="a.md")
    assert (problem.path, problem.level, problem.code) == ("a.md", Level.WARNING, "topic-clash")
    assert "“c sharp”" in problem.message
    assert "/topics/c-sharp-1f2e3d" in problem.message
