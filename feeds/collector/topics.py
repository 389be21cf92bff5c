"""Bring the catalog's topics up to date: which there are, how each is written, and whose entries that changes."""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from feeds.catalog import schema
from feeds.catalog.rows import Record, Stored
from feeds.catalog.writer import CatalogWriter
from feeds.collector.sources import Affected
from feeds.model.clock import to_seconds
from feeds.model.topics import TopicFile, TopicName, assign_slugs, choose_label, slugify, topic_key

_END = ("retired", "successor")


class Naming(msgspec.Struct, frozen=True):
    """The topics as this collect leaves them: names by topic key, synonyms included, and numbers by slug.

    `changed` holds the slugs, old and new, of topics whose own feed is titled, described or addressed otherwise now;
    `clashes` the slugs, by topic key, of topics that could not have the slug of their name, which is another's.
    """

    names: dict[str, TopicName]
    numbers: dict[str, int]
    changed: set[str]
    clashes: dict[str, str]


def update_topics(writer: CatalogWriter, affected: Affected, *, files: Sequence[TopicFile], moment: int) -> Naming:
    """Write new and changed topics; the entries of a topic that is named otherwise now are added to `affected`.

    A topic once known stays known, so that its subscribers meet an empty feed rather than an error. `files` are the
    metadata files, as they have been settled; `affected.described` has to name the keys of those that have changed.
    `moment`, in seconds, is the commit's.
    """
    stored = _inherit({row.key: row for row in writer.topics()}, files)
    canonical = {key: file.keys[0] for file in files for key in file.keys}
    labels = _count_labels(writer, affected.topics | affected.described, canonical)
    by_key = {file.keys[0]: file for file in files}
    records = _plan(stored, labels=labels, files=by_key, canonical=canonical)
    _write_topics(writer, records, stored=stored, files=files)
    changed = {key for key, record in records.items() if _looks_otherwise(record, stored.get(key), until=moment)}
    if not affected.everything:
        renamed = {key for key in changed & set(stored) if _is_renamed(records[key], stored[key])}
        for key in renamed | (affected.described & set(stored)):
            affected.names.update(writer.ids_in_topic(stored[key].number))
    slugs = {slug for key in changed for slug in _slugs(records[key], stored.get(key))}
    return Naming(
        names={key: TopicName(records[to]["slug"], records[to]["name"]) for key, to in _all_keys(records, canonical)},
        numbers={record["slug"]: record["number"] for record in records.values()},
        # What has a successor names it.
        changed=slugs | {record["slug"] for record in records.values() if record["successor"] in slugs},
        clashes={
            key: record["slug"]
            for key, record in records.items()
            if record["slug"] not in {slugify(key), schema.hidden_slug(record["number"])}
        },
    )


def _inherit(stored: Mapping[str, Stored], files: Sequence[TopicFile]) -> dict[str, Stored]:
    """Let a topic that has been renamed go on as the one that it was, with its archive."""
    rows = dict(stored)
    for file in files:
        former = [key for key in map(topic_key, reversed(file.former)) if key in rows]
        if former and file.keys[0] not in rows:
            rows[file.keys[0]] = rows.pop(former[0])
    return rows


def _all_keys(records: Mapping[str, Record], synonyms: Mapping[str, str]) -> list[tuple[str, str]]:
    return [*((key, key) for key in records if key not in synonyms), *synonyms.items()]


def _count_labels(
    writer: CatalogWriter, keys: Collection[str], canonical: Mapping[str, str]
) -> dict[str, dict[str, int]]:
    """Count the spellings of topics; those of a synonym count for the topic it means."""
    targets = {canonical.get(key, key) for key in keys}
    wanted = targets | {key for key, target in canonical.items() if target in targets}
    counted: dict[str, dict[str, int]] = {}
    for key, spellings in writer.spellings(wanted).items():
        sums = counted.setdefault(canonical.get(key, key), {})
        for label, count in spellings.items():
            sums[label] = sums.get(label, 0) + count
    return counted


def _plan(
    stored: Mapping[str, Stored],
    *,
    labels: Mapping[str, Mapping[str, int]],
    files: Mapping[str, TopicFile],
    canonical: Mapping[str, str],
) -> dict[str, Record]:
    keys = {*stored, *labels, *files}
    slugs = _assign(keys, files=files, canonical=canonical)
    number = max((row.number for row in stored.values()), default=0)
    records: dict[str, Record] = {}
    for key in sorted(keys):
        if key not in stored:
            number += 1
        file = files.get(key)
        parent = topic_key(file.parent) if file else ""
        own_number = stored[key].number if key in stored else number
        slug = slugs[key] if canonical.get(key, key) == key else schema.hidden_slug(own_number)
        records[key] = {
            "number": own_number,
            "key": key,
            "slug": slug,
            "name": _name(key, file, labels, stored),
            "description": file.description if file else "",
            "image": file.image if file else "",
            "parent": slugs.get(canonical.get(parent, parent), ""),
            "origin": slugs.get(topic_key(file.former[0]), slug) if file and file.former else slug,
            "retired": to_seconds(file.retired) if file and file.retired else None,
            "successor": slugs.get(topic_key(file.successor), "") if file else "",
        }
    return records


def _assign(keys: Collection[str], *, files: Mapping[str, TopicFile], canonical: Mapping[str, str]) -> dict[str, str]:
    """Give every topic its slug; one that has become a synonym leaves its to the alias.

    What another topic was once called keeps its slug too: readers know that by it.
    """
    former = {(label, key) for key, file in files.items() for label in file.former}
    kept = {topic_key(label) for label, key in former if slugify(label) != slugify(key)}
    return assign_slugs(kept.union(key for key in keys if canonical.get(key, key) == key))


def _name(
    key: str, file: TopicFile | None, labels: Mapping[str, Mapping[str, int]], stored: Mapping[str, Stored]
) -> str:
    if file:
        return file.name
    return choose_label(labels[key]) if key in labels else stored[key].name


def _write_topics(
    writer: CatalogWriter, records: Mapping[str, Record], *, stored: Mapping[str, Stored], files: Sequence[TopicFile]
) -> None:
    moved = [record for key, record in records.items() if key in stored and _differs(record, stored[key])]
    # Slugs may change hands among the topics: out of the way first, for each is unique.
    writer.update(
        schema.topics, [{"number": record["number"], "slug": schema.hidden_slug(record["number"])} for record in moved]
    )
    writer.update(schema.topics, moved)
    added = [{**record, "entries": 0, "newest": None} for key, record in records.items() if key not in stored]
    writer.insert(schema.topics, added)
    _write_aliases(writer, records, files)


def _write_aliases(writer: CatalogWriter, records: Mapping[str, Record], files: Sequence[TopicFile]) -> None:
    taken = {record["slug"] for record in records.values()}
    aliases = {slugify(label): records[file.keys[0]]["slug"] for file in files for label in file.labels}
    aliases |= {record["origin"]: record["slug"] for record in records.values()}
    writer.clear(schema.aliases)
    writer.insert(
        schema.aliases, [{"slug": slug, "topic": topic} for slug, topic in sorted(aliases.items()) if slug not in taken]
    )


def _differs(record: Record, row: Stored | None) -> bool:
    return row is None or any(getattr(row, name) != value for name, value in record.items())


def _looks_otherwise(record: Record, row: Stored | None, *, until: int) -> bool:
    """Say whether a subscriber sees a difference; nobody sees that a topic is to be retired some day."""
    if row is None or any(getattr(row, name) != value for name, value in record.items() if name not in _END):
        return True
    before, after = [row.retired, row.successor], [record[name] for name in _END]
    return before != after and any(retired is not None and retired <= until for retired, _ in (before, after))


def _is_renamed(record: Record, row: Stored) -> bool:
    return bool(record["slug"] != row.slug or record["name"] != row.name)


def _slugs(record: Record, row: Stored | None) -> set[str]:
    slugs = {record["slug"], row.slug} if row else {record["slug"]}
    return slugs - {schema.hidden_slug(record["number"])}
