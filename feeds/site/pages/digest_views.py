"""Render the pages of digests: the list of issues, and the page of one issue."""

from collections.abc import Callable
from functools import lru_cache

import msgspec
from markupsafe import Markup, escape

from feeds.model.entry import DigestStory
from feeds.model.feed import Feed
from feeds.model.periods import Cycle, find_date
from feeds.model.translation.texts import Texts, find_texts
from feeds.settings import Settings
from feeds.site.digests import describe_cycle
from feeds.site.feeds import DigestSnapshot, IssueSnapshot
from feeds.site.pages.environment import find_environment
from feeds.site.urls import DigestPageAddress, IssueAddress, page_of, write_reference

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
    ).encode()


def render_issue(issue: IssueSnapshot, settings: Settings, *, is_static: bool) -> bytes:
    """Write the page of one issue of a digest, with its stories."""
    address, texts = issue.address, find_texts(settings.language)
    frame = _render_frame(
        msgspec.structs.replace(address, issue=0),
        issue.feed,
        name=issue.name,
        settings=settings,
        has_newer=issue.newer is not None,
        has_older=issue.older is not None,
        has_stories=bool(issue.digest.stories),
        is_static=is_static,
    )
    write_headline = _make_headline_writer(settings)
    values = {
        _DAYS: name_days(address.cycle, address.issue, texts),
        _PATH: write_reference(address),
        _NEWER: write_reference(issue.newer) if issue.newer else "",
        _OLDER: write_reference(issue.older) if issue.older else "",
    }
    for marker, value in values.items():
        frame = frame.replace(marker, escape(value))
    return frame.replace(_STORIES, "\n".join(map(write_headline, issue.digest.stories))).encode()


# A page of an export with thousands of issues differs from the next in these parts only; no text holds a NUL.
_DAYS, _PATH, _NEWER, _OLDER, _STORIES = (f"\0{name}\0" for name in ("days", "path", "newer", "older", "stories"))


@lru_cache(maxsize=8)
def _render_frame(  # noqa: PLR0913 what the pages of the issues of a digest share
    address: IssueAddress,
    feed: Feed,
    *,
    name: str,
    settings: Settings,
    has_newer: bool,
    has_older: bool,
    has_stories: bool,
    is_static: bool,
) -> str:
    """Render the page of any issue of a digest, with markers in place of everything that differs between issues."""
    return _render(
        "issue.html",
        settings,
        is_static=is_static,
        page_url=f"{settings.site_url}{_PATH}",
        search=str(address.query.search or ""),
        cycle=address.cycle,
        feed=feed,
        name=name,
        days=_DAYS,
        stories=Markup(_STORIES) if has_stories else "",  # noqa: S704 a marker of ours
        newer=_NEWER if has_newer else "",
        older=_OLDER if has_older else "",
        issues=write_reference(DigestPageAddress(address.query, address.cycle)),
    )


def name_days(cycle: Cycle, issue: int, texts: Texts) -> str:
    """Name the day or the week of an issue in words, as `24 November 2026` or `Week of 16 November 2026`."""
    day = texts.day(find_date(cycle.list_days(issue).start))
    return day if cycle is Cycle.DAILY else texts.gettext("Week of %(day)s", day=day)


def _render(template: str, settings: Settings, **values: object) -> str:
    page = find_environment(settings.language).get_template(template)
    return page.render(settings=settings, site=settings.site, **values)


@lru_cache(maxsize=4)
def _make_headline_writer(settings: Settings) -> Callable[[DigestStory], str]:
    """Return a function that writes a story, and keeps the written stories: issues of several digests share them."""
    template = find_environment(settings.language).get_template("headline.html")
    macros = template.make_module({"settings": settings, "site": settings.site})

    @lru_cache(_KEPT_STORIES)
    def write(story: DigestStory) -> str:
        written: str = macros.headline(story, settings.link)  # type: ignore[attr-defined]
        return written

    return write
