"""All invalid values of a query string are found at once, by the rules of queries."""

from urllib.parse import urlencode

import pytest

from feeds.model.errors import BadRequestError
from feeds.model.query import parse_query
from feeds.site.parameter_problems import Flaw, ParameterProblem, QueryProblems, find_query_problems
from feeds.site.url_parser import parse_address


@pytest.mark.parametrize(
    ("query_string", "problem"),
    [
        ("limit=0", ParameterProblem("limit", "0", Flaw.NUMBER, 1, 200)),
        ("limit=201", ParameterProblem("limit", "201", Flaw.NUMBER, 1, 200)),
        ("min_heat=abc", ParameterProblem("min_heat", "abc", Flaw.NUMBER, 0, 1000)),
        ("min_quality=-1", ParameterProblem("min_quality", "-1", Flaw.NUMBER, 0, 1000)),
        ("related=all", ParameterProblem("related", "all", Flaw.RELATED)),
        ("provider=,", ParameterProblem("provider", ",", Flaw.NAMES)),
        ("type=" + ",".join("abcdefghi"), ParameterProblem("type", "a,b,c,d,e,f,g,h,i", Flaw.NAMES)),
        ("q=-x", ParameterProblem("q", "-x", Flaw.SEARCH)),
        ("q=%00tides", ParameterProblem("q", "\x00tides", Flaw.CONTROLS)),
        ("find=" + "x" * 101, ParameterProblem("find", "x" * 101, Flaw.LENGTH, 0, 100)),
        ("limit=5&limit=6", ParameterProblem("limit", "5", Flaw.REPEATED)),
    ],
)
def test_a_problem_is_found(query_string: str, problem: ParameterProblem) -> None:
    with pytest.raises(BadRequestError):
        parse_address("/topics" if query_string.startswith("find=") else "/latest", query_string)
    assert find_query_problems(query_string).problems == (problem,)


def test_all_problems_are_found_and_valid_values_are_kept() -> None:
    found = find_query_problems(
        "limit=0&q=tides+%22high+water%22&utm_source=x&sort=best&min_heat=&min_quality=x&provider=a+b,c"
    )
    assert [problem.name for problem in found.problems] == ["min_quality", "limit"]
    assert found.valid == {"q": 'tides "high water"', "sort": "best", "provider": "a b,c"}
    assert parse_query(found.valid_query_string) == parse_query(urlencode(dict(found.valid)))


@pytest.mark.parametrize("query_string", ["", "q=tides&limit=5", "unknown=0", "limit="])
def test_nothing_is_wrong(query_string: str) -> None:
    assert find_query_problems(query_string).problems == ()


def test_a_long_query_string_is_not_read() -> None:
    assert find_query_problems("q=" + "x" * 2_000) == QueryProblems(is_too_long=True)
