"""Compare texts letter by letter; no other module imports rapidfuzz, which takes long to import."""

from collections.abc import Sequence

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract


def find_similar(text: str, choices: Sequence[str], *, minimum: float, limit: int) -> list[tuple[int, float]]:
    """Return the positions of the choices most similar to a text, and their similarity, the most similar first.

    The similarity is 1 for equal texts, and less for each letter that is missing, added, wrong, or in the place of the
    next letter. Choices below `minimum` are left out.
    """
    found = extract(text, choices, scorer=OSA.normalized_similarity, score_cutoff=minimum, limit=limit)
    return [(position, similarity) for _choice, similarity, position in found]
