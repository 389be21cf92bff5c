"""Index all words of the catalog again when the language of the site changes."""

from collections.abc import Iterator

from sqlalchemy import Connection, Table, select

from feeds.catalog import schema
from feeds.catalog.search_index.entry_words import list_words
from feeds.catalog.search_index.full_text import merge_index, read_attributes, write_words
from feeds.catalog.search_index.word_forms import read_stemmer_name, save_stemmer_name
from feeds.model.entry import decode_entry
from feeds.model.stemmer import Stemmer
from feeds.model.tokenize import GAP

_BATCH = 1_000


def use_stemmer(connection: Connection, stemmer: Stemmer) -> None:
    """Index words with the stems of a stemmer from now on, and index the present words again if another was in use.

    Recent changes keep their stems: a change of the language counts as a later change of every feed.
    """
    name = read_stemmer_name(connection)
    if name == stemmer.name:
        return
    save_stemmer_name(connection, stemmer.name)
    if name is not None:
        # In ascending order of numbers: those of former versions are negative.
        for table in (schema.former_versions, schema.entries):
            for documents in _read_documents(connection, table):
                _index_again(connection, documents, stemmer=stemmer)
        merge_index(connection)


def _read_documents(connection: Connection, table: Table) -> Iterator[dict[int, str]]:
    """Yield the entries of a table as JSON by number, in batches."""
    columns = table.c
    documents: dict[int, str] = {}
    wanted = select(columns.number, columns.document).order_by(columns.number).limit(_BATCH)
    rows = connection.execute(wanted).all()
    while rows:
        documents = {row.number: row.document for row in rows}
        yield documents
        rows = connection.execute(wanted.where(columns.number > max(documents))).all()


def _index_again(connection: Connection, documents: dict[int, str], *, stemmer: Stemmer) -> None:
    attributes = read_attributes(connection, documents)
    words = {number: list_words(decode_entry(document), stemmer) for number, document in documents.items()}
    write_words(connection, {number: [*attributes[number], GAP, *found] for number, found in words.items()})
