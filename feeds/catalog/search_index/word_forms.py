"""Find other forms of words by their stems, in the language of the catalog."""

from sqlalchemy import Connection

from feeds.catalog.facts import read_fact
from feeds.model.stemmer import Stemmer, find_stemmer

_STEMMER = "stemmer"


def read_stemmer(connection: Connection) -> Stemmer:
    """Return the stemmer with whose stems the words of the catalog are indexed."""
    language, _, _ = (read_fact(connection, _STEMMER) or "").partition(" ")
    return find_stemmer(language)
