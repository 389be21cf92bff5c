"""Read the fields of the compose form from a query string, and turn them into the query of a feed."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Self
from urllib.parse import parse_qsl, quote, urlencode

import msgspec

from feeds.model.errors import BadRequestError
from feeds.model.expression import parse_expression
from feeds.model.query import Query, parse_query
from feeds.site.bundle_query import FEED, MAX_FEEDS
from feeds.site.compose_combination import Choice, Chosen, Combination

MAX_CHARACTERS = 4_000
"""The number of characters of a query string that are read: servers such as gunicorn refuse longer request lines."""

MAX_CHOSEN = 16
"""The number of names that a combination keeps: more than any feed accepts, so that people can remove some."""

PROVIDER = "provider"
FILTERS = ("q", "type", "min_quality", "min_heat", "limit", "related")
"""The parameters with one field each, in the order of the form."""

DO, EDIT = "do", "edit"
"""The parameters that say which button was pressed, and which feed is edited."""

ANY_OF, ALL_OF, NONE_OF = "any", "all", "not"
"""The parameters that name topics one by one, as links to the form may have them."""


class Picker(StrEnum):
    """What the form offers to choose; the value is the name of the fields with the chosen names."""

    TOPIC = "topic"
    PUBLISHER = "publisher"
    FEED = FEED

    @property
    def text_name(self) -> str:
        """The name of the field with an expression that rows cannot show."""
        return f"{self}s"

    @property
    def typed_name(self) -> str:
        """The name of the field in which people type what they look for."""
        return f"find_{self}"


FORM_PARAMETERS = (
    *(PROVIDER, *FILTERS, ANY_OF, ALL_OF, NONE_OF, DO, EDIT),
    *(name for picker in Picker for name in (str(picker), picker.text_name, picker.typed_name)),
)
"""All parameters of the form."""


class Verb(StrEnum):
    """What a button does; `ENTER` is the Enter key in a text field, and `OPEN` does nothing."""

    OPEN = "open"
    SHOW = "show"
    ENTER = "enter"
    FIND = "find"
    ADD = "add"
    REMOVE = "remove"
    SWAP = "swap"
    COLLECT = "collect"
    LIST = "list"


class Action(msgspec.Struct, frozen=True):
    """A pressed button: of a `picker`, for the name `name`, which takes the place of `old`."""

    verb: Verb
    picker: Picker | None = None
    name: str = ""
    old: str = ""


class ComposeForm(msgspec.Struct, frozen=True, kw_only=True):
    """What the form holds.

    `publishers` are those of the path of a feed, if there are no topics, and `providers` those of the query string.
    `filters` and `typed` have the texts of fields, without empty fields. `feeds` are paths with queries, for a list.
    `edited` is the feed to edit. The parameters in `repeated` were given more than once. `is_cut` marks a query string
    that is too long or has too many names.
    """

    topics: Combination = Combination()
    publishers: Combination = Combination()
    providers: Combination = Combination()
    filters: Mapping[str, str] = msgspec.field(default_factory=dict)
    feeds: tuple[str, ...] = ()
    typed: Mapping[Picker, str] = msgspec.field(default_factory=dict)
    edited: str = ""
    action: Action | None = None
    repeated: tuple[str, ...] = ()
    is_cut: bool = False

    @property
    def has_choice(self) -> bool:
        """Whether a topic, a publisher or a filter is chosen."""
        return bool(self.topics or self.publishers or self.providers or self.filters)

    @property
    def is_blank(self) -> bool:
        """Whether the form is as at the first visit."""
        return not (self.has_choice or self.feeds or self.typed or self.edited or self.action or self.is_cut)

    @classmethod
    def for_query(cls, query: Query) -> Self:
        """Return the form that leads to the page of a query."""
        fields = dict(parse_qsl(query.without_path().query_string))
        publishers, providers = query.providers, query.from_providers
        if query.topics:
            publishers, providers = query.from_providers, None
        return cls(
            topics=Combination.of(query.topics),
            publishers=Combination.of(publishers),
            providers=Combination.of(providers),
            filters={name: fields[name] for name in FILTERS if name in fields},
        )

    def compose(self) -> Query:
        """Return the query of the composed feed; publishers are in the query string if the path has topics.

        Raises:
            BadRequestError: a field has an invalid value.
        """
        query = parse_query(urlencode(list(self.filters.items())))
        topics, publishers = self.topics.write_expression(), self.publishers
        if topics and publishers and self.providers:
            if publishers.text or self.providers.text:
                raise BadRequestError("Publishers are given twice; keep one combination.")
            publishers = Combination((*publishers.chosen, *self.providers.chosen))
            return msgspec.structs.replace(query, topics=topics, from_providers=publishers.write_expression())
        if topics:
            from_providers = (publishers or self.providers).write_expression()
            return msgspec.structs.replace(query, topics=topics, from_providers=from_providers)
        return msgspec.structs.replace(
            query, providers=publishers.write_expression(), from_providers=self.providers.write_expression()
        )


def read_form(query_string: str) -> ComposeForm:
    """Read the form from a query string, percent-encoded; unknown parameters and empty fields are ignored.

    Any text can be read: control characters become spaces, and whatever exceeds the limits is left out.
    """
    kept = query_string
    if len(kept) > MAX_CHARACTERS:
        kept = kept[:MAX_CHARACTERS].rpartition("&")[0]
    pairs = [(name, clean) for name, text in parse_qsl(kept) if (clean := _clean(text, name=name))]
    values: dict[str, list[str]] = {}
    for name, text in pairs:
        values.setdefault(name, []).append(text)
    firsts = {name: texts[0] for name, texts in values.items()}
    topics = Combination(_read_topics(pairs), text=firsts.get(Picker.TOPIC.text_name, ""))
    publishers = _read_publishers(values, firsts)
    feeds = tuple(dict.fromkeys(values.get(Picker.FEED, ())))
    is_cut = kept != query_string or max(len(topics.chosen), len(publishers.chosen)) > MAX_CHOSEN
    return ComposeForm(
        topics=_cut(topics),
        publishers=_cut(publishers),
        providers=_cut(_read_providers(values.get(PROVIDER, ()))),
        filters={name: firsts[name] for name in FILTERS if name in firsts},
        feeds=feeds[: MAX_FEEDS + 1],
        typed={picker: firsts[picker.typed_name] for picker in Picker if picker.typed_name in firsts},
        edited=firsts.get(EDIT, ""),
        action=_read_action(firsts[DO]) if DO in firsts else None,
        repeated=tuple(name for name in FILTERS if len(set(values.get(name, ()))) > 1),
        is_cut=is_cut,
    )


def write_edit(reference: str) -> str:
    """Write the query string of the form that edits the feed at a path with its query, percent-encoded."""
    return f"{EDIT}={quote(reference, safe='/?=,!*')}"


def _clean(text: str, *, name: str) -> str:
    printable = "".join(character if character.isprintable() else " " for character in text)
    # The sign `+` arrives as a space from links that do not escape it.
    return printable.rstrip() if name in {Picker.TOPIC, Picker.PUBLISHER} else printable.strip()


def _read_topics(pairs: Iterable[tuple[str, str]]) -> tuple[Chosen, ...]:
    choices = {ANY_OF: Choice.ANY, ALL_OF: Choice.ALL, NONE_OF: Choice.NONE}
    chosen = [
        Chosen(text, choices[name]) if name in choices else _read_chosen(text)
        for name, text in pairs
        if name in choices or name == Picker.TOPIC
    ]
    return tuple(dict.fromkeys(each for each in chosen if each.name))


def _read_publishers(values: Mapping[str, list[str]], firsts: Mapping[str, str]) -> Combination:
    chosen = dict.fromkeys(_read_chosen(text) for text in values.get(Picker.PUBLISHER, ()))
    return Combination(tuple(each for each in chosen if each.name), text=firsts.get(Picker.PUBLISHER.text_name, ""))


def _read_providers(texts: Sequence[str]) -> Combination:
    """Read `provider`: an expression, as in the URL of a feed, or one name for each row."""
    if len(texts) != 1 or texts[0].startswith(Choice.ALL):
        chosen = dict.fromkeys(map(_read_chosen, texts))
        return Combination(tuple(each for each in chosen if each.name))
    try:
        return Combination.of(parse_expression(texts[0]))
    except BadRequestError:
        return Combination(text=texts[0])


def _read_chosen(text: str) -> Chosen:
    sign = Choice.ALL if text[:1] == " " else Choice(text[:1] if text[:1] in tuple(Choice) else "")
    return Chosen(text.lstrip(" ").removeprefix(sign).strip(), sign)


def _read_action(text: str) -> Action | None:
    """Read the value of a button: a verb, a picker, and one or two names; None if there is no such button."""
    verb, *rest = text.split(" ", 2)
    picker, names = (*rest, "", "")[:2]
    try:
        if not rest:
            return Action(Verb(verb))
        action = Action(Verb(verb), Picker(picker), names)
    except ValueError:
        return None
    if action.verb is not Verb.SWAP:
        return action
    name, _, old = names.partition(" ")
    return msgspec.structs.replace(action, name=name, old=old)


def _cut(combination: Combination) -> Combination:
    return msgspec.structs.replace(combination, chosen=combination.chosen[:MAX_CHOSEN])
