"""Compare texts letter by letter; no other module loads rapidfuzz, which takes long to import."""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Any


def find_similar(text: str, choices: Sequence[str], *, minimum: float, limit: int) -> list[tuple[int, float]]:
    """Return the positions of the choices most similar to a text, and their similarity, the most similar first.

    The similarity is 1 for equal texts, and less for each letter that is missing, added, wrong, or in the place of the
    next letter. Choices below `minimum` are left out.
    """
    extract, scorer = _load_rapidfuzz()
    found = extract(text, choices, scorer=scorer, score_cutoff=minimum, limit=limit)
    return [(position, similarity) for _choice, similarity, position in found]


@cache
def _load_rapidfuzz() -> tuple[Any, Any]:
    # Loaded by the first comparison: exports and commands import this module, and compare nothing.
    return import_module("rapidfuzz.process").extract, import_module("rapidfuzz.distance").OSA.normalized_similarity
