"""Find the texts in the code, and bring translations up to date with them, as `make translations` does.

`python -m tests.support.translations LANGUAGE` starts a new translation. Translations have no places in the code and no
dates, so they change only with texts.
"""

import sys
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from babel.core import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from feeds.model.translation.texts import TRANSLATIONS
from tests.support.paths import ROOT

METHODS = [("**.py", "python"), ("**.html", "jinja2")]
OPTIONS = {"**.html": {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}}
COMMENT_TAG = "Translators:"


def extract_texts(folder: Path = ROOT / "feeds") -> Catalog:
    """Find the texts marked for translation in a package."""
    texts = Catalog()
    for _, _, message, comments, context in extract_from_dir(
        folder, METHODS, OPTIONS, comment_tags=(COMMENT_TAG,), strip_comment_tags=True
    ):
        texts.add(message, auto_comments=comments, context=context)
    return texts


def read_translation(path: Path) -> Catalog:
    """Read the translation in a file, which is named after its language."""
    with path.open("rb") as file:
        return read_po(file, locale=path.stem.replace("-", "_"))


def update_translation(path: Path, texts: Catalog) -> None:
    """Add new texts to a translation, mark translations of changed texts as fuzzy, and drop texts no longer used.

    A translation that does not exist begins without translated texts.
    """
    translation = read_translation(path) if path.exists() else Catalog(locale=path.stem.replace("-", "_"))
    translation.update(texts)
    written = BytesIO()
    write_po(written, translation, width=0, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)
    path.write_bytes(_write_header(path.stem, translation).encode() + written.getvalue().lstrip())


def check_language(language: str) -> None:
    """Refuse a language that CLDR does not know, such as a misspelled one.

    Raises:
        ValueError: says what is expected.
    """
    try:
        Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError):
        raise ValueError(f"{language}: unknown to CLDR; give a BCP 47 tag such as nl or pt-BR") from None


def update_translations(folder: Path, *, languages: Iterable[str] = ()) -> None:
    """Update the translations in a folder, and begin those of new languages."""
    languages = list(languages)
    for language in languages:
        check_language(language)
    texts = extract_texts()
    for path in {*folder.glob("*.po"), *(folder / f"{language}.po" for language in languages)}:
        update_translation(path, texts)


def _write_header(language: str, translation: Catalog) -> str:
    fields = (
        "Project-Id-Version: topic-feeds",
        f"Language: {language}",
        f"Plural-Forms: {translation.plural_forms}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    )
    lines = "".join(f'"{field}\\n"\n' for field in fields)
    return f'msgid ""\nmsgstr ""\n{lines}\n'


if __name__ == "__main__":
    try:
        update_translations(TRANSLATIONS, languages=sys.argv[1:])
    except ValueError as error:
        sys.exit(str(error))
