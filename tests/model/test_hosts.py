"""Host names in any script are recognised, and become ASCII."""

import pytest

from feeds.model.hosts import encode_host, is_domain, is_host, is_standard_host, normalize_domain


@pytest.mark.parametrize(
    ("host", "encoded"),
    [
        ("News.example", "News.example"),
        ("MÖWEN.example", "xn--mwen-5qa.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("हिन्दी.example", "xn--j2bd4cyah0f.example"),
        ("\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.example", "xn--mgba3gch31f060k.example"),
        ("a_ü.example", "xn--a_-yka.example"),
        ("💩.example", "xn--ls8h.example"),
        ("ü..example", "xn--tda..example"),
    ],
)
def test_hosts_become_ascii(host: str, encoded: str) -> None:
    assert encode_host(host) == encoded


def test_hosts_that_idna_forbids_are_told_apart() -> None:
    assert all(map(is_standard_host, ["a_b.example", "möwen.example", "हिन्दी.example"]))
    assert not any(map(is_standard_host, ["a_ü.example", "💩.example", "ü..example", f"{'ü' * 64}.example"]))
    assert all(map(is_host, ["a_ü.example", "💩.example", "🏳️\u200d🌈.example"]))
    assert not any(map(is_host, ["„ü“.example", "a℀.example", "a\uff0fü.example", "\ufe0f", "\u3164."]))


def test_a_domain_is_printable_and_in_lower_case() -> None:
    assert normalize_domain("MÖWEN.example") == "möwen.example"
    assert normalize_domain("\u2603\ufe0f.example") == "xn--n3h.example"
    assert normalize_domain("\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.example") == "xn--mgba3gch31f060k.example"


@pytest.mark.parametrize("text", ["example.org", "localhost", "a-b.example", "münchen.example", "हिन्दी.example"])
def test_a_domain_is_names_and_dots(text: str) -> None:
    assert is_domain(text)


@pytest.mark.parametrize("text", ["", "https://example.org", "a b", "example.org/", "a..b", ".a", "a.", "a:80", "„a“"])
def test_a_domain_is_nothing_else(text: str) -> None:
    assert not is_domain(text)
