"""Find the words of a search in a text naively, to compare with the index of the catalog and with pages."""

from collections.abc import Iterator, Sequence

from feeds.model.search import Search, SearchTerm
from feeds.model.stemmer import Stemmer
from feeds.model.tokenize import fold_spelling


def matches_text(search: Search, spellings: Sequence[str], stemmer: Stemmer) -> bool:
    """Return whether a search matches a text, given by the spellings of its words from `feeds.model.tokenize`."""
    return any(
        all(any(True for _ in _find(term, spellings, stemmer)) is not term.is_negated for term in terms)
        for terms in search.alternatives
    )


def find_words(search: Search, spellings: Sequence[str], stemmer: Stemmer) -> set[int]:
    """Return the places of the words of a text that a search finds, whether or not the whole text matches.

    The text is given by the spellings of its words from `feeds.model.tokenize`.
    """
    wanted = (term for term in search.terms if not term.is_negated)
    return {place for term in wanted for places in _find(term, spellings, stemmer) for place in places}


def _find(term: SearchTerm, spellings: Sequence[str], stemmer: Stemmer) -> Iterator[range]:
    """Yield the places of the words of a term, also of a negated term; the places of phrases may overlap."""
    words = list(map(fold_spelling, spellings))
    if term.spelling:
        (plain,), stem = term.words, stemmer.stem(term.spelling)
        for place, (word, spelling) in enumerate(zip(words, spellings, strict=True)):
            if word == plain or stem in stemmer.list_stems(spelling):
                yield range(place, place + 1)
        return
    *leading, last = term.words
    for start in range(len(words) - len(leading)):
        end = start + len(leading)
        is_last = words[end].startswith(last) if term.is_prefix else words[end] == last
        if is_last and words[start:end] == leading:
            yield range(start, end + 1)
