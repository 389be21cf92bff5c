"""Share a hub on loopback, and a newsroom that announces its feeds to the hub."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from feeds.catalog.outbox import Notification
from feeds.model.errors import FeedsError
from feeds.model.feed import Format
from feeds.notify.delivery import NotifyContext
from feeds.notify.detection import detect_changes
from feeds.notify.timing import NotifyTiming
from feeds.settings import Settings
from feeds.site.documents import make_document
from feeds.site.shared_caching import list_kept
from feeds.site.urls import FeedAddress
from feeds.site.walk import list_addresses
from tests.support.app import make_settings
from tests.support.hub import Hub, running_hub
from tests.support.newsroom import Newsroom

HUB = "https://hub.example/"
CACHE = "http://cache.example:6081"
PATIENT = NotifyTiming(timeout_seconds=30)


@pytest.fixture
def hub() -> Iterator[Hub]:
    with running_hub() as hub:
        yield hub


class NotifyingNewsroom:
    """A newsroom that notifies hubs of its feeds; `errors` are the reported errors."""

    def __init__(self, newsroom: Newsroom, *hubs: str) -> None:
        self.newsroom = newsroom
        self.hubs = hubs
        self.errors: list[FeedsError] = []
        self.environ: dict[str, str] = {}

    @property
    def settings(self) -> Settings:
        return make_settings(FEEDS_HUBS=" ".join(self.hubs), **self.environ)

    @property
    def context(self) -> NotifyContext:
        return NotifyContext(
            catalog=self.newsroom.catalog,
            settings=self.settings,
            report_error=self.errors.append,
            timing=PATIENT,
            clock=self.newsroom.clock,
        )

    def collect(self, *, force: bool = False) -> None:
        """Collect a minute later."""
        self.newsroom.wait(minutes=1)
        self.newsroom.collector(shown=self.settings.shown).collect(force=force)

    def detect(self) -> bool:
        return detect_changes(self.context)

    def pending(self, hub: str = "") -> list[Notification]:
        """Read all pending notifications of a hub, by default the first hub, due or not."""
        late = self.newsroom.now.replace(year=9999)
        with self.newsroom.catalog.reading() as reader:
            return reader.outbox.list_due(hub or self.hubs[0], until=late)

    def pending_paths(self, hub: str = "") -> set[str]:
        return {notification.path for notification in self.pending(hub)}

    def etags(self) -> dict[str, str]:
        """Make every feed in every format, and give the ETags by path."""
        with self.newsroom.catalog.reading() as reader:
            return {
                address.path: make_document(address, reader, settings=self.settings, now=self.newsroom.now).etag
                for address in list_addresses(reader, settings=self.settings, now=self.newsroom.now)
                if isinstance(address, FeedAddress)
            }

    def kept_etags(self) -> dict[str, str]:
        """Make every document that shared caches keep, and give the ETags by path."""
        settings, now = self.settings, self.newsroom.now
        with self.newsroom.catalog.reading() as reader:
            return {
                address.path: make_document(address, reader, settings=settings, now=now).etag
                for address in list_kept(reader, settings=settings, now=now)
            }

    def empty_outbox(self) -> None:
        """Remove all notifications from the outbox, as if sent."""
        with self.newsroom.catalog.writing_outbox() as outbox:
            outbox.remove_other_hubs(keep=())


def in_all_formats(*stems: str) -> set[str]:
    return {f"{stem}.{format}" for stem in stems for format in Format}


@pytest.fixture
def notifying_newsroom(newsroom: Newsroom) -> NotifyingNewsroom:
    """Give a notifying newsroom with two collected and scanned articles, on each engine in turn."""
    return open_notifying_newsroom(newsroom, HUB)


@pytest.fixture
def sqlite_newsroom(tmp_path: Path, hub: Hub) -> Iterator[NotifyingNewsroom]:
    """Give a notifying newsroom on SQLite, with a running hub."""
    newsroom = Newsroom(tmp_path / "articles", f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    yield open_notifying_newsroom(newsroom, hub.url)
    newsroom.catalog.close()


def open_notifying_newsroom(newsroom: Newsroom, *hubs: str) -> NotifyingNewsroom:
    notifying_newsroom = NotifyingNewsroom(newsroom, *hubs)
    newsroom.write("tides", topics=["Sea"])
    newsroom.write("robots", topics=["AI"], provider={"name": "The Post", "domain": "post.example"})
    notifying_newsroom.collect()
    notifying_newsroom.detect()
    return notifying_newsroom


Change = Callable[[NotifyingNewsroom], object]
