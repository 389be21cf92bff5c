"""Draw bar charts and QR codes as inline SVG; no other module imports segno."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

import segno
from markupsafe import Markup

from feeds.model.translation.texts import Texts

BAR_WIDTH, BAR_STEP, CHART_HEIGHT = 4, 5, 28
_MIN_BAR_HEIGHT = 1  # keeps the bar of an empty week visible
_QUIET_ZONE = 2  # modules of margin, in addition to the margin of the page


def draw_weeks(counts: Sequence[int], end: datetime, *, texts: Texts) -> Markup:
    """Draw the numbers of entries in the weeks up to `end`, oldest first, with the first and the last day below."""
    first = end - timedelta(weeks=len(counts)) + timedelta(days=1)
    title = texts.gettext(
        "Entries week by week, from %(first)s to %(last)s", first=texts.day(first), last=texts.day(end)
    )
    days = (Markup('<time datetime="{}">{}</time>').format(day.date(), texts.short_day(day)) for day in (first, end))
    axis = Markup('<p class="axis" aria-hidden="true">{}{}</p>').format(*days)
    return draw_bars(counts, title, texts=texts) + axis


def draw_bars(counts: Sequence[int], title: str, *, texts: Texts) -> Markup:
    """Draw a bar for each count, in order. The highest bar fills the chart; the stylesheet sets the colour.

    The title shows where a mouse points, and is read aloud with the counts.
    """
    highest = max(counts, default=0) or 1
    heights = [max(_MIN_BAR_HEIGHT, round(CHART_HEIGHT * count / highest)) for count in counts]
    bars = "".join(
        f"M{position * BAR_STEP} {CHART_HEIGHT}v-{height}h{BAR_WIDTH}v{height}z"
        for position, height in enumerate(heights)
    )
    width = len(counts) * BAR_STEP - (BAR_STEP - BAR_WIDTH)
    label = texts.gettext("%(title)s: %(counts)s", title=title, counts=texts.join(map(texts.number, counts)))
    opening = Markup('<svg class="bars" viewBox="0 0 {} {}" role="img" aria-label="{}">')
    return opening.format(width, CHART_HEIGHT, label) + Markup('<title>{}</title><path d="{}"/></svg>').format(
        title, bars
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
