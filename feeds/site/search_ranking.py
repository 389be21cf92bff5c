"""Put the results of a search in order, the best first, by a formula that uses only the catalog's content."""

from collections.abc import Callable, Sequence

from feeds.catalog.search_results import ComparedResult, Rank
from feeds.model.text_matches import TermMatcher

_TITLE_POINTS, _SUMMARY_POINTS = 1_200, 500
"""The points for each term in the title and in the summary."""

_FORM_PERCENT = 75
"""The share of these points if a text has only another form of the word."""

_YOUTH_POINTS, _YOUTH_DAYS = 600, 30
"""The points of the newest result; a result older by this number of days gets half."""

_FIGURE_POINTS = 200
"""The points for the highest quality, and for the highest peak heat."""

_DAY_SECONDS = 86_400


def rank_by(matcher: TermMatcher) -> Rank:
    """Return a function that ranks candidates by the terms of a search; ties stay in order of time.

    Ages are relative to the newest candidate, and figures to the highest, so time alone does not change the order.
    """

    def rank(candidates: Sequence[ComparedResult]) -> Sequence[int]:
        score = _make_scorer(matcher, candidates)
        scores = [score(candidate) for candidate in candidates]
        return sorted(range(len(candidates)), key=lambda position: -scores[position])

    return rank


def _make_scorer(matcher: TermMatcher, candidates: Sequence[ComparedResult]) -> Callable[[ComparedResult], int]:
    newest = max((each.published for each in candidates), default=0)
    quality = max((each.quality or 0 for each in candidates), default=0)
    heat = max((each.peak_heat or 0 for each in candidates), default=0)

    def score(candidate: ComparedResult) -> int:
        days = (newest - candidate.published) // _DAY_SECONDS
        return (
            _score_text(matcher, candidate.headline.title, _TITLE_POINTS)
            + _score_text(matcher, candidate.headline.summary, _SUMMARY_POINTS)
            + _YOUTH_POINTS * _YOUTH_DAYS // (_YOUTH_DAYS + days)
            + _compare_figure(candidate.quality, quality)
            + _compare_figure(candidate.peak_heat, heat)
        )

    return score


def _score_text(matcher: TermMatcher, text: str, points: int) -> int:
    """Add the points of every term in a text, each once: of the word as typed, or of another form."""
    found = matcher.find_terms(text).values()
    return sum(points if is_exact else points * _FORM_PERCENT // 100 for is_exact in found)


def _compare_figure(figure: int | None, highest: int) -> int:
    return _FIGURE_POINTS * max(figure or 0, 0) // highest if highest > 0 else 0
