"""Rows of entries and former versions, as the full-text index needs them."""

from feeds.catalog.rows import Record


def make_row(  # noqa: PLR0913 the attributes
    *,
    number: int = 1,
    kind: str = "article",
    type: str = "article",
    provider: str = "gazette.example",
    topics: tuple[int, ...] = (),
    quality: int | None = None,
    heat: int | None = None,
    after: tuple[str, int | None, int | None] | None = None,
) -> Record:
    """Return a row; `after` are type, quality and heat after a change of only these, for a former version."""
    row: Record = {
        "number": number,
        "kind": kind,
        "type": type,
        "provider": provider,
        "topics": " ".join(map(str, topics)),
        "quality": quality,
        "peak_heat": heat,
    }
    if after is None:
        return row
    return {**row, "figures_only": 1, "type_after": after[0], "quality_after": after[1], "peak_heat_after": after[2]}
