"""The page about a new language can be followed, with a language whose words are English words in capitals."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog as Translation
from babel.messages.pofile import write_po
from lxml import html

from feeds.model.translation import texts
from feeds.site.pages import environment
from tests.support.app import TOKEN, collected, make_client
from tests.support.articles import write_article
from tests.support.paths import ROOT
from tests.support.translations import extract_texts, read_translation, update_translation, update_translations

PAGE = (ROOT / "docs" / "translating.md").read_text()
PATHS = (
    *("/", "/topics", "/topics-by-name", "/topics-by-activity", "/topics-by-date", "/topics?find=SEA", "/providers"),
    *(
        "/latest",
        "/latest?q=STORY",
        "/latest?q=NOTHING",
        "/latest?min_heat=x",
        "/topics/harbour",
        "/topics/harbour+sea",
    ),
    *("/topics/harbour/weekly", "/topics/harbor", "/compose", "/compose?limt=3", "/nope"),
    *("/publisher", "/stats"),
)
# What people read, except for addresses, dates and what commands say.
TEXTS = (
    "//text()[not(ancestor::code or ancestor::time or ancestor::bdi or ancestor::*[@lang='en'] or ancestor::option)]"
    " | //@aria-label | //@placeholder | //@alt | //@data-copied"
)
KEPT = re.compile(r"\d+ [a-z]+ \d{4}|JSON Feed|“[^”]*”")
PARTS_TO_KEEP = re.compile(r"(%\(\w+\)s|<[^>]*>)")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a folder for translations, which the program reads instead of its own."""
    folder = tmp_path / "locales"
    folder.mkdir()
    monkeypatch.setattr(texts, "TRANSLATIONS", folder)
    clear_caches()
    yield folder
    clear_caches()


def clear_caches() -> None:
    for cached in (texts.find_texts, texts.fingerprint_texts, environment.find_environment):
        cached.cache_clear()


def translate(path: Path) -> None:
    """Translate every text of a file."""
    translation = read_translation(path)
    for message in translation:
        if isinstance(message.id, str) and message.id:
            message.string = shout(message.id)
        elif message.id:
            message.string = tuple(shout(message.id[1]) for _ in message.string or ())
    written = BytesIO()
    write_po(written, translation)
    path.write_bytes(written.getvalue())


def shout(text: str) -> str:
    return "".join(part if PARTS_TO_KEEP.fullmatch(part) else part.upper() for part in PARTS_TO_KEEP.split(text))


@pytest.mark.parametrize("language", ["xx", "pt_BR", "Dutch"])
def test_a_misspelled_language_begins_no_file(folder: Path, language: str) -> None:
    with pytest.raises(ValueError, match=f"^{language}: unknown to CLDR; give a BCP 47 tag such as nl or pt-BR$"):
        update_translations(folder, languages=[language])
    assert not list(folder.iterdir())


def test_a_new_language_is_a_file(folder: Path, tmp_path: Path) -> None:
    [language] = re.findall(r"make translations LANGUAGE=(\S+)\n", PAGE)
    update_translations(folder, languages=[language])
    path = folder / f"{language}.po"
    assert f"`{path.name}`" in PAGE
    assert texts.list_translations() == [language]
    translate(path)
    write_article(tmp_path / "content", "one", title="THE STORY", topics="[HARBOUR, SEA]", provider="{name: GAZETTE}")
    write_article(
        tmp_path / "content",
        "two",
        title="ANOTHER STORY",
        topics="[SEA]",
        corrections="[{date: 2024-11-24, text: TWO.}]",
    )
    with collected(tmp_path / "content", tmp_path / "catalog.sqlite3") as catalog:
        client = make_client(catalog, FEEDS_LANGUAGE=language, FEEDS_SITE_TITLE="HARBOUR NEWS", FEEDS_TOKEN=TOKEN)
        page = client.get("/topics").text
        assert f'<html lang="{language}" dir="ltr">' in page
        assert "ALL TOPICS" in page
        assert "1 ENTRIES, NEWEST <time" in page
        assert "6 mei 2024" in page
        assert "READ IT AT" in client.get("/feed.atom").text
        for address in PATHS:
            assert list_texts_in_english(client.get(address, auth=("", TOKEN)).text) == [], address


def list_texts_in_english(page: str) -> list[str]:
    found = html.fromstring(page.removeprefix("<!doctype html>")).xpath(TEXTS)
    assert isinstance(found, list)
    return [str(text) for text in found if re.search("[a-z]{3}", KEPT.sub("", str(text)))]


def test_the_example_has_a_text_of_the_code() -> None:
    [singular] = re.findall(r'msgid "(.*)"', PAGE)
    [plural] = re.findall(r'msgid_plural "(.*)"', PAGE)
    assert (singular, plural) in {message.id for message in extract_texts()}


def test_a_changed_text_is_fuzzy_and_an_unused_text_is_removed(tmp_path: Path) -> None:
    before, after = Translation(), Translation()
    for text in ("All topics of this site", "An unused text"):
        before.add(text)
    after.add("All topics of the site")
    path = tmp_path / "nl.po"
    update_translation(path, before)
    translate(path)
    update_translation(path, after)
    [message] = [message for message in read_translation(path) if message.id]
    assert (message.id, message.string) == ("All topics of the site", "ALL TOPICS OF THIS SITE")
    assert message.fuzzy
    assert "unused" not in path.read_text()
