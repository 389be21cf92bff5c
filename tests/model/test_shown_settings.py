"""Changed settings are found by name."""

from feeds.model.shown_settings import ShownSettings


def test_changes_have_both_values() -> None:
    before = {"FEEDS_LIMIT": "10", "FEEDS_SITE_ID": "x", "FEEDS_LANGUAGE": "de"}
    now = ShownSettings("", {"FEEDS_SITE_TITLE": "News", "FEEDS_LANGUAGE": "de", "FEEDS_LIMIT": "20"})
    assert now.compare(before) == {
        "FEEDS_LIMIT": ("10", "20"),
        "FEEDS_SITE_ID": ("x", ""),
        "FEEDS_SITE_TITLE": ("", "News"),
    }
