"""Count the entries of each topic by week; an index limits the count to the rows of the requested weeks."""

from collections.abc import Mapping

from sqlalchemy import BigInteger, ColumnElement, Connection, bindparam, func, select

from feeds.catalog import schema
from feeds.catalog.rows import look_up
from feeds.catalog.visibility import IS_ARTICLE, HiddenEntries

WEEKS = 16
"""The number of weeks in the charts of pages."""

WEEK_SECONDS = 7 * 86_400

_TOPICS, _MEMBERS = schema.topics.c, schema.entry_topics.c
_END = bindparam("end", type_=BigInteger)
_WEEK: ColumnElement[int] = ((_END - _MEMBERS.published) // WEEK_SECONDS).label("week")
_ALL = schema.topics.join(schema.entry_topics, _TOPICS.number == _MEMBERS.topic)
# By topic, because the index begins with the topic.
_COUNTS, _ARTICLE_COUNTS = (
    select(_TOPICS.slug, _WEEK, func.count().label("entries"))
    .select_from(source)
    .where(_MEMBERS.published > bindparam("start"), _MEMBERS.published <= _END, *conditions)
    .group_by(_TOPICS.slug, _WEEK)
    for source, conditions in (
        (_ALL, ()),
        (_ALL.join(schema.entries, _MEMBERS.entry == schema.entries.c.number), (IS_ARTICLE,)),
    )
)


def count_weekly_entries(
    connection: Connection, *, end: int, weeks: int, now: int, with_related: bool
) -> Mapping[str, tuple[int, ...]]:
    """Count the entries of each topic, by slug, in the `weeks` weeks up to `end`, oldest week first.

    Only entries shown at `now` count, and without `with_related` only published articles; both times are in seconds.

    Topics without entries in the weeks are left out.
    """
    counted: dict[str, list[int]] = {}
    counts = _COUNTS if with_related else _ARTICLE_COUNTS
    for row in connection.execute(counts, {"start": end - weeks * WEEK_SECONDS, "end": end}):
        counted.setdefault(row.slug, [0] * weeks)[weeks - 1 - row.week] = row.entries
    hidden = [
        (number, (end - published) // WEEK_SECONDS)
        for number, published in HiddenEntries(connection, now=now, with_related=with_related).list_topic_dates()
        if end - weeks * WEEK_SECONDS < published <= end
    ]
    slugs = look_up(connection, _TOPICS.slug, key=_TOPICS.number, keys={number for number, _ in hidden})
    for number, week in hidden:
        counted[slugs[number]][weeks - 1 - week] -= 1
    return {slug: tuple(counts) for slug, counts in counted.items() if any(counts)}
