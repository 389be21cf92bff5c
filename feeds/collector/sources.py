"""Record what files say: their mentions and topic labels, and which entries and topics may have to change."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from feeds.articles.mention import Role
from feeds.catalog import schema
from feeds.catalog.rows import AnyTable, Record, Stored
from feeds.catalog.writer import CatalogWriter
from feeds.collector.parallel import Reading


@dataclass(slots=True)
class Affected:
    """What may have to change: entries by URL or id, topics by key; on a new catalog, `everything`.

    `removals` are URLs of articles that are removed, or no longer are: their leads list them otherwise. `described`
    are the keys in topic files that say otherwise than before: all entries of those topics may be named otherwise.
    """

    names: set[str] = field(default_factory=set)
    removals: set[str] = field(default_factory=set)
    topics: set[str] = field(default_factory=set)
    described: set[str] = field(default_factory=set)
    everything: bool = False


def record_readings(
    writer: CatalogWriter, readings: Sequence[Reading], *, known: Mapping[str, Stored], affected: Affected
) -> None:
    """Write what some files say now over what they said before; a rejected file keeps what it said last."""
    parsed = [reading for reading in readings if reading.mentions is not None]
    read = [reading for reading in readings if reading.mentions is not None or reading.rejected]
    writer.upsert(schema.files, [_file_record(reading, known.get(reading.file.key)) for reading in read])
    confirmed = [reading for reading in readings if reading.mentions is None and not reading.rejected]
    writer.update(schema.files, [{"path": item.file.key, "stamp": item.file.stamp} for item in confirmed])
    mentions = [record for reading in parsed for record in _mention_records(reading)]
    labels = [record for reading in parsed for record in _label_records(reading)]
    known_keys = [reading.file.key for reading in parsed if reading.file.key in known]
    _replace(writer, schema.mentions, writer.mentions_in(known_keys), records=mentions, affected=affected)
    _replace(writer, schema.labels, writer.labels_in(known_keys), records=labels, affected=affected)


def forget_files(writer: CatalogWriter, keys: Collection[str], *, affected: Affected) -> None:
    """Drop files that are gone, and what they said."""
    _replace(writer, schema.mentions, writer.mentions_in(keys), records=[], affected=affected)
    _replace(writer, schema.labels, writer.labels_in(keys), records=[], affected=affected)
    writer.remove(schema.files, [{"path": key} for key in keys])


def _replace(
    writer: CatalogWriter, table: AnyTable, stored: Sequence[Stored], *, records: Sequence[Record], affected: Affected
) -> None:
    """Write only the rows that differ, and note whom they concern."""
    names = table.c.keys()
    old = {tuple(row) for row in stored}
    if old:
        new = {tuple(record[name] for name in names) for record in records}
        records = [dict(zip(names, row, strict=True)) for row in sorted(new - old)]
        gone = [dict(zip(names, row, strict=True)) for row in sorted(old - new)]
        writer.remove(table, gone)
        _note(affected, gone)
    writer.insert(table, records)
    _note(affected, records)


def _note(affected: Affected, records: Sequence[Record]) -> None:
    for record in records:
        if "topic" in record:
            affected.topics.add(record["topic"])
        elif not affected.everything:
            affected.names.update(name for name in (record["url"], record["id"]) if name)
            if record["role"] == Role.REMOVED:
                affected.removals.add(record["url"])


def _file_record(reading: Reading, known: Stored | None) -> Record:
    was_accepted = known.accepted if known else 0
    return {
        "path": reading.file.key,
        "stamp": reading.file.stamp if reading.digest else "",
        "digest": reading.digest,
        "accepted": was_accepted if reading.rejected else 1,
        "problems": msgspec.json.encode(reading.problems).decode() if reading.problems else "",
    }


def _mention_records(reading: Reading) -> list[Record]:
    return [
        {"path": reading.file.key, "position": position, "url": url, "id": id, "role": role, "draft": draft}
        for position, url, id, role, draft in reading.mentions or ()
    ]


def _label_records(reading: Reading) -> list[Record]:
    return [{"path": reading.file.key, "topic": topic, "label": label} for topic, label in reading.labels]
