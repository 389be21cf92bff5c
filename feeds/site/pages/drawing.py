"""Draw bar charts and QR codes as inline SVG; no other module imports segno."""

from collections.abc import Sequence
from functools import lru_cache

import segno
from markupsafe import Markup

from feeds.translation.texts import Texts

BAR_WIDTH, BAR_STEP, CHART_HEIGHT = 4, 5, 28
_MIN_BAR_HEIGHT = 1  # keeps the bar of an empty week visible
_QUIET_ZONE = 2  # modules of margin, in addition to the margin of the page


def draw_bars(counts: Sequence[int], title: str, *, texts: Texts) -> Markup:
    """Draw a bar for each count, in order. The highest bar fills the chart; the stylesheet sets the colour."""
    highest = max(counts, default=0) or 1
    heights = [max(_MIN_BAR_HEIGHT, round(CHART_HEIGHT * count / highest)) for count in counts]
    bars = "".join(
        f"M{position * BAR_STEP} {CHART_HEIGHT}v-{height}h{BAR_WIDTH}v{height}z"
        for position, height in enumerate(heights)
    )
    width = len(counts) * BAR_STEP - (BAR_STEP - BAR_WIDTH)
    label = texts.gettext("%(title)s: %(counts)s", title=title, counts=texts.join(map(texts.number, counts)))
    return Markup('<svg class="bars" viewBox="0 0 {} {}" role="img" aria-label="{}"><path d="{}"/></svg>').format(
        width, CHART_HEIGHT, label, bars
    )


@lru_cache(maxsize=256)  # a page is written again for each new story, with the same address
def draw_code(url: str, label: str) -> Markup:
    """Draw a URL as a QR code (ISO/IEC 18004), black on transparent: the page must provide a light background.

    A URL that is too long for a QR code, over 2,331 bytes, gives an empty text.
    """
    try:
        code = segno.make_qr(url, error="m")
    except segno.DataOverflowError:
        return Markup()
    drawing = code.svg_inline(border=_QUIET_ZONE, omitsize=True, svgclass=None, lineclass=None)
    opening = Markup('<svg class="code" role="img" aria-label="{}" ').format(label)
    return opening + Markup(drawing.removeprefix("<svg ").rstrip())  # noqa: S704 segno writes shapes only, no text
