"""Attributes of days sort in order of time."""

from hypothesis import given
from hypothesis import strategies as st

from feeds.catalog.search_index.attributes import make_day_attribute, parse_day_attribute


@given(st.lists(st.integers(-719_162, 2_932_896)))
def test_day_attributes_sort_in_order_of_time(days: list[int]) -> None:
    assert [parse_day_attribute(name) for name in sorted(map(make_day_attribute, days))] == sorted(days)
