"""Misspelled parameters are found; those of campaigns and other sites are not."""

from urllib.parse import urlencode

import pytest

from feeds.model.query import parse_query
from feeds.site.near_parameters import NearParameter, find_near_parameter


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        *((each, "provider") for each in ("providr", "provder", "porvider", "providers", "Provider", "provieder")),
        *((each, "min_quality") for each in ("min_qualty", "minquality", "min-quality", "MIN_QUALITY", "min_qaulity")),
        *((each, "min_heat") for each in ("minheat", "min-heat", "min_heta")),
        *((each, "related") for each in ("relatd", "releated", "Related")),
        *((each, "limit") for each in ("limits", "limitt", "Limit")),
        ("types", "type"),
    ],
)
def test_a_misspelled_parameter_is_found(given: str, meant: str) -> None:
    assert find_near_parameter(f"q=tides&{given}=7") == NearParameter(given, "7", meant, f"q=tides&{meant}=7")


@pytest.mark.parametrize(
    "given",
    [
        *("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id", "fbclid", "gclid", "dclid"),
        *("msclkid", "mc_cid", "mc_eid", "igshid", "ref", "referrer", "source", "campaign", "_ga", "yclid", "twclid"),
        *("page", "lang", "format", "output", "theme", "timestamp", "version", "token", "session", "locale", "amp"),
        *("lmit", "typ", "typo", "prov", "provider", "limit", "topic", "order", "publisher", "x" * 5_000, "\x00" * 8),
    ],
)
def test_other_parameters_are_not(given: str) -> None:
    assert find_near_parameter(urlencode({given: "7"})) is None


@pytest.mark.parametrize("query_string", ["", "&&", "providr", "providr=", "providr=a&provider=b", "q=" + "x" * 5_000])
def test_nothing_to_correct(query_string: str) -> None:
    assert find_near_parameter(query_string) is None


def test_values_stay_as_they_are() -> None:
    found = find_near_parameter("q=%22machine+learning%22&providr=a.example,b.example&utm_source=x")
    assert found
    assert str(parse_query(found.query_string).from_providers) == "a.example,b.example"
    assert str(parse_query(found.query_string).search) == '"machine learning"'
    assert found.query_string.endswith("&utm_source=x")
