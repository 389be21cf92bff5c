"""The `feeds check` command."""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from feeds.articles.ignored_files import describe_ignored
from feeds.articles.named_files import NamedContent, find_named
from feeds.cli.arguments import FORMAT
from feeds.cli.progress import show_progress
from feeds.cli.report import color_count, name_folders, report_lost_settings, show_problems
from feeds.cli.settings_source import load
from feeds.collector.lint import CheckResult, check_content
from feeds.collector.problem_report import ReportFormat, TakenFields, escape_taken, write_report
from feeds.model.errors import Level
from feeds.model.text import count_noun, escape_controls


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@FORMAT
@click.option(
    "--verbose",
    "-v",
    is_flag=True,
    help="Show which field each field of a post of Jekyll, Hugo, Astro or Eleventy was taken from.",
)
def check(paths: tuple[Path, ...], format: ReportFormat, *, verbose: bool) -> None:
    """Report problems in the articles in PATH.

    PATH is a folder, an article or a topic file, by default FEEDS_CONTENT. The catalog does not change. Each problem is
    a line `path:line:column: level code message`; on a terminal, problems are grouped by file. No line of a file is
    quoted. An error rejects the article; a warning drops a part of the article at most. Exit with 1 if there are
    errors.
    """
    started = time.monotonic()
    settings = load([path for path in paths if path.is_dir()]).settings
    report_lost_settings(settings.content)
    with show_progress("Checking") as progress:
        named = find_named(
            paths or settings.content, follow_links=settings.follow_links, articles_url=settings.articles_url
        )
        result = check_content(named, progress=progress)
    _show(result, format, verbose=verbose)
    for line in (*_explain_ignored(named, result, paths or settings.content), _summarise(result, started=started)):
        click.echo(line, err=True)
    if _count_errors(result):
        raise SystemExit(1)


def _show(result: CheckResult, format: ReportFormat, *, verbose: bool) -> None:
    if format is ReportFormat.TEXT:
        for post in result.posts if verbose else ():
            click.echo(_describe_post(post))
        show_problems(result.problems, sys.stdout)
    elif result.problems or format is ReportFormat.JSON:
        others: dict[str, object] = {"articles": result.articles, "topic_files": result.topic_files}
        if verbose:
            others["posts"] = [escape_taken(post) for post in result.posts]
        click.echo(write_report(result.problems, format, others=others))


def _describe_post(post: TakenFields) -> str:
    """Write the path and address of a post, and for each field a line with the field that it was taken from."""
    post = escape_taken(post)
    width = max(map(len, post.fields))
    lines = [f"  {field:{width}}  from  {origin}" for field, origin in post.fields.items()]
    return "\n".join([f"{click.style(post.path, bold=True)}  {post.address}".rstrip(), *lines, ""])


def _explain_ignored(named: NamedContent, result: CheckResult, paths: Sequence[Path]) -> Iterator[str]:
    """Explain which files were ignored and why: all files if nothing was checked, else the files that were named."""
    if result.articles or result.topic_files:
        given = {os.path.normpath(path) for path in paths}
        yield from map(escape_controls, describe_ignored(file for file in named.ignored if file.path in given))
        return
    advice = "" if named.ignored else f" Add one, such as {paths[0] / 'story.md'}, or name another folder."
    yield escape_controls(f"Nothing to check: no article in {name_folders(paths)}.{advice}")
    yield from map(escape_controls, describe_ignored(named.ignored))


def _summarise(result: CheckResult, *, started: float) -> str:
    """Write such as "412 articles, 3 problems (1 error, 2 warnings), 0.9 s"."""
    parts = [count_noun(result.articles, "article")]
    if result.topic_files:
        parts.append(count_noun(result.topic_files, "topic file"))
    if result.pages:
        parts.append(count_noun(result.pages, "other page"))
    problems = count_noun(len(result.problems), "problem")
    if result.problems:
        errors = _count_errors(result)
        counts = (
            color_count(errors, "error", color="red"),
            color_count(len(result.problems) - errors, "warning", color="yellow"),
        )
        problems += f" ({', '.join(counts)})"
    return ", ".join([*parts, problems, f"{time.monotonic() - started:.1f} s"])


def _count_errors(result: CheckResult) -> int:
    return sum(problem.level is Level.ERROR for problem in result.problems)
