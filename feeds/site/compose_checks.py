"""Check the fields of the compose form: each error names its field and the reason."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from feeds.model.errors import BadRequestError
from feeds.model.expression import parse_expression
from feeds.model.query import parse_query
from feeds.site.bundle_query import MAX_CHARACTERS, MAX_FEEDS
from feeds.site.compose_combination import Chosen, Combination
from feeds.site.compose_form_view import ChosenRow, FieldError, FieldReason
from feeds.site.compose_names import NameFinder
from feeds.site.compose_query import FILTERS, PROVIDER, ComposeForm, Picker
from feeds.site.urls import BundleAddress

_FILTER_REASONS = {"q": FieldReason.WORDS, "type": FieldReason.TYPES, "related": FieldReason.OPTION}


def list_combinations(form: ComposeForm) -> tuple[tuple[str, Picker, Combination], ...]:
    """Return the combinations of names, each with its picker and with the name of the field of its expression."""
    return (
        (Picker.TOPIC.text_name, Picker.TOPIC, form.topics),
        (Picker.PUBLISHER.text_name, Picker.PUBLISHER, form.publishers),
        (PROVIDER, Picker.PUBLISHER, form.providers),
    )


def name_row(picker: Picker, number: int) -> str:
    """Return the id of a row of a picker, whose numbers begin with 0."""
    return f"{picker}-{number}"


def check_rows(picker: Picker, rows: tuple[ChosenRow, ...]) -> Iterator[FieldError]:
    """Yield an error for each row whose name cannot be chosen."""
    for number, row in enumerate(rows):
        if row.reason:
            yield FieldError(name_row(picker, number), row.reason, row.name)


def check_combinations(
    form: ComposeForm, rows: Mapping[Picker, tuple[ChosenRow, ...]], finder: NameFinder
) -> Iterator[FieldError]:
    """Yield the errors of the chosen topics and publishers."""
    for picker in (Picker.TOPIC, Picker.PUBLISHER):
        yield from check_rows(picker, rows[picker])
    for field, picker, combination in list_combinations(form):
        if combination.text:
            yield from _check_text(field, picker, combination, finder)
        elif not any(row.reason for row in rows[picker]) and not _is_valid(combination):
            yield FieldError(picker.typed_name, FieldReason.TOO_MANY_NAMES)


def check_filters(form: ComposeForm) -> Iterator[FieldError]:
    """Yield the errors of the fields with one value each."""
    for name in FILTERS:
        text = form.filters.get(name, "")
        if name in form.repeated:
            yield FieldError(name, FieldReason.REPEATED, text)
            continue
        try:
            parse_query(urlencode({name: text}))
        except BadRequestError:
            yield FieldError(name, _FILTER_REASONS.get(name, FieldReason.NUMBER), text)


def check_list(bundle: BundleAddress) -> Iterator[FieldError]:
    """Yield an error if a list has no feeds, or too many of them."""
    field = Picker.FEED.typed_name
    if not bundle.feeds:
        yield FieldError(field, FieldReason.NO_FEEDS)
    elif len(bundle.feeds) > MAX_FEEDS or len(bundle.query_string) > MAX_CHARACTERS:
        yield FieldError(field, FieldReason.TOO_MANY_FEEDS)


def _check_text(field: str, picker: Picker, combination: Combination, finder: NameFinder) -> Iterator[FieldError]:
    if not _is_valid(combination):
        yield FieldError(field, FieldReason.COMBINATION, combination.text)
        return
    for name in parse_expression(combination.text).names:
        if reason := finder.make_row(picker, Chosen(name), field=field).reason:
            yield FieldError(field, reason, name)


def _is_valid(combination: Combination) -> bool:
    try:
        combination.write_expression()
    except BadRequestError:
        return False
    return True
