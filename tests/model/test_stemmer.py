"""Other forms of a word have the same stem, in the languages that have a stemmer."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import Stemmer
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.stemmer import NO_STEMMER, find_stemmer
from feeds.model.tokenize import fold_spelling, split_both


@pytest.mark.parametrize(
    ("language", "forms", "others"),
    [
        ("en", "robot robots", "robust"),
        ("en-GB", "company companies", "compass"),
        ("de", "haus häuser hauses", "haut"),
        ("DE-at", "möwe möwen", "moos"),
        ("fr", "mangé mange manger mangée", "manque"),
        ("es", "elección elecciones", "electo"),
        ("ru", "новый новая нового", "нота"),
        ("ar", "الأخبار أخبار اخبار", "كتاب"),
        ("nb", "båter båt båten", "bart"),
        ("nn-NO", "fiskar fiskane", "fil"),
    ],
)
def test_forms_of_a_word_have_one_stem(language: str, forms: str, others: str) -> None:
    stemmer = find_stemmer(language)
    (stem,) = {stemmer.stem(spelling) for spelling in split_both(forms)[1]}
    assert stemmer.stem(others) != stem
    assert stem == fold_spelling(stem)


@pytest.mark.parametrize("language", ["ja", "zh-Hant", "hr", "", "german", "x-private", "i-klingon"])
def test_other_languages_have_no_stemmer(language: str) -> None:
    assert find_stemmer(language) is NO_STEMMER
    assert NO_STEMMER.name == ""
    assert NO_STEMMER.stem("robots") == "robots"


def test_the_documentation_names_all_languages() -> None:
    page = Path(__file__).parents[2].joinpath("docs", "feeds.md").read_text(encoding="utf-8")
    names = " ".join(page.split()).partition("other forms of words in ")[2].partition(";")[0]
    documented = names.lower().replace(" and ", ", ").split(", ")
    assert documented == sorted({name.partition("_")[0] for name in Stemmer.algorithms()} - {"porter"})


def test_products_and_unspaced_scripts_have_no_other_forms() -> None:
    stemmer = find_stemmer("en")
    assert [stemmer.stem(word) for word in ("a7s", "1990s", "機", "it", "s")] == ["a7s", "1990s", "機", "it", "s"]


def test_words_are_found_by_the_stems_of_both_their_spellings() -> None:
    assert find_stemmer("fr").list_stems("mangée") == {"mang": None, "mange": None}
    assert find_stemmer("en").list_stems("tides") == {"tide": None}


def test_the_name_tells_stemmers_apart() -> None:
    assert find_stemmer("en").name == find_stemmer("en-US").name
    assert len({find_stemmer(language).name for language in ("en", "de", "ja")}) == 3


@given(st.sampled_from(["ar", "de", "el", "en", "fa", "fr", "hi", "sr", "ta", "tr", "yi"]), st.text())
def test_each_word_has_a_stem_of_letters(language: str, text: str) -> None:
    for spelling in split_both(text)[1]:
        (stem,) = split_both(find_stemmer(language).stem(spelling))[0]
        assert stem


def test_threads_share_a_stemmer() -> None:
    stemmer = find_stemmer("en")
    words = [f"{letter * 3}ing" for letter in "abcdefghijklmnopqrstuvwxyz" * 20]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(stemmer.stem, words)) == [stemmer.stem(word) for word in words]
