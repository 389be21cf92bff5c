"""Render the home page, the lists, and the pages of feeds."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache

import msgspec

from feeds.catalog.list_changes import MAX_FEW_TOPICS, MAX_HEADLINES
from feeds.catalog.records import ProviderCount, Topic, choose_providers
from feeds.catalog.topic_hierarchy import TopicContext
from feeds.catalog.topic_ranking import Activity
from feeds.model.entry import FoldedStory, fold_coverage
from feeds.settings import Settings
from feeds.site.directory import Directory
from feeds.site.feeds import FeedSnapshot
from feeds.site.file_urls import PUBLISHER_PATH, STATISTICS_PATH
from feeds.site.nearest import Name
from feeds.site.pages.environment import find_environment
from feeds.site.publisher_report import PublisherReport, SlowDocument
from feeds.site.topic_list import Found, NameListing, TopicListing, list_home, list_most_active
from feeds.site.urls import HomeAddress, PageAddress, ProviderListAddress, TopicListAddress, TopicOrder, write_reference
from feeds.statistics.report import Report

STATISTICS_PERIODS = (7, 30, 90)
"""The numbers of days that the page of statistics offers."""

MAX_SHORTCUTS = 8
"""The maximum number of topics at the top of the home page."""

_KEPT_STORIES = 1_024
_MAX_KEPT_CHARACTERS = 8_192


def render_home(
    directory: Directory,
    snapshot: FeedSnapshot,
    *,
    activity: Activity,
    settings: Settings,
    is_static: bool,
) -> bytes:
    """Write the page of all topics, the providers with the most entries, and the latest stories.

    With `is_static`, this page and all others lack the links and forms that need a server.
    """
    providers = choose_providers(directory.providers)
    listing = list_home(directory.topics, activity)
    return _render(
        "home.html",
        settings,
        is_static=is_static,
        page_url=f"{settings.site_url}{HomeAddress().path}",
        listing=listing,
        shortcuts=list_most_active(directory.topics, activity)[:MAX_SHORTCUTS],
        activity=activity,
        newest=directory.newest,
        has_few_topics=listing.total <= MAX_FEW_TOPICS,
        snapshot=snapshot,
        stories=fold_coverage(snapshot.feed.entries)[:MAX_HEADLINES],
        providers=providers,
        more_providers=len(directory.providers) - len(providers),
        site_description=settings.site_description,
    )


def render_topic_list(
    listing: TopicListing, *, activity: Activity, newest: datetime | None, settings: Settings, is_static: bool
) -> bytes:
    """Write a page that lists all topics, with charts of the weeks up to the `newest` entry."""
    order = listing.order if listing.has_groups or listing.order is not TopicOrder.NAME else TopicOrder.GROUPS
    return _render(
        "topics.html",
        settings,
        is_static=is_static,
        page_url=f"{settings.site_url}{TopicListAddress(order).path}",
        listing=msgspec.structs.replace(listing, order=order),
        activity=activity,
        newest=newest,
        found=None,
    )


def render_found_topics(found: Found[Topic], *, near: Sequence[Name], settings: Settings) -> bytes:
    """Write the page of the topics whose names contain a text; `near` are similar names if there are none."""
    page_url = f"{settings.site_url}{write_reference(TopicListAddress(find=found.text))}"
    return _render("topics.html", settings, page_url=page_url, found=found, near=near)


def render_provider_list(listing: NameListing[ProviderCount], settings: Settings, *, is_static: bool) -> bytes:
    """Write the page that lists all publishers."""
    page_url = f"{settings.site_url}{ProviderListAddress().path}"
    return _render("providers.html", settings, is_static=is_static, page_url=page_url, listing=listing, found=None)


def render_found_providers(found: Found[ProviderCount], *, near: Sequence[Name], settings: Settings) -> bytes:
    """Write the page of the publishers whose domains contain a text; `near` are similar ones if there are none."""
    page_url = f"{settings.site_url}{write_reference(ProviderListAddress(find=found.text))}"
    return _render("providers.html", settings, page_url=page_url, found=found, near=near)


def render_not_found(settings: Settings, *, is_static: bool) -> bytes:
    """Write the page that a static host sends for a URL without a file, at any depth."""
    return _render("not_found.html", settings, is_static=is_static, page_url="")


def render_page(
    address: PageAddress,
    snapshot: FeedSnapshot,
    settings: Settings,
    *,
    context: TopicContext | None = None,
    is_static: bool,
) -> bytes:
    """Write the page of a feed, or of a part of an archive, with the stories and ways to subscribe.

    The page of a topic shows its `context`.
    """
    newest = write_reference(PageAddress(address.query))
    paths = {document.rel: document.path for document in snapshot.feed.documents}
    return _render(
        "page.html",
        settings,
        is_static=is_static,
        page_url=f"{settings.site_url}{write_reference(address)}",
        snapshot=snapshot,
        feed=snapshot.feed,
        stories=fold_coverage(snapshot.feed.entries),
        write_story=_make_story_writer(settings),
        context=context,
        is_archive=address.part is not None,
        search=str(address.query.search or ""),
        newer=paths.get("next-archive", newest) if address.part else "",
        older=paths.get("prev-archive", ""),
    )


def render_startup(settings: Settings, sentence: str, *, done: int, total: int, reload_seconds: int) -> bytes:
    """Write the page of a site without feeds: a sentence with the reason, and a bar unless `total` is 0.

    Browsers load the page again after `reload_seconds`.
    """
    return _render("startup.html", settings, sentence=sentence, done=done, total=total, reload_seconds=reload_seconds)


def render_statistics(report: Report, settings: Settings) -> bytes:
    """Write the page of statistics, for the publisher."""
    return _render(
        "statistics.html",
        settings,
        page_url=f"{settings.site_url}{STATISTICS_PATH}",
        report=report,
        periods=STATISTICS_PERIODS,
    )


def render_publisher(
    report: PublisherReport, settings: Settings, *, slowest: Sequence[SlowDocument], is_shared: bool
) -> bytes:
    """Write the publisher's page, with the slowest documents of this process, or of all if `is_shared`."""
    page_url = f"{settings.site_url}{PUBLISHER_PATH}"
    return _render("publisher.html", settings, page_url=page_url, report=report, slowest=slowest, is_shared=is_shared)


def _render(template: str, settings: Settings, **values: object) -> bytes:
    page = find_environment(settings.language).get_template(template)
    return page.render(settings=settings, site=settings.site, **{"search": "", "is_static": False, **values}).encode()


@lru_cache(maxsize=4)
def _make_story_writer(settings: Settings) -> Callable[[FoldedStory], str]:
    """Return a function that writes a story, and keeps the written stories: pages share them, and few change."""
    template = find_environment(settings.language).get_template("macros.html")
    macros = template.make_module({"settings": settings, "site": settings.site})

    def write(story: FoldedStory) -> str:
        text: str = macros.story(story.entry, settings.link, story.newest)  # type: ignore[attr-defined]
        return text

    write_kept = lru_cache(_KEPT_STORIES)(write)
    return lambda story: (write_kept if len(story.entry.body) <= _MAX_KEPT_CHARACTERS else write)(story)
