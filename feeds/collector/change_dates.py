"""Date the changes of entries by format: an entry keeps its old date in a format that shows no difference."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from feeds.catalog.stored import EntryChange, has_moved, keep_changes
from feeds.model.clock import to_seconds
from feeds.model.entry import decode_entry
from feeds.model.feed import Format
from feeds.model.shown_settings import ShownSettings
from feeds.renderers.changed_formats import find_changed_formats


def date_changes(
    changes: Sequence[EntryChange], replaced: Mapping[int, str], *, shown: ShownSettings, committed: int
) -> Iterator[EntryChange]:
    """Yield changes in which an entry has its old time of change in each format with the same element.

    `replaced` are the former versions as JSON, by the number of the entry; `committed` is the time of the commit, in
    seconds. A new catalog has no former versions, so no entry is rendered.
    """
    for change in changes:
        before, after, content = change.before, change.after, change.content
        if (
            before is None
            or after is None
            or content is None
            or max(before.released, after.released) > committed
            or has_moved(before, after)
        ):
            yield change
            continue
        former = decode_entry(replaced[before.number])
        changed = find_changed_formats(former, content, shown)
        kept = [f"{format}_changed" for format in Format if format not in changed]
        dated = keep_changes(after, before, [*kept, "updated_changed", "updated_before"])
        if former.updated != content.updated:
            dated = msgspec.structs.replace(
                dated,
                updated_changed=committed,
                updated_before=to_seconds(former.updated),
                # Nobody will know the earlier value: treat it as shown.
                rss_changed=max(dated.rss_changed, before.updated_changed),
            )
        yield msgspec.structs.replace(change, after=dated)
