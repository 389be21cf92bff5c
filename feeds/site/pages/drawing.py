"""Draw what stands in pages as inline SVG: charts, and codes for a phone's camera. The only module that knows segno."""

from collections.abc import Sequence
from functools import lru_cache

import segno
from markupsafe import Markup

BAR_WIDTH, BAR_STEP, CHART_HEIGHT = 4, 5, 28
_LEAST_BAR = 1  # so that a quiet week is still seen to be one
_QUIET_ZONE = 2  # modules of margin; the page's own adds to it


def draw_bars(counts: Sequence[int]) -> Markup:
    """Draw a chart of one bar to a count, in order; the highest fills the height. It is coloured by the stylesheet."""
    most = max(counts, default=0) or 1
    heights = [max(_LEAST_BAR, round(CHART_HEIGHT * count / most)) for count in counts]
    bars = "".join(
        f"M{position * BAR_STEP} {CHART_HEIGHT}v-{height}h{BAR_WIDTH}v{height}z"
        for position, height in enumerate(heights)
    )
    width = len(counts) * BAR_STEP - (BAR_STEP - BAR_WIDTH)
    label = f"Entries week by week: {', '.join(map(str, counts))}"
    return Markup('<svg class="bars" viewBox="0 0 {} {}" role="img" aria-label="{}"><path d="{}"/></svg>').format(
        width, CHART_HEIGHT, label, bars
    )


@lru_cache(maxsize=256)  # a page is made anew whenever a story comes; its address stays
def draw_code(url: str, label: str) -> Markup:
    """Draw a QR code of an address (ISO/IEC 18004), black on nothing: it needs a light ground."""
    code = segno.make_qr(url, error="m")
    drawing = code.svg_inline(border=_QUIET_ZONE, omitsize=True, svgclass=None, lineclass=None)
    opening = Markup('<svg class="code" role="img" aria-label="{}" ').format(label)
    return opening + Markup(drawing.removeprefix("<svg ").rstrip())  # noqa: S704 segno's own, of modules only
