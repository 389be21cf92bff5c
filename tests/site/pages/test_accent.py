"""Any accent colour is readable on light and on dark pages."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.site.pages.accent import DARK_BACKGROUND, LIGHT_BACKGROUND, MIN_CONTRAST, derive_accents, measure_contrast
from tests.support.paths import ROOT

STYLES = (ROOT / "feeds/site/pages/static/style.css").read_text()


@given(st.integers(0, 0xFFFFFF))
def test_any_color_is_readable_as_text_and_as_background(number: int) -> None:
    light, dark = derive_accents(f"#{number:06x}")
    for accent, backgrounds in ((light, ("#fbfaf7", "#ffffff")), (dark, ("#161513", "#201e1b"))):
        assert all(measure_contrast(accent.color, each) >= MIN_CONTRAST for each in backgrounds)
        assert measure_contrast(accent.color, accent.on_color) >= MIN_CONTRAST


def test_a_readable_color_stays_as_it_is() -> None:
    assert derive_accents("#a83c08")[0].color == "#a83c08"
    assert derive_accents("#ffa169")[1].color == "#ffa169"


@pytest.mark.parametrize(("color", "contrast"), [("#777777", 4.48), ("#000000", 21), ("#ff0000", 4.0)])
def test_contrast_is_that_of_wcag(color: str, contrast: float) -> None:
    # As WebAIM's contrast checker shows it.
    assert measure_contrast(color, "#ffffff") == pytest.approx(contrast, abs=0.005)


def test_the_backgrounds_are_those_of_the_stylesheet() -> None:
    papers, cards = (re.findall(rf"--{name}: (#[0-9a-f]+);", STYLES) for name in ("paper", "card"))
    assert (papers[0], cards[1]) == (LIGHT_BACKGROUND, DARK_BACKGROUND)
    assert (cards[0], papers[1]) == ("#fff", "#161513")
