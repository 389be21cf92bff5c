"""Readers and their numbers of subscribers are found in User-Agents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.statistics.readers import (
    BROWSER,
    MAX_NAME_CHARACTERS,
    MAX_SUBSCRIBERS,
    UNNAMED,
    Reader,
    parse_user_agent,
)
from tests.support.user_agents import AGGREGATORS, BROWSERS, PROGRAMS


@pytest.mark.parametrize(("user_agent", "reader"), AGGREGATORS.items())
def test_aggregators_state_their_subscribers(user_agent: str, reader: tuple[str, int, str]) -> None:
    assert parse_user_agent(user_agent) == Reader(*reader)


@pytest.mark.parametrize(("user_agent", "name"), PROGRAMS.items())
def test_programs_of_a_person_have_a_name_and_no_subscribers(user_agent: str, name: str) -> None:
    assert parse_user_agent(user_agent) == Reader(name)


@pytest.mark.parametrize("user_agent", BROWSERS)
def test_browsers_are_counted_together(user_agent: str) -> None:
    assert parse_user_agent(user_agent) == Reader(BROWSER)


@pytest.mark.parametrize("user_agent", ["", " ", "-", "()", "\x1b\x1b", "/1.0", "123"])
def test_a_user_agent_without_a_name_is_unnamed(user_agent: str) -> None:
    assert parse_user_agent(user_agent).name in {UNNAMED, "-", "123"}


@pytest.mark.parametrize("count", ["99999999999999999999999999", str(MAX_SUBSCRIBERS + 1), "-5", "1.5", "٣"])
def test_an_impossible_number_of_subscribers_is_ignored(count: str) -> None:
    assert parse_user_agent(f"Aggregator/1.0 ({count} subscribers)").subscribers in {None, 3}


def test_a_number_may_have_separators() -> None:
    assert parse_user_agent("Aggregator/1.0 (1,234,567 subscribers)").subscribers == 1_234_567


def test_control_characters_and_markup_do_not_reach_the_name() -> None:
    name = parse_user_agent("Evil\x1b[2J\u202e<script>alert\r\n/1.0").name
    assert name == "Evil 2J"


@given(st.text(max_size=700) | st.text("Mozilla/5.0 (compatible; X/1 12 subscribers) feed-id=", max_size=700))
def test_any_user_agent_gives_a_short_printable_name(user_agent: str) -> None:
    reader = parse_user_agent(user_agent)
    assert 0 < len(reader.name) <= MAX_NAME_CHARACTERS
    assert reader.name.isprintable()
    assert reader.subscribers is None or 0 <= reader.subscribers <= MAX_SUBSCRIBERS
    assert len(reader.feed_id) <= MAX_NAME_CHARACTERS
