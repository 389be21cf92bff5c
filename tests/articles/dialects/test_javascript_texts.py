"""Texts in scripts, also in scripts that are made to be slow to read."""

import pytest

from feeds.articles.dialects.javascript_texts import find_text, strip_comments


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ('{\n\n  site: "https://a.example" }', "https://a.example"),
        ('// site: "x"\n\n\t// site: "y"\n({ site: "z" })', "z"),
        ('/* site: "x", */ export default { site: "z" }', "z"),
        ('/** { site: "x" } **/\nsite = "z"', "z"),
        ('{ glob: "/*.md",\n  // site: "x"\n  site: "z" }', "z"),
    ],
)
def test_texts_are_found_beside_comments(script: str, text: str) -> None:
    assert find_text(strip_comments(script), "site") == text


@pytest.mark.parametrize("part", ["/* ", "/*/", "/**", "\n", " \n", "{\n", "//\n", "site\n", ",site:`"])
def test_repetition_needs_little_time(part: str) -> None:
    """With a pattern of quadratic time, each script needs minutes."""
    script = part * (300_000 // len(part))
    assert not find_text(strip_comments(script), "url")
    assert find_text(strip_comments(f'{script}*/"`\n;url:"z"'), "url") == "z"
