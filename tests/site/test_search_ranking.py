"""The best results come first, by the words, the age and the figures of the stories."""

from feeds.catalog.search_results import ComparedResult
from feeds.model.entry import Headline, Provider
from feeds.model.search import parse_search
from feeds.model.stemmer import find_stemmer
from feeds.model.text_matches import TermMatcher
from feeds.site.search_ranking import rank_by

DAY = 86_400


def make(
    title: str, summary: str = "", *, days: int = 0, quality: int | None = None, heat: int | None = None
) -> ComparedResult:
    headline = Headline(title=title, summary=summary, url="", provider=Provider(name="", domain=""))
    return ComparedResult(headline, published=(9_999 - days) * DAY, quality=quality, peak_heat=heat)


def rank(search: str, *candidates: ComparedResult) -> list[str]:
    order = rank_by(TermMatcher(parse_search(search).terms, find_stemmer("en")))(candidates)
    return [candidates[position].headline.title for position in order]


def test_a_word_in_the_title_counts_more_than_in_the_summary_or_elsewhere() -> None:
    found = rank("robots", make("Elsewhere"), make("In the summary", "Robots"), make("Robots in the title"))
    assert found == ["Robots in the title", "In the summary", "Elsewhere"]


def test_the_word_as_typed_counts_more_than_another_form() -> None:
    assert rank("robots", make("A robot"), make("Two robots")) == ["Two robots", "A robot"]


def test_a_story_with_more_of_the_words_comes_first() -> None:
    assert rank("boats OR tides", make("Boats, boats, boats"), make("Boats and tides"))[0] == "Boats and tides"


def test_young_stories_and_high_figures_come_first_among_equals() -> None:
    old, new = make("Old robots", days=400), make("New robots")
    assert rank("robots", old, new) == ["New robots", "Old robots"]
    assert rank("robots", make("A robots"), make("B robots", quality=90), make("C robots", quality=90, heat=3)) == [
        "C robots",
        "B robots",
        "A robots",
    ]


def test_ties_stay_in_order_of_time() -> None:
    assert rank("robots", make("Robots B"), make("Robots A"), make("Robots C")) == ["Robots B", "Robots A", "Robots C"]


def test_the_age_is_relative_to_the_newest_result() -> None:
    names = ["Robots B", "A robot", "Robots"]
    for later in (0, 1_000):
        assert rank("robots", *(make(name, days=later + 50 * days) for days, name in enumerate(names))) == [
            "Robots B",
            "Robots",
            "A robot",
        ]


def test_nothing_is_ranked_without_results() -> None:
    assert rank("robots") == []
