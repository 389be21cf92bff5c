"""Charts and QR codes are well-formed, need no inline style, and have a label."""

from datetime import UTC, datetime

from lxml import etree

from feeds.model.translation.texts import find_texts
from feeds.site.pages.drawing import CHART_HEIGHT, draw_bars, draw_code, draw_weeks

ENGLISH = find_texts("en")


def test_the_highest_bar_fills_the_chart_and_empty_bars_stay_visible() -> None:
    chart = etree.fromstring(draw_bars([0, 5, 20], "Entries week by week", texts=ENGLISH))
    assert chart.get("aria-label") == "Entries week by week: 0, 5, 20"
    heights = [part.split("h")[0] for part in str(chart[1].get("d")).split("v-")[1:]]
    assert [float(height) for height in heights] == [1, CHART_HEIGHT / 4, CHART_HEIGHT]


def test_weeks_name_their_first_and_last_day() -> None:
    end = datetime(2020, 12, 22, 16, 48, tzinfo=UTC)
    chart = etree.fromstring(f"<div>{draw_weeks([0, 2], end, texts=ENGLISH)}</div>")
    assert chart[0][0].text == "Entries week by week, from 9 December 2020 to 22 December 2020"
    assert chart[0].get("aria-label") == f"{chart[0][0].text}: 0, 2"
    assert [day.text for day in chart[1]] == ["9 Dec", "22 Dec"]


def test_empty_weeks_are_drawn() -> None:
    assert etree.fromstring(draw_bars([0, 0], "Weeks", texts=ENGLISH))[1].get("d") == "M0 28v-1h4v1zM5 28v-1h4v1z"


def test_a_url_that_is_too_long_for_a_qr_code_gives_nothing() -> None:
    assert draw_code("https://news.example/" + "a" * 2_310, "code")
    assert draw_code("https://news.example/" + "a" * 2_311, "code") == ""


def test_a_qr_code_is_an_image_with_a_label() -> None:
    code = draw_code("https://news.example/topics/gulls", 'A "code"')
    drawing = etree.fromstring(code)
    assert (drawing.get("role"), drawing.get("aria-label")) == ("img", 'A "code"')
    assert "style" not in code
    assert code == draw_code("https://news.example/topics/gulls", 'A "code"')
