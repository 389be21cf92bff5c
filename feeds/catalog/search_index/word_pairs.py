"""Find pairs of short words that follow each other: PostgreSQL's index has pairs, but not the places of words.

The most common words are short in most languages. Without pairs, a search for a phrase of such words would read the
places of words in most of the entries.
"""

from collections.abc import Collection, Sequence
from itertools import pairwise

from feeds.catalog.search_index.attributes import SIGN

_MAX_LETTERS = 3


def list_pairs(words: Sequence[str]) -> Collection[str]:
    """Return the spellings of all pairs of short words, each once; no word has such a spelling."""
    # In one expression, because the first collect spells millions of pairs. Signs and gaps are no letters.
    return {
        f"{SIGN}w{first}{SIGN}{second}": None
        for first, second in pairwise(words)
        if len(first) <= _MAX_LETTERS and len(second) <= _MAX_LETTERS and first.isalnum() and second.isalnum()
    }
