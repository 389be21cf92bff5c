"""Do what a button of the compose form says: choose a name, remove it, or put another in its place."""

from collections.abc import Callable, Iterable
from functools import partial

import msgspec

from feeds.site.compose_combination import Chosen, Combination
from feeds.site.compose_query import ComposeForm, Picker, Verb


def apply_action(form: ComposeForm) -> ComposeForm:
    """Return the form after its button was pressed; buttons that choose and remove no names change nothing.

    To remove the empty name is to remove an expression that rows cannot show.
    """
    action = form.action
    if action is None or action.picker is None:
        return form
    picker, name = action.picker, action.name
    match action.verb:
        case Verb.ADD if name:
            typed = {each: text for each, text in form.typed.items() if each is not picker}
            return msgspec.structs.replace(choose(form, picker, name), typed=typed)
        case Verb.REMOVE:
            return _change(
                form, picker, lambda chosen: (each for each in chosen if each.name != name), keeps_text=False
            )
        case Verb.SWAP if name:
            return _change(form, picker, partial(map, partial(_swap, old=action.old, new=name)))
        case _:
            return form


def choose(form: ComposeForm, picker: Picker, name: str) -> ComposeForm:
    """Return the form with another name, unless it is chosen already, or an expression is shown instead of rows."""
    if picker is Picker.FEED:
        return msgspec.structs.replace(form, feeds=tuple(dict.fromkeys((*form.feeds, name))))
    combinations = [form.topics] if picker is Picker.TOPIC else [form.publishers, form.providers]
    known = {chosen.name for each in combinations for chosen in each.chosen}
    if name in known or any(each.text for each in combinations):
        return form
    # Publishers in the query string stay there, so that a feed that is edited keeps its kind of URL.
    field = "topics" if picker is Picker.TOPIC else "publishers"
    if picker is Picker.PUBLISHER and form.providers and not form.publishers:
        field = "providers"
    combination: Combination = getattr(form, field)
    added = msgspec.structs.replace(combination, chosen=(*combination.chosen, Chosen(name)))
    return msgspec.structs.replace(form, **{field: added})


def _change(
    form: ComposeForm,
    picker: Picker,
    change: Callable[[Iterable[Chosen]], Iterable[Chosen]],
    *,
    keeps_text: bool = True,
) -> ComposeForm:
    """Change the chosen names of a picker, each once."""
    if picker is Picker.FEED:
        feeds = (each.name for each in change(map(Chosen, form.feeds)))
        return msgspec.structs.replace(form, feeds=tuple(dict.fromkeys(feeds)))
    fields = ("topics",) if picker is Picker.TOPIC else ("publishers", "providers")
    changed: dict[str, Combination] = {}
    for field in fields:
        combination: Combination = getattr(form, field)
        text = combination.text if keeps_text else ""
        changed[field] = Combination(tuple(dict.fromkeys(change(combination.chosen))), text=text)
    return msgspec.structs.replace(form, **changed)


def _swap(chosen: Chosen, *, old: str, new: str) -> Chosen:
    return msgspec.structs.replace(chosen, name=new) if chosen.name == old else chosen
