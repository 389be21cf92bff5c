"""Answer the compose form: with the feed or list that it describes, or with the form and the errors at its fields."""

import msgspec

from feeds.model.errors import BadRequestError, MovedError, NotFoundError
from feeds.model.feed import Format
from feeds.model.query import Query
from feeds.site.compose_actions import apply_action, choose
from feeds.site.compose_checks import (
    check_combinations,
    check_filters,
    check_list,
    check_rows,
    list_combinations,
)
from feeds.site.compose_combination import Chosen, Combination
from feeds.site.compose_form_view import FORM_ID, ChosenRow, FieldError, FieldReason, FormView, Option, PickerView
from feeds.site.compose_names import NameFinder
from feeds.site.compose_query import FILTERS, PROVIDER, ComposeForm, Picker, Verb
from feeds.site.resolve import resolve
from feeds.site.urls import BundleAddress, FeedAddress, PageAddress, write_reference

_TYPED_BY_VERB = {
    Verb.SHOW: (Picker.TOPIC, Picker.PUBLISHER),
    Verb.COLLECT: (Picker.TOPIC, Picker.PUBLISHER),
    Verb.LIST: (Picker.FEED,),
    Verb.ENTER: tuple(Picker),
}


def answer_form(form: ComposeForm, finder: NameFinder) -> FormView:
    """Return the form to show.

    Raises:
        MovedError: the form describes the feed or list that the button asks for; carries its path and query.
    """
    return _Answer(form, finder).write()


class _Answer:
    """The answer to a form, while it is being found."""

    def __init__(self, form: ComposeForm, finder: NameFinder) -> None:
        self._form = form
        self._finder = finder
        self._verb = _find_verb(form)
        self._errors: list[FieldError] = []
        self._matches: dict[Picker, tuple[Option, ...]] = {}
        self._added: dict[Picker, str] = {}
        self._rows: dict[Picker, tuple[ChosenRow, ...]] = {}
        self._edited = ""

    def write(self) -> FormView:
        """Return the form, or raise MovedError."""
        if self._form.is_cut:
            self._report(FORM_ID, FieldReason.TOO_LONG)
        if self._form.edited:
            self._open()
        self._form = apply_action(self._form)
        self._take_typed()
        self._spell_names()
        query = self._find_query()
        if self._verb is Verb.COLLECT and query is not None and not self._errors:
            self._choose(Picker.FEED, self._finder.make_option(FeedAddress(query, Format.ATOM)))
        feed_list = self._find_list()
        return FormView(
            pickers={picker: self._view(picker) for picker in Picker},
            filters=self._form.filters,
            errors=tuple(sorted(self._errors, key=_find_position)),
            focus=self._find_focus(),
            edited=self._edited,
            feed=write_reference(FeedAddress(query, Format.ATOM)) if query is not None else "",
            feed_list=feed_list,
        )

    def _open(self) -> None:
        """Fill in the form from the feed or list to edit."""
        form, action = self._form, self._form.action
        try:
            opened = self._finder.open_feeds(form.edited)
        except (BadRequestError, NotFoundError):
            self._report(FORM_ID, FieldReason.NO_FEED, form.edited)
            return
        if isinstance(opened, BundleAddress):
            references = (write_reference(feed) for feed in (*opened.feeds, *opened.missing))
            self._form = ComposeForm(feeds=tuple(references), action=action)
        else:
            self._edited = self._finder.name_feed(opened)
            self._form = msgspec.structs.replace(ComposeForm.for_query(opened.query), action=action)

    def _take_typed(self) -> None:
        """Choose what was typed if it is a name, and find names like it otherwise, if the button is about it."""
        action, typed = self._form.action, self._form.typed
        if self._verb is Verb.ENTER and not typed:
            self._verb = Verb.SHOW
        if self._verb is Verb.FIND and action and action.picker:
            if action.picker in typed:
                self._find(action.picker, typed[action.picker])
            else:
                self._report(action.picker.typed_name, FieldReason.NO_NAME)
        for picker in _TYPED_BY_VERB.get(self._verb, ()):
            if picker in typed:
                self._find(picker, typed[picker])

    def _find(self, picker: Picker, text: str) -> None:
        found = self._finder.find(picker, text)
        self._matches[picker] = found.options
        if found.exact:
            self._choose(picker, found.exact)
            typed = {each: kept for each, kept in self._form.typed.items() if each is not picker}
            self._form = msgspec.structs.replace(self._form, typed=typed)
        elif not found.is_part:
            self._report(picker.typed_name, found.reason, text)
        elif self._verb not in {Verb.FIND, Verb.ENTER}:
            self._report(picker.typed_name, FieldReason.SEVERAL_NAMES, text)

    def _choose(self, picker: Picker, option: Option) -> None:
        self._form = choose(self._form, picker, option.value)
        self._added[picker] = option.name

    def _spell_names(self) -> None:
        """Put the chosen names into the catalog's spelling."""
        topics = self._make_rows(Picker.TOPIC, self._form.topics, field=Picker.TOPIC)
        publishers = self._make_rows(Picker.PUBLISHER, self._form.publishers, field=Picker.PUBLISHER)
        providers = self._make_rows(Picker.PUBLISHER, self._form.providers, field=PROVIDER)
        self._rows = {Picker.TOPIC: topics, Picker.PUBLISHER: (*publishers, *providers)}
        self._form = msgspec.structs.replace(
            self._form,
            topics=_replace_names(self._form.topics, topics),
            publishers=_replace_names(self._form.publishers, publishers),
            providers=_replace_names(self._form.providers, providers),
        )

    def _make_rows(self, picker: Picker, combination: Combination, *, field: str) -> tuple[ChosenRow, ...]:
        rows = (self._finder.make_row(picker, chosen, field=field) for chosen in combination.chosen)
        return tuple({row.chosen: row for row in rows}.values())

    def _find_query(self) -> Query | None:
        """Return the query that the form describes; None with errors. Raise MovedError if its page is asked for."""
        form, finder = self._form, self._finder
        self._errors += check_combinations(form, self._rows, finder)
        is_final = self._verb in {Verb.SHOW, Verb.COLLECT}
        if is_final:
            self._errors += check_filters(form)
            if not self._errors and not form.has_choice:
                self._report(Picker.TOPIC.typed_name, FieldReason.NOTHING_CHOSEN)
        try:
            query = resolve(form.compose(), finder.reader, now=finder.now)
        except (BadRequestError, NotFoundError):
            if is_final and not self._errors:  # each field is right, but not all of them together
                self._report(FORM_ID, FieldReason.TOO_LONG)
            return None
        query = query.without_defaults(finder.settings.defaults)
        if self._verb is Verb.SHOW and not self._errors:
            raise MovedError(write_reference(PageAddress(query)))
        return query if form.has_choice else None

    def _find_list(self) -> str:
        """Return the path and query of the list; empty without feeds. Raise MovedError if the list is asked for."""
        rows = tuple(self._finder.make_row(Picker.FEED, Chosen(feed), field=Picker.FEED) for feed in self._form.feeds)
        self._rows[Picker.FEED] = rows = tuple({row.chosen: row for row in rows}.values())
        errors = list(check_rows(Picker.FEED, rows))
        bundle = BundleAddress.of(self._finder.resolve_feed(row.chosen.name) for row in rows if not row.reason)
        errors += [error for error in self._errors if error.field == Picker.FEED.typed_name]
        if not errors and (rows or self._verb is Verb.LIST):
            errors += check_list(bundle)
        self._errors += [error for error in errors if error not in self._errors]
        if self._verb is Verb.LIST and not errors:
            raise MovedError(write_reference(bundle))
        return write_reference(bundle) if bundle.feeds and not errors else ""

    def _view(self, picker: Picker) -> PickerView:
        combinations = list_combinations(self._form)
        return PickerView(
            rows=self._rows[picker],
            typed=self._form.typed.get(picker, ""),
            matches=self._matches.get(picker, ()),
            added=self._added.get(picker, ""),
            texts={field: each.text for field, owner, each in combinations if owner is picker and each.text},
        )

    def _find_focus(self) -> Picker | None:
        action = self._form.action
        return action.picker if action and action.picker else next(iter({**self._added, **self._matches}), None)

    def _report(self, field: str, reason: FieldReason, value: str = "") -> None:
        self._errors.append(FieldError(field, reason, value))


def _find_verb(form: ComposeForm) -> Verb:
    """Return what is asked for: links without a button lead to the feed, unless they ask for the form."""
    if form.action:
        return form.action.verb
    if form.typed:
        return Verb.ENTER
    return Verb.SHOW if form.has_choice and not form.edited else Verb.OPEN


def _replace_names(combination: Combination, rows: tuple[ChosenRow, ...]) -> Combination:
    return msgspec.structs.replace(combination, chosen=tuple(row.chosen for row in rows))


def _find_position(error: FieldError) -> int:
    """Return the place of an error's field in the form."""
    if error.field in FILTERS:
        return len(Picker) + FILTERS.index(error.field)
    places = (Picker.TOPIC, Picker.PUBLISHER, PROVIDER)
    return next((place for place, name in enumerate(places) if name in error.field), len(Picker) + len(FILTERS))
