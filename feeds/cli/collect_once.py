"""Collect once and report the result."""

import sys
from collections.abc import Callable

from feeds.catalog.catalog import Catalog
from feeds.cli.collect_record import record_collect, record_failure
from feeds.cli.progress import show_progress
from feeds.cli.report import report_lost_settings, report_missing_articles, show_problems
from feeds.cli.summary import show_summary
from feeds.collector.collect import Collector
from feeds.collector.collect_result import CollectResult
from feeds.model.errors import CatalogSilentError, FeedsError
from feeds.settings import Settings


def collect_once(
    settings: Settings,
    *,
    force: bool,
    on_silence: Callable[[CatalogSilentError], bool],
    progress_pipe: int | None,
) -> CollectResult:
    """Collect the articles, and report the result.

    `on_silence` is called while the database does not answer. The progress is also written to `progress_pipe`, an open
    file.
    """
    catalog = Catalog(settings.database_url)
    catalog.on_silence = on_silence
    collector = Collector(
        catalog,
        settings.content,
        follow_links=settings.follow_links,
        articles_url=settings.articles_url,
        shown=settings.shown,
    )
    with show_progress("Collecting", final_step="publishing ...", pipe=progress_pipe) as progress:
        try:
            result = collector.collect(force=force, progress=progress)
        except FeedsError as error:
            record_failure(catalog, error)
            raise
    record_collect(catalog, result)
    catalog.close()
    report_result(result)
    report_hints(result, settings)
    return result


def report_result(result: CollectResult) -> None:
    """Write the problems to standard error and the summary to standard output."""
    show_problems(result.problems, sys.stderr)
    show_summary(result)


def report_hints(result: CollectResult, settings: Settings) -> None:
    """Report settings and articles that a beginner may have put elsewhere, after a collect of all articles."""
    report_lost_settings(settings.content)
    if not result.read + result.files_unchanged + result.files_removed:
        report_missing_articles(settings.content)
