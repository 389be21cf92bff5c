"""Define the differences between two states of a site, as subscribers see them."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

import msgspec

from feeds.model.feed import Format


class Sameness(StrEnum):
    """How a story under another id is recognised."""

    URL = "url"
    TITLE = "title"
    FILE = "file"


class LossCause(StrEnum):
    """Why an entry is lost: its file is deleted, or holds another article."""

    DELETED = "deleted"
    REPLACED = "replaced"


class WithdrawalCause(StrEnum):
    """Why an entry leaves a feed; `LEFT` means that the entry stays in other feeds."""

    REMOVED = "removed"
    UNPUBLISHED = "unpublished"
    EXPIRED = "expired"
    SCHEDULED = "scheduled"
    UNLISTED = "unlisted"
    LEFT = "left"
    DOUBLED = "doubled"
    LOST = "lost"


class FeedFate(StrEnum):
    """What happens to a feed as a whole."""

    APPEARS = "appears"
    MOVES = "moves"
    RETIRES = "retires"
    EMPTIES = "empties"
    GONE = "gone"
    MISSING = "missing"


class SeenStory(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A story in a feed.

    `fields` are the fields that a feed reader shows and that differ, and `cause` says why a story leaves the feed.
    """

    id: str
    title: str
    url: str
    published: datetime
    fields: tuple[str, ...] = ()
    cause: WithdrawalCause | None = None


class DoubledStory(msgspec.Struct, frozen=True, kw_only=True):
    """A story that subscribers know by `former_id` and get again by `id`.

    `formats` are the formats whose id differs, and the ids are those of the first. `path` is the file of the article.
    With `has_stayed`, feeds show the story under both ids.
    """

    id: str
    former_id: str
    title: str
    url: str
    path: str = ""
    sameness: Sameness
    formats: tuple[Format, ...]
    has_stayed: bool


class LostStory(msgspec.Struct, frozen=True, kw_only=True):
    """A story that leaves all feeds although no file withdraws it; `path` is the file that held the article."""

    id: str
    title: str
    url: str
    path: str
    cause: LossCause


class FeedEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The fate of a feed; `target` is the path of the feed that replaces it, if any."""

    path: str
    name: str
    fate: FeedFate
    target: str = ""


class FeedDifference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a subscriber of a feed sees; the subscriber knows everything that the feed has ever shown before.

    `returned` stories come back after they have been pushed out by newer stories, so only newer subscribers see them as
    new. `missed` stories are new, but so many others are newer that the feed never shows them. `minor` counts the
    stories with differences that feed readers do not show as an update, such as topics. `moved_to` is the path of the
    feed after a redirect.
    """

    path: str
    name: str
    moved_to: str = ""
    new: tuple[SeenStory, ...] = ()
    updated: tuple[SeenStory, ...] = ()
    withdrawn: tuple[SeenStory, ...] = ()
    returned: tuple[SeenStory, ...] = ()
    missed: tuple[SeenStory, ...] = ()
    minor: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether a subscriber sees no difference."""
        return not (self.new or self.updated or self.withdrawn or self.returned or self.missed)


class DifferenceCounts(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of distinct stories in all feeds, and of feeds with a difference."""

    new: int
    updated: int
    withdrawn: int
    doubled: int
    lost: int
    missed: int
    feeds: int


class SiteDifference(msgspec.Struct, frozen=True, kw_only=True):
    """What subscribers see at the time `at`, after a change from one state of the site to another.

    `feeds` holds the feeds with a difference; `errors` counts the files of the new state with errors.
    """

    at: datetime
    counts: DifferenceCounts
    doubled: tuple[DoubledStory, ...]
    lost: tuple[LostStory, ...]
    events: tuple[FeedEvent, ...]
    feeds: tuple[FeedDifference, ...]
    errors: int = 0

    @property
    def has_failed(self) -> bool:
        """Whether a story is doubled or lost."""
        return bool(self.doubled or self.lost)


def count_differences(
    feeds: Iterable[FeedDifference], *, doubled: Iterable[DoubledStory], lost: Iterable[LostStory]
) -> DifferenceCounts:
    """Count each story once, however many feeds show it; a story that a feed shows is not missed."""
    found = list(feeds)
    new = {story.id for feed in found for story in feed.new}
    return DifferenceCounts(
        new=len(new),
        updated=len({story.id for feed in found for story in feed.updated}),
        withdrawn=len({story.id for feed in found for story in feed.withdrawn}),
        doubled=len(list(doubled)),
        lost=len(list(lost)),
        missed=len({story.id for feed in found for story in feed.missed} - new),
        feeds=len(found),
    )
