"""Matching by bits finds the same entries as comparing figures."""

from hypothesis import given
from hypothesis import strategies as st

from feeds.catalog.rows import Record
from feeds.catalog.search_index.attributes import list_attributes
from feeds.catalog.search_index.matching import find_best

figures = st.none() | st.integers(-2, 5) | st.sampled_from((511, 512, 1_023, 1_024, 5_000))


def make_row(heat: int | None, quality: int | None) -> Record:
    return {
        "kind": "article",
        "type": "article",
        "provider": "gazette.example",
        "topics": "",
        "published": 0,
        "quality": quality,
        "peak_heat": heat,
    }


def rank(figure: int | None) -> int:
    return -1 if figure is None or figure < 0 else min(figure, 1_023)


@given(st.lists(st.tuples(figures, figures, st.booleans()), max_size=30), st.integers(1, 8))
def test_find_best_includes_all_slots_equal_to_the_last(
    rows: list[tuple[int | None, int | None, bool]], count: int
) -> None:
    sets: dict[str, int] = {}
    wanted = 0
    for slot, (heat, quality, is_wanted) in enumerate(rows):
        wanted |= is_wanted << slot
        for attribute in list_attributes(make_row(heat, quality)):
            sets[attribute] = sets.get(attribute, 0) | 1 << slot
    ranks = {slot: (rank(heat), rank(quality)) for slot, (heat, quality, is_wanted) in enumerate(rows) if is_wanted}
    minimum = sorted(ranks.values(), reverse=True)[:count][-1:]
    expected = {slot for slot, rank in ranks.items() if minimum and rank >= minimum[0]}
    best = find_best(wanted, sets, count=count)
    assert {slot for slot in range(len(rows)) if best >> slot & 1} == expected
