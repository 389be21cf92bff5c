"""Render bodies as those of an article."""

from feeds.articles.body import render_body
from feeds.articles.parsed import Body
from feeds.articles.source import split_front_matter
from feeds.model.errors import Problem

BASE = "https://example.org/news/story?x=1"
FRONT_MATTER = "---\ntitle: A\n---\n"
FIRST_LINE = FRONT_MATTER.count("\n") + 1


def render(text: str, url: str = BASE) -> tuple[Body, tuple[Problem, ...]]:
    """Render a body, and report its problems in `a.md`; the body starts at FIRST_LINE."""
    return render_body(split_front_matter((FRONT_MATTER + text).encode("utf-8", "replace"), "a.md"), url)


def render_html(text: str, url: str = BASE) -> str:
    """Render a body without losses."""
    body, problems = render(text, url)
    assert problems == ()
    return body.html


def list_codes(text: str) -> list[str]:
    """Return the codes of a body's problems."""
    return [problem.code for problem in render(text)[1]]
