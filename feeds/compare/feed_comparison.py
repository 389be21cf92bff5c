"""Compare a feed before and after a change: what a subscriber sees as new, updated and withdrawn."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache

from feeds.compare.differences import FeedDifference, SeenStory, WithdrawalCause
from feeds.compare.site_view import EntryLook, FeedView, SiteView, find_shown_id
from feeds.model.entry import Entry
from feeds.model.feed import entry_url
from feeds.model.html_text import is_same_text
from feeds.renderers.entry_html import make_summary, write_content


def compare_feeds(
    before: SiteView, after: SiteView, *, targets: Mapping[str, str], causes: Mapping[str, WithdrawalCause]
) -> list[FeedDifference]:
    """Compare each feed that subscribers can read before and after, and return the feeds with a difference.

    `targets` maps the path of a feed that moves to its path afterwards. `causes` says why entries leave all feeds.
    """

    @cache
    def find_fields(id: str) -> tuple[str, ...] | None:
        return _find_fields(before, after, id)

    found: list[FeedDifference] = []
    for path, feed in before.feeds.items():
        other = after.feeds.get(targets.get(path, path))
        if other is None:
            continue
        difference = _compare_feed(
            _FeedPair(feed, other, before=before, after=after), find_fields=find_fields, causes=causes
        )
        if not difference.is_empty:
            found.append(difference)
    return found


class _FeedPair:
    """A feed before and after."""

    def __init__(self, old: FeedView, new: FeedView, *, before: SiteView, after: SiteView) -> None:
        self.old, self.new = old, new
        self.before, self.after = before, after
        self.old_shown, self.new_shown = frozenset(old.shown), frozenset(new.shown)

    def list_entering(self) -> Iterator[str]:
        """Yield the ids that only the feed afterwards shows."""
        return (id for id in self.new.shown if id not in self.old_shown)

    def list_leaving(self) -> Iterator[str]:
        """Yield the ids that only the feed before shows, and that it does not keep for its archive."""
        return (id for id in self.old.shown if id not in self.new_shown and id not in self.new.members)

    def list_staying(self) -> Iterator[str]:
        """Yield the ids that both show."""
        return (id for id in self.new.shown if id in self.old_shown)

    def list_missed(self) -> Iterator[str]:
        """Yield the ids of new entries that the feed would show if it had no other new entries."""
        oldest = self.before.find_entry(self.old.shown[-1]) if self.old.shown else None
        hidden = self.new.members - self.old.members - self.new_shown
        if oldest is None or not hidden:
            return
        for id, entry in self.after.entries.items():
            if id in hidden and (not self.old.is_full or entry.published > oldest.published):
                yield id


def _compare_feed(
    pair: _FeedPair,
    *,
    find_fields: Callable[[str], tuple[str, ...] | None],
    causes: Mapping[str, WithdrawalCause],
) -> FeedDifference:
    entering = list(pair.list_entering())
    changed = {id: fields for id in pair.list_staying() if (fields := find_fields(id)) is not None}
    gone = [(id, causes.get(id, WithdrawalCause.LEFT)) for id in pair.list_leaving()]
    return FeedDifference(
        path=pair.old.path,
        name=pair.old.name,
        moved_to=pair.new.path if pair.new.path != pair.old.path else "",
        new=_list_stories(pair.after, (id for id in entering if id not in pair.old.members)),
        updated=tuple(
            describe_story(pair.after.find_entry(id), pair.after.look, fields=fields)
            for id, fields in changed.items()
            if fields
        ),
        withdrawn=tuple(
            describe_story(pair.before.find_entry(id), pair.before.look, cause=cause) for id, cause in gone
        ),
        returned=_list_stories(pair.after, (id for id in entering if id in pair.old.members)),
        missed=_list_stories(pair.after, pair.list_missed()),
        minor=sum(not fields for fields in changed.values()),
    )


def _list_stories(view: SiteView, ids: Iterable[str]) -> tuple[SeenStory, ...]:
    return tuple(describe_story(view.find_entry(id), view.look) for id in ids)


def describe_story(
    entry: Entry, look: EntryLook, *, fields: tuple[str, ...] = (), cause: WithdrawalCause | None = None
) -> SeenStory:
    """Describe an entry as a story of a feed."""
    return SeenStory(
        id=find_shown_id(entry),
        title=entry.title,
        url=entry_url(entry, look.link_choice),
        published=entry.published,
        fields=fields,
        cause=cause,
    )


def _find_fields(before: SiteView, after: SiteView, id: str) -> tuple[str, ...] | None:
    """Return the fields of an entry that feed readers show and that differ; None for equal entries."""
    old, new = before.find_entry(id), after.find_entry(id)
    if old is new and before.look == after.look:
        return None
    shown_old, shown_new = read_shown_fields(old, before.look), read_shown_fields(new, after.look)
    fields = tuple(name for name, value in shown_new.items() if value != shown_old[name])
    return fields if fields or old != new else None


def read_shown_fields(entry: Entry, look: EntryLook) -> dict[str, object]:
    """Return the fields of an entry in Atom that feed readers store and show, by name.

    Readers do not store topics, original URLs, and pictures outside the content.
    """
    has_summary = bool(entry.summary) and not is_same_text(entry.body, entry.summary)
    return {
        "title": entry.title,
        "link": entry_url(entry, look.link_choice),
        "author": entry.authors or (entry.provider.name,),
        "published": entry.published,
        "updated": entry.updated,
        "summary": make_summary(entry, language=look.language) if has_summary else "",
        "content": write_content(entry, look.link_choice, language=look.language),
        "language": entry.language or look.language,
    }
