"""Render the pages of digests: the list of issues, and the page of one issue."""

from feeds.model.periods import find_date
from feeds.settings import Settings
from feeds.site.feeds import DigestSnapshot, IssueSnapshot
from feeds.site.pages.html import render_template
from feeds.site.urls import DigestPageAddress, IssueAddress, write_reference

SHOWN_TITLES = 3
"""The number of stories that a list of issues names, as the summary of an issue's entry does."""


def render_digest(
    address: DigestPageAddress, snapshot: DigestSnapshot, settings: Settings, *, is_static: bool
) -> bytes:
    """Write the page that lists the issues of a digest, with ways to subscribe to it."""
    return render_template(
        "digest.html",
        settings,
        is_static=is_static,
        page_url=snapshot.feed.page_url,
        search=str(address.query.search or ""),
        snapshot=snapshot,
        feed=snapshot.feed,
        issues=[(IssueAddress.of(address.query, address.cycle, each.issue), each.stories) for each in snapshot.digests],
        notices=snapshot.notices,
        shown_titles=SHOWN_TITLES,
    )


def render_issue(issue: IssueSnapshot, settings: Settings, *, is_static: bool) -> bytes:
    """Write the page of one issue of a digest, with its stories."""
    address = issue.address
    days = address.cycle.list_days(address.issue)
    return render_template(
        "issue.html",
        settings,
        is_static=is_static,
        page_url=f"{settings.site_url}{write_reference(address)}",
        search=str(address.query.search or ""),
        issue=issue,
        feed=issue.feed,
        query=address.query,
        stories=issue.digest.stories,
        first_day=find_date(days.start),
        last_day=find_date(days[-1]),
        newer=write_reference(issue.newer) if issue.newer else "",
        older=write_reference(issue.older) if issue.older else "",
        issues=write_reference(DigestPageAddress(address.query, address.cycle)),
    )
