"""Index the words of entries: their attributes, the words of their texts, and the stems of these words."""

from collections.abc import Iterable

from sqlalchemy import Connection

from feeds.catalog.rows import Record
from feeds.catalog.search_index.attributes import list_attributes
from feeds.catalog.search_index.full_text import write_words
from feeds.catalog.search_index.word_forms import list_stems, read_stemmer
from feeds.model.entry import Entry
from feeds.model.html_text import extract_text
from feeds.model.stemmer import Stemmer
from feeds.model.tokenize import GAP, split_texts


def index_words(connection: Connection, rows: Iterable[tuple[Record, Entry]]) -> None:
    """Index the words of entries or former versions under their numbers, and replace the words under the numbers.

    Words come from the attributes, the title, summary, body and corrections, and from the provider's name and domain.
    """
    # FTS5 writes a new part of its index for each number lower than the number before.
    ordered = sorted(rows, key=lambda row: row[0]["number"])
    if ordered:
        stemmer = read_stemmer(connection)
        texts = {row["number"]: [*list_attributes(row), GAP, *list_words(entry, stemmer)] for row, entry in ordered}
        write_words(connection, texts)


def list_words(entry: Entry, stemmer: Stemmer) -> list[str]:
    """Return the words of an entry's text in the index: the searchable words in order, and their stems."""
    words, spellings = split_entry(entry)
    return words + list_stems(spellings, stemmer)


def split_entry(entry: Entry) -> tuple[list[str], list[str]]:
    """Return the searchable words of an entry's text, and the spelling of each."""
    body = f"{extract_text(entry.body)} {entry.rest_words}" if entry.body else ""
    corrections = (correction.text for correction in entry.corrections)
    return split_texts((entry.title, entry.summary, entry.provider.name, entry.provider.domain, body, *corrections))
