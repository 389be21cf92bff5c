"""Translations are complete, up to date with the texts in the code, and filled with the same values."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from gettext import c2py
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

from feeds.model.translation.texts import TRANSLATIONS, list_translations
from tests.support.paths import ROOT
from tests.support.translations import extract_texts, read_translation, update_translation

PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}|%%|%")
MARKUP = re.compile(r"<[^>]*>|[<>&\"]")
FUNCTIONS = {"gettext": slice(0, 1), "pgettext": slice(1, 2), "ngettext": slice(0, 2), "npgettext": slice(1, 3)}
"""The functions of gettext, with the arguments that are texts."""

for_each_language = pytest.mark.parametrize("language", list_translations())


@cache
def find_texts_in_code() -> Catalog:
    return extract_texts()


@cache
def find_translation(language: str) -> Catalog:
    return read_translation(TRANSLATIONS / f"{language}.po")


def list_messages(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def name(message: Message) -> tuple[object, ...]:
    return message.context, message.id


def list_forms(message: Message) -> list[tuple[str, str]]:
    """List each form of a translation after its text in English."""
    if isinstance(message.id, str):
        return [(message.id, str(message.string))]
    return [(message.id[1], form) for form in message.string or ()]


def is_complete(message: Message) -> bool:
    return not message.fuzzy and all(form for _, form in list_forms(message))


def test_german_and_arabic_are_there() -> None:
    assert {"ar", "de"} <= set(list_translations())


@for_each_language
def test_no_text_is_missing(language: str) -> None:
    """If this fails, run `make translations`, and translate the new texts."""
    translation = find_translation(language)
    assert {*map(name, list_messages(translation))} == {*map(name, list_messages(find_texts_in_code()))}
    assert [name(message) for message in list_messages(translation) if not is_complete(message)] == []


@for_each_language
def test_each_form_has_the_placeholders_and_the_markup_of_its_text(language: str) -> None:
    """A form for a single number, such as the dual, may leave out the number."""
    translation = find_translation(language)
    find_form = c2py(translation.plural_expr)
    numbers = Counter(map(find_form, range(1_000)))
    wrong = []
    for message in list_messages(translation):
        for position, (text, form) in enumerate(list_forms(message)):
            expected, found = (Counter(PLACEHOLDER.findall(each)) for each in (text, form))
            if isinstance(message.id, tuple) and numbers[position] == 1:
                del expected["%(number)s"], found["%(number)s"]
            if expected != found or Counter(MARKUP.findall(text)) != Counter(MARKUP.findall(form)):
                wrong.append((text, form))
    assert wrong == []


@for_each_language
def test_a_translation_is_as_make_translations_writes_it(language: str, tmp_path: Path) -> None:
    written = (TRANSLATIONS / f"{language}.po").read_text()
    copy = tmp_path / f"{language}.po"
    copy.write_text(written)
    update_translation(copy, find_texts_in_code())
    assert copy.read_text() == written


def test_every_text_of_a_call_is_found() -> None:
    """Texts are literals, and not inside of f-strings, where not every Python finds them."""
    found = {text for message in list_messages(find_texts_in_code()) for text in flatten(message)}
    calls = [call for path in (ROOT / "feeds").rglob("*.py") for call in list_calls(ast.parse(path.read_bytes()))]
    assert len(calls) > 50
    assert [call for call in calls if not found.issuperset(call)] == []


def flatten(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def list_calls(tree: ast.AST) -> Iterator[list[str]]:
    """Yield the texts of each call of gettext with literal texts."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in FUNCTIONS:
            texts = node.args[FUNCTIONS[node.func.attr]]
            if all(isinstance(text, ast.Constant) for text in texts):
                yield [str(text.value) for text in texts if isinstance(text, ast.Constant)]
