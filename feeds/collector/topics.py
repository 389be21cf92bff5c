"""Update the catalog's topics: choose their slugs and names, and find the entries with renamed topics."""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from feeds.catalog.stored import StoredTopic
from feeds.catalog.writer import CatalogWriter
from feeds.collector.pending import PendingUpdates
from feeds.model.clock import to_seconds
from feeds.model.topics import TopicFile, TopicName, assign_slugs, choose_label, slugify, topic_key


class CollectedTopics(msgspec.Struct, frozen=True):
    """The topics after the collect.

    `names` are the topics' names by key, synonyms included, and `numbers` are the numbers by slug. `changed` holds the
    old and new slugs of topics with a changed title, description or URL of the feed. `clashes` holds, by key, the slugs
    of topics that cannot have the slug of their name, because another topic has it.
    """

    names: dict[str, TopicName]
    numbers: dict[str, int]
    changed: set[str]
    clashes: dict[str, str]


def update_topics(
    writer: CatalogWriter, pending: PendingUpdates, *, files: Sequence[TopicFile], committed: int
) -> CollectedTopics:
    """Write new and changed topics, and add the entries of renamed topics to `pending`.

    A known topic is never deleted: subscribers get an empty feed instead of an error. `files` are the topic files from
    `resolve_topic_files`, and `pending.described_keys` has to name the keys of changed files. `committed` is the time
    of the commit, in seconds.
    """
    stored = _rename({topic.key: topic for topic in writer.topics.read_all()}, files)
    canonical = {key: file.keys[0] for file in files for key in file.keys}
    labels = _count_labels(writer, pending.topic_keys | pending.described_keys, canonical=canonical)
    by_key = {file.keys[0]: file for file in files}
    topics = _plan(stored, labels=labels, files=by_key, canonical=canonical)
    writer.topics.save(
        added=[topic for key, topic in topics.items() if key not in stored],
        changed=[topic for key, topic in topics.items() if key in stored and topic != stored[key]],
    )
    writer.topics.replace_aliases(_list_aliases(topics, files))
    changed = {key for key, topic in topics.items() if _is_visibly_changed(topic, stored.get(key), until=committed)}
    if not pending.everything:
        renamed = {key for key in changed & set(stored) if _is_renamed(topics[key], stored[key])}
        for key in renamed | (pending.described_keys & set(stored)):
            pending.entry_names.update(writer.topics.read_entry_ids(stored[key].number))
    slugs = {slug for key in changed for slug in _list_slugs(topics[key], stored.get(key))}
    return CollectedTopics(
        names={key: TopicName(topics[to].slug, topics[to].name) for key, to in _list_keys(topics, canonical)},
        numbers={topic.slug: topic.number for topic in topics.values() if topic.slug},
        # The feed of a retired topic names its successor.
        changed=slugs | {topic.slug for topic in topics.values() if topic.successor in slugs},
        clashes={key: topic.slug for key, topic in topics.items() if topic.slug not in {slugify(key), ""}},
    )


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
    writer: CatalogWriter, keys: Collection[str], *, canonical: Mapping[str, str]
) -> dict[str, dict[str, int]]:
    """Count the spellings of topics; spellings of a synonym count for the topic it means."""
    targets = {canonical.get(key, key) for key in keys}
    wanted = targets | {key for key, target in canonical.items() if target in targets}
    counts: dict[str, dict[str, int]] = {}
    for key, spellings in writer.sources.count_spellings(wanted).items():
        sums = counts.setdefault(canonical.get(key, key), {})
        for label, count in spellings.items():
            sums[label] = sums.get(label, 0) + count
    return counts


def _plan(
    stored: Mapping[str, StoredTopic],
    *,
    labels: Mapping[str, Mapping[str, int]],
    files: Mapping[str, TopicFile],
    canonical: Mapping[str, str],
) -> dict[str, StoredTopic]:
    """Return all topics to store, by key."""
    keys = {*stored, *labels, *files}
    slugs = _assign_slugs(keys, files=files, canonical=canonical)
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
        )
    return topics


def _assign_slugs(
    keys: Collection[str], *, files: Mapping[str, TopicFile], canonical: Mapping[str, str]
) -> dict[str, str]:
    """Return the slug of every topic; the slug of a synonym is free for the alias.

    The slug of a topic's former name stays reserved for the topic, because readers know the topic by the slug.
    """
    former = {(label, key) for key, file in files.items() for label in file.former}
    reserved = {topic_key(label) for label, key in former if slugify(label) != slugify(key)}
    return assign_slugs(reserved.union(key for key in keys if canonical.get(key, key) == key))


def _choose_name(key: str, *, labels: Mapping[str, Mapping[str, int]], stored: Mapping[str, StoredTopic]) -> str:
    return choose_label(labels[key]) if key in labels else stored[key].name


def _list_aliases(topics: Mapping[str, StoredTopic], files: Sequence[TopicFile]) -> dict[str, str]:
    """Return the slugs of topics by other slugs: the slugs of labels and former names."""
    taken = {topic.slug for topic in topics.values()}
    aliases = {slugify(label): topics[file.keys[0]].slug for file in files for label in file.labels}
    aliases |= {topic.origin: topic.slug for topic in topics.values() if topic.slug}
    return {slug: topic for slug, topic in aliases.items() if slug not in taken}


def _is_visibly_changed(topic: StoredTopic, stored: StoredTopic | None, *, until: int) -> bool:
    """Return whether subscribers see a difference; a retirement in the future is invisible."""
    if stored is None or _without_end(topic) != _without_end(stored):
        return True
    ends = {(each.retired, each.successor) for each in (topic, stored)}
    return len(ends) > 1 and any(retired is not None and retired <= until for retired, _ in ends)


def _without_end(topic: StoredTopic) -> StoredTopic:
    return msgspec.structs.replace(topic, retired=None, successor="")


def _is_renamed(topic: StoredTopic, stored: StoredTopic) -> bool:
    return (topic.slug, topic.name) != (stored.slug, stored.name)


def _list_slugs(topic: StoredTopic, stored: StoredTopic | None) -> set[str]:
    slugs = {topic.slug, stored.slug} if stored else {topic.slug}
    return slugs - {""}
