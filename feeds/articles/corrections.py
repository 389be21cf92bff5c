"""Read the corrections that an editor has written in an article's front matter."""

from datetime import datetime

from feeds.articles.fields import Section
from feeds.model.entry import MAX_CORRECTIONS, Correction, sort_corrections


def read_corrections(section: Section, published: datetime | None) -> tuple[Correction, ...]:
    """Read `corrections`, a list of mappings or a single mapping, newest first; `published` is the article's date.

    A correction without a usable date and text is left out.
    """
    if "corrections" not in section.fields:
        return ()
    is_single = isinstance(section.fields["corrections"], dict)
    parts = [section.read_section("corrections")] if is_single else section.read_sections("corrections")
    read = (_read_correction(part, published) for part in parts)
    corrections = sort_corrections(correction for correction in read if correction)
    if len(corrections) > MAX_CORRECTIONS:
        message = f"The entry shows only the newest {MAX_CORRECTIONS} corrections; join or remove some."
        section.report("cut-corrections", message, at=("corrections",))
    return corrections[:MAX_CORRECTIONS]


def _read_correction(part: Section, published: datetime | None) -> Correction | None:
    date, text = part.read_date("date"), part.read_text("text")
    for name, value in (("date", date), ("text", text)):
        if not value and not part.has(name):
            part.report("bad-correction", f"A correction without `{name}` is left out; add `{name}`.")
    if not date or not text:
        return None
    if published and date < published:
        message = "The date of the correction is before the publication of the article; fix one of the dates."
        part.report("early-correction", message, at=("date",))
    return Correction(date, text)
