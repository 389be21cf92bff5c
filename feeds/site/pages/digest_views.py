"""Render the pages of digests: the list of issues, and the page of one issue."""

from collections.abc import Callable
from functools import lru_cache

import msgspec

from feeds.model.entry import DigestStory
from feeds.model.periods import Cycle, find_date
from feeds.settings import Settings
from feeds.site.digests import describe_cycle
from feeds.site.feeds import DigestSnapshot, IssueSnapshot
from feeds.site.pages.environment import find_environment
from feeds.site.urls import DigestPageAddress, IssueAddress, page_of, write_reference
from feeds.translation.texts import Texts, find_texts

SHOWN_TITLES = 3
"""The number of stories that a list of issues names, as the summary of an issue's entry does."""

_KEPT_STORIES = 4_096


class _ListedIssue(msgspec.Struct, frozen=True):
    """An issue in a list: its path with the query string, its day or week in words, and its stories."""

    path: str
    days: str
    stories: tuple[DigestStory, ...]


def render_digest(
    address: DigestPageAddress, snapshot: DigestSnapshot, settings: Settings, *, is_static: bool
) -> bytes:
    """Write the page that lists the issues of a digest, with ways to subscribe to it."""
    query, cycle, texts = address.query, address.cycle, find_texts(settings.language)
    schedule = describe_cycle(cycle, texts)
    issues = [
        _ListedIssue(
            write_reference(IssueAddress.of(query, cycle, digest.issue)),
            name_days(cycle, digest.issue, texts),
            digest.stories,
        )
        for digest in snapshot.digests
    ]
    return _render(
        "digest.html",
        settings,
        is_static=is_static,
        page_url=snapshot.feed.page_url,
        search=str(query.search or ""),
        snapshot=snapshot,
        feed=snapshot.feed,
        subtitle=snapshot.feed.subtitle.removesuffix(f" {schedule}"),
        schedule=schedule,
        issues=issues,
        notices=snapshot.notices,
        newest=write_reference(page_of(query)),
        shown_titles=SHOWN_TITLES,
    )


def render_issue(issue: IssueSnapshot, settings: Settings, *, is_static: bool) -> bytes:
    """Write the page of one issue of a digest, with its stories."""
    query, cycle = issue.address.query, issue.address.cycle
    return _render(
        "issue.html",
        settings,
        is_static=is_static,
        page_url=f"{settings.site_url}{write_reference(issue.address)}",
        search=str(query.search or ""),
        issue=issue,
        feed=issue.feed,
        days=name_days(cycle, issue.address.issue, find_texts(settings.language)),
        stories=issue.digest.stories,
        write_headline=_make_headline_writer(settings),
        newer=write_reference(issue.newer) if issue.newer else "",
        older=write_reference(issue.older) if issue.older else "",
        issues=write_reference(DigestPageAddress(query, cycle)),
    )


def name_days(cycle: Cycle, issue: int, texts: Texts) -> str:
    """Name the day or the week of an issue in words, as `24 November 2026` or `Week of 16 November 2026`."""
    day = texts.day(find_date(cycle.list_days(issue).start))
    return day if cycle is Cycle.DAILY else texts.gettext("Week of %(day)s", day=day)


def _render(template: str, settings: Settings, **values: object) -> bytes:
    page = find_environment(settings.language).get_template(template)
    return page.render(settings=settings, site=settings.site, **values).encode()


@lru_cache(maxsize=4)
def _make_headline_writer(settings: Settings) -> Callable[[DigestStory], str]:
    """Return a function that writes a story, and keeps the written stories: issues of several digests share them."""
    template = find_environment(settings.language).get_template("digest_macros.html")
    macros = template.make_module({"settings": settings, "site": settings.site})

    @lru_cache(_KEPT_STORIES)
    def write(story: DigestStory) -> str:
        written: str = macros.headline(story, settings.link)  # type: ignore[attr-defined]
        return written

    return write
