"""Update the catalog's topics: choose their slugs and names, and find the entries with renamed topics."""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from feeds.catalog.source_store import Spellings
from feeds.catalog.stored import DESCRIBED, StoredTopic
from feeds.catalog.writer import CatalogWriter
from feeds.collector.pending import PendingUpdates
from feeds.model.clock import to_seconds
from feeds.model.topics import TopicFile, TopicName, assign_slugs, choose_label, slugify, topic_key


class CollectedTopics(msgspec.Struct, frozen=True):
    """The topics after the collect.

    `names` are the topics' names by key, synonyms included, and `numbers` are the numbers by slug. `changed` holds the
    old and new slugs of topics with a visible change anywhere, and `retitled` of those with a changed title,
    description, picture or URL of the feed. `clashes` holds, by key, the names of topics that cannot have the slug of
    their name, because another topic has it. `has_new_aliases` tells whether other slugs than before mean topics.
    """

    names: dict[str, TopicName]
    numbers: dict[str, int]
    changed: set[str]
    retitled: set[str]
    clashes: dict[str, TopicName]
    has_new_aliases: bool


def update_topics(
    writer: CatalogWriter, pending: PendingUpdates, *, files: Sequence[TopicFile], committed: int
) -> CollectedTopics:
    """Write new and changed topics, and add the entries of renamed topics to `pending`.

    A known topic is never deleted: subscribers get an empty feed instead of an error. `files` are the topic files from
    `resolve_topic_files`, and `pending.described_keys` has to name the keys of changed files. `committed` is the time
    of the commit, in seconds.
    """
    known = {topic.key: topic for topic in writer.topics.read_all()}
    due = {key for key, topic in known.items() if topic.number in pending.topic_numbers}
    stored = _rename(known, files)
    canonical = {key: file.keys[0] for file in files for key in file.keys}
    pending_keys = pending.topic_keys | pending.described_keys | due
    labels = _count_labels(writer, pending_keys, canonical=canonical, at=committed)
    by_key = {file.keys[0]: file for file in files}
    topics = _plan(stored, labels=labels, files=by_key, canonical=canonical, at=committed)
    writer.topics.save(
        added=[topic for key, topic in topics.items() if key not in stored],
        changed=[topic for key, topic in topics.items() if key in stored and topic != stored[key]],
    )
    has_new_aliases = writer.topics.replace_aliases(_list_aliases(topics, files, at=committed))
    changed = {key for key, topic in topics.items() if _is_visibly_changed(topic, stored.get(key), until=committed)}
    # Lists show the parent of a topic, but the topic's own feeds do not.
    retitled = {key for key in changed if not _has_moved_only(topics[key], stored.get(key))}
    # Pages and OPML list a topic without entries only if it has a topic file.
    redescribed = {key for key in topics.keys() & stored if _is_described(topics[key]) != _is_described(stored[key])}
    changed |= {key for key in redescribed if not writer.topics.has_entries(stored[key].number, at=committed)}
    if not pending.everything:
        renamed = {key for key in topics if key in stored and _is_renamed(topics[key], stored[key])}
        for key in renamed | (pending.described_keys & set(stored)):
            pending.entry_names.update(writer.topics.read_entry_ids(stored[key].number))
    return CollectedTopics(
        names={key: TopicName(topics[to].slug, topics[to].name) for key, to in _list_keys(topics, canonical)},
        numbers={topic.slug: topic.number for topic in topics.values() if topic.slug},
        changed=_list_feeds(changed, topics=topics, stored=stored),
        retitled=_list_feeds(retitled, topics=topics, stored=stored),
        clashes={
            key: TopicName(topic.slug, topic.name)
            for key, topic in topics.items()
            if topic.slug not in {slugify(key), ""}
        },
        has_new_aliases=has_new_aliases,
    )


def _list_feeds(
    keys: Collection[str], *, topics: Mapping[str, StoredTopic], stored: Mapping[str, StoredTopic]
) -> set[str]:
    """Return the old and new slugs of topics, and of the topics whose successors they are.

    The feed of a retired topic names its successor.
    """
    slugs = {slug for key in keys for slug in _list_slugs(topics[key], stored.get(key))}
    return slugs | {topic.slug for topic in topics.values() if topic.successor in slugs}


def _rename(stored: Mapping[str, StoredTopic], files: Sequence[TopicFile]) -> dict[str, StoredTopic]:
    """Return the topics by new key: a topic with a new name keeps the row and the archive."""
    topics = dict(stored)
    for file in files:
        former = [key for key in map(topic_key, reversed(file.former)) if key in topics]
        if former and file.keys[0] not in topics:
            topics[file.keys[0]] = topics.pop(former[0])
    return topics


def _list_keys(topics: Collection[str], canonical: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return every topic key, with the key of the topic it means."""
    return [*((key, key) for key in topics if key not in canonical), *canonical.items()]


def _count_labels(
    writer: CatalogWriter, keys: Collection[str], *, canonical: Mapping[str, str], at: int
) -> dict[str, Spellings]:
    """Count the spellings of topics; spellings of a synonym count for the topic it means.

    A topic among `keys` without articles has no spellings.
    """
    targets = {canonical.get(key, key) for key in keys}
    wanted = targets | {key for key, target in canonical.items() if target in targets}
    counts = {target: Spellings() for target in targets}
    for key, spellings in writer.sources.count_spellings(wanted, at=at).items():
        counts[canonical.get(key, key)].include(spellings)
    return counts


def _plan(
    stored: Mapping[str, StoredTopic],
    *,
    labels: Mapping[str, Spellings],
    files: Mapping[str, TopicFile],
    canonical: Mapping[str, str],
    at: int,
) -> dict[str, StoredTopic]:
    """Return all topics to store, by key."""
    keys = {*stored, *files, *(key for key, spellings in labels.items() if spellings.counts)}
    since = {
        key: DESCRIBED if key in files else _find_first_date(stored.get(key), labels.get(key), at=at) for key in keys
    }
    waiting = {key for key, time in since.items() if time is None or time > at}
    slugs = _assign_slugs(keys, waiting, files=files, canonical=canonical)
    number = max((topic.number for topic in stored.values()), default=0)
    topics: dict[str, StoredTopic] = {}
    for key in sorted(keys):
        if key not in stored:
            number += 1
        file = files.get(key) or TopicFile(name=_choose_name(key, labels=labels, stored=stored))
        slug = slugs[key] if canonical.get(key, key) == key else ""
        parent = topic_key(file.parent)
        topics[key] = StoredTopic(
            number=stored[key].number if key in stored else number,
            key=key,
            slug=slug,
            name=file.name,
            description=file.description,
            image=file.image,
            parent=slugs.get(canonical.get(parent, parent), ""),
            origin=slugs.get(topic_key(file.former[0]), slug) if file.former else slug,
            retired=to_seconds(file.retired) if file.retired else None,
            successor=slugs.get(topic_key(file.successor), ""),
            since=since[key],
        )
    return topics


def _find_first_date(stored: StoredTopic | None, spellings: Spellings | None, *, at: int) -> int | None:
    """Return the time since which subscribers know a topic without a topic file.

    A known topic without articles stays known: its feed is empty.
    """
    if spellings and spellings.counts:
        return spellings.since
    if stored is None or spellings is None:
        return stored.since if stored else None
    return max(stored.since, 0) if stored.since is not None and stored.since <= at else None


def _assign_slugs(
    keys: Collection[str], waiting: Collection[str], *, files: Mapping[str, TopicFile], canonical: Mapping[str, str]
) -> dict[str, str]:
    """Return the slug of every topic; the slug of a synonym is free for the alias.

    Topics that nobody knows yet, in `waiting`, choose last: they never change the slug of a known topic.

    The slug of a topic's former name stays reserved for the topic, because readers know the topic by the slug.
    """
    former = {(label, key) for key, file in files.items() for label in file.former}
    reserved = {topic_key(label) for label, key in former if slugify(label) != slugify(key)}
    own = {key for key in keys if canonical.get(key, key) == key}
    return assign_slugs(reserved.union(own.difference(waiting)), later=own.intersection(waiting))


def _choose_name(key: str, *, labels: Mapping[str, Spellings], stored: Mapping[str, StoredTopic]) -> str:
    counts = labels[key].counts if key in labels else {}
    return choose_label(counts) if counts else stored[key].name


def _list_aliases(topics: Mapping[str, StoredTopic], files: Sequence[TopicFile], *, at: int) -> dict[str, str]:
    """Return the slugs of topics by other slugs, not of known topics: the slugs of labels and former names."""
    taken = {topic.slug for topic in topics.values() if topic.since is not None and topic.since <= at}
    aliases = {slugify(label): topics[file.keys[0]].slug for file in files for label in file.labels}
    aliases |= {topic.origin: topic.slug for topic in topics.values() if topic.slug}
    return {slug: topic for slug, topic in aliases.items() if slug not in taken and slug != topic}


def _is_visibly_changed(topic: StoredTopic, stored: StoredTopic | None, *, until: int) -> bool:
    """Return whether subscribers see a difference; a retirement in the future is invisible, like an unknown topic."""
    is_known, was_known = (each is not None and _is_known(each, until=until) for each in (topic, stored))
    if not is_known and not was_known:
        return False
    if stored is None or is_known != was_known or _without_end(topic) != _without_end(stored):
        return True
    ends = {(each.retired, each.successor) for each in (topic, stored)}
    return len(ends) > 1 and any(retired is not None and retired <= until for retired, _ in ends)


def _has_moved_only(topic: StoredTopic, stored: StoredTopic | None) -> bool:
    """Return whether only the place of a topic in the hierarchy is new."""
    return stored is not None and topic != stored and msgspec.structs.replace(topic, parent=stored.parent) == stored


def _is_known(topic: StoredTopic, *, until: int) -> bool:
    return topic.since is not None and topic.since <= until


def _is_described(topic: StoredTopic) -> bool:
    return topic.since == DESCRIBED


def _without_end(topic: StoredTopic) -> StoredTopic:
    return msgspec.structs.replace(topic, retired=None, successor="", since=None)


def _is_renamed(topic: StoredTopic, stored: StoredTopic) -> bool:
    return (topic.slug, topic.name) != (stored.slug, stored.name)


def _list_slugs(topic: StoredTopic, stored: StoredTopic | None) -> set[str]:
    slugs = {topic.slug, stored.slug} if stored else {topic.slug}
    return slugs - {""}
