"""An entry's fingerprint changes with its visible fields only."""

from datetime import UTC, datetime

import msgspec

from feeds.model.entry import Entry, Image, Kind, Provider, encode_visible, fingerprint

TIME = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
ENTRY = Entry(
    id="https://news.example/a",
    kind=Kind.ARTICLE,
    title="A title",
    url="https://news.example/a",
    published=TIME,
    updated=TIME,
    released=TIME,
    provider=Provider(name="News", domain="news.example"),
)


def digest(entry: Entry) -> str:
    return fingerprint(encode_visible(entry))


def test_fingerprint_is_32_hexadecimal_digits_and_stable() -> None:
    assert digest(ENTRY) == digest(msgspec.structs.replace(ENTRY))
    assert len(bytes.fromhex(digest(ENTRY))) == 16


def test_quality_and_heat_are_not_visible() -> None:
    assert encode_visible(msgspec.structs.replace(ENTRY, quality=70, heat=-1)) == encode_visible(ENTRY)


def test_fingerprint_changes_with_every_visible_field() -> None:
    image = Image(url="https://news.example/a.png")
    changed = [
        msgspec.structs.replace(ENTRY, title="Another"),
        msgspec.structs.replace(ENTRY, summary="More"),
        msgspec.structs.replace(ENTRY, image=image),
        msgspec.structs.replace(ENTRY, image=msgspec.structs.replace(image, width=10)),
    ]
    assert len({digest(entry) for entry in (ENTRY, *changed)}) == 5
