"""Names from A to Z in any alphabet, and names that contain a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.site.name_order import DIGITS, HAN, SIGNS, find_names, fold_name, group_by_letter


def list_letters(*names: str) -> list[tuple[str, list[str]]]:
    return [(group.letter, list(group.items)) for group in group_by_letter(names, str)]


def test_names_are_under_their_first_letters() -> None:
    names = ("zebra", "Öl", "ocean", "Über", "3D", "Apple", "élan", "#metoo", "🎉", "5G")
    assert list_letters(*names) == [
        (DIGITS, ["3D", "5G"]),
        ("A", ["Apple"]),
        ("E", ["élan"]),
        ("M", ["#metoo"]),
        ("O", ["ocean", "Öl"]),
        ("U", ["Über"]),
        ("Z", ["zebra"]),
        (SIGNS, ["🎉"]),
    ]


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("Ελλάδα", "\u0395"),
        ("Ёлка", "\u0415"),
        ("أوروبا", "\u0627"),
        ("المناخ", "م"),  # after the article
        ("ال", "\u0627"),
        ("ألمانيا", "\u0627"),
        ("٣ مدن", DIGITS),
        ("Ⅳ. Reich", "I"),
        ("人工知能", HAN),
        ("一", HAN),
        ("ガス", "か"),
        ("あそび", "あ"),
        ("한국", "ㅎ"),
        ("ﬁsh", "F"),
        ("ß", "S"),
        ("“Quoted”", "Q"),
        ("", SIGNS),
    ],
)
def test_letters_of_every_alphabet(name: str, letter: str) -> None:
    assert list_letters(name) == [(letter, [name])]


@given(st.lists(st.text()))
def test_every_name_is_listed_once(names: list[str]) -> None:
    groups = group_by_letter(names, str)
    assert sorted(name for group in groups for name in group.items) == sorted(names)
    assert len({group.key for group in groups}) == len(groups)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("KUNST", ["Kunst", "Moderne Kunst", "Volkskünste"]),
        ("künst", ["Kunst", "Moderne Kunst", "Volkskünste"]),
        ("kunst mod", ["Moderne Kunst"]),
        ("modern", ["Modern", "Moderne Kunst"]),
        ("strasse", ["Straße"]),
        ("مدارس", ["مَدَارِس"]),
        ("میشود", ["می\u200cشود"]),
        ("c++", ["C++"]),
        ("nothing", []),
    ],
)
def test_a_text_finds_names_in_any_case_and_with_or_without_accents(text: str, found: list[str]) -> None:
    names = ["Volkskünste", "Moderne Kunst", "Modern", "Kunst", "Straße", "مَدَارِس", "C++", "می\u200cشود"]
    assert find_names(names, text, str) == found


@given(st.text(), st.text())
def test_part_of_a_name_finds_the_name(before: str, after: str) -> None:
    assert find_names([f"{before} {after}"], after, str)


def test_folding_keeps_letters_only() -> None:
    assert fold_name("Ça va, Ёлка — محـمّد") == "CA VA, ЕЛКА — محمد"
