"""Define what the page of the compose form shows: chosen names, texts of fields, and errors."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from feeds.site.compose_combination import Chosen
from feeds.site.compose_query import Picker

FORM_ID = "compose"
"""The id of the form, for errors that belong to no field."""


class FieldReason(StrEnum):
    """What is wrong in a field."""

    UNKNOWN_TOPIC = "unknown topic"
    ENDED_TOPIC = "ended topic"
    UNKNOWN_PUBLISHER = "unknown publisher"
    NO_FEED = "no feed"
    NO_NAME = "no name"
    SEVERAL_NAMES = "several names"
    NOTHING_CHOSEN = "nothing chosen"
    NO_FEEDS = "no feeds"
    TOO_MANY_NAMES = "too many names"
    TOO_MANY_FEEDS = "too many feeds"
    TOO_LONG = "too long"
    COMBINATION = "combination"
    REPEATED = "repeated"
    WORDS = "words"
    TYPES = "types"
    NUMBER = "number"
    OPTION = "option"


class Option(msgspec.Struct, frozen=True):
    """A name to choose: the value of its field, and its name for people."""

    value: str
    name: str


class ChosenRow(msgspec.Struct, frozen=True):
    """A chosen name in the form: the name of its field, its name for people, and the reason why it cannot be chosen.

    `near` are names to take in its place. `chosen.name` of a feed is its path with its query.
    """

    field: str
    chosen: Chosen
    name: str
    reason: FieldReason | None = None
    near: tuple[Option, ...] = ()


class FieldError(msgspec.Struct, frozen=True):
    """What is wrong in the field with the id `field`; `value` is what was entered."""

    field: str
    reason: FieldReason
    value: str = ""


class PickerView(msgspec.Struct, frozen=True, kw_only=True):
    """A picker as the form shows it.

    `typed` is the text in its field, and `matches` are names to choose in place of the text. `added` is the name that
    was just chosen. `texts` are expressions that rows cannot show, by the names of their fields.
    """

    rows: tuple[ChosenRow, ...] = ()
    typed: str = ""
    matches: tuple[Option, ...] = ()
    added: str = ""
    texts: Mapping[str, str] = msgspec.field(default_factory=dict)


class FormView(msgspec.Struct, frozen=True, kw_only=True):
    """The form as a page shows it; `errors` are in the order of the fields.

    `focus` is the picker to go on with, and `edited` the name of the feed that is edited. `feed` and `feed_list` are
    the canonical paths and queries of the feed and of the list that the form describes, empty if there are none.
    """

    pickers: Mapping[Picker, PickerView] = msgspec.field(
        default_factory=lambda: {picker: PickerView() for picker in Picker}
    )
    filters: Mapping[str, str] = msgspec.field(default_factory=dict)
    errors: tuple[FieldError, ...] = ()
    focus: Picker | None = None
    edited: str = ""
    feed: str = ""
    feed_list: str = ""

    def find_error(self, field: str) -> FieldError | None:
        """Return the first error of the field with an id; None without errors."""
        return next((error for error in self.errors if error.field == field), None)
