"""The environment wins over `feeds.toml`, the file over what was published, and each value has an origin."""

from pathlib import Path

import pytest

from feeds.model.errors import SettingsError
from feeds.settings import Settings
from feeds.settings.loading import load_settings


@pytest.fixture(autouse=True)
def news(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder with settings, in the current folder."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "feeds.toml").write_text('title = "Harbour News"\nlimit = 20\n')
    return folder


def test_the_environment_wins_over_the_file() -> None:
    loaded = load_settings({"FEEDS_CONTENT": "news", "FEEDS_LIMIT": "30"})
    assert (loaded.settings.site_title, loaded.settings.limit) == ("Harbour News", 30)
    assert loaded.origins == {
        "FEEDS_CONTENT": "the variable FEEDS_CONTENT",
        "FEEDS_LIMIT": "the variable FEEDS_LIMIT",
        "FEEDS_SITE_TITLE": "news/feeds.toml:1",
    }


def test_an_empty_variable_gives_the_default_value() -> None:
    assert load_settings({"FEEDS_CONTENT": "news", "FEEDS_LIMIT": ""}).settings.limit == 50


def test_named_folders_replace_those_of_the_environment() -> None:
    loaded = load_settings({"FEEDS_CONTENT": "nowhere"}, folders=[Path("news")])
    assert (loaded.settings.content, loaded.settings.limit) == ((Path("news"),), 20)


def test_the_default_folder_is_seeds_or_the_current_folder(tmp_path: Path) -> None:
    assert load_settings({}).settings.content == (Path(),)
    (tmp_path / "feeds.toml").write_text('language = "de"\n')
    assert load_settings({}).origins == {"FEEDS_LANGUAGE": "feeds.toml:1"}
    (tmp_path / "seeds").mkdir()
    loaded = load_settings({"FEEDS_CONTENT": " "})
    assert (loaded.settings.content, loaded.settings.language) == ((Path("seeds"),), "en")


def test_a_missing_folder_has_no_settings() -> None:
    assert load_settings({"FEEDS_CONTENT": "nowhere"}).settings == Settings.from_environ({"FEEDS_CONTENT": "nowhere"})


def test_the_file_makes_the_same_feeds_as_the_environment() -> None:
    environ = {"FEEDS_SITE_TITLE": "Harbour News", "FEEDS_LIMIT": "20"}
    assert load_settings({"FEEDS_CONTENT": "news"}).settings.shown == Settings.from_environ(environ).shown


def test_a_value_in_the_file_counts_as_set(news: Path) -> None:
    (news / "feeds.toml").write_text('title = ""\nlimit = 50\n')
    published = {"FEEDS_SITE_TITLE": "Old News", "FEEDS_LIMIT": "10", "FEEDS_LANGUAGE": "de"}
    loaded, kept = load_settings({"FEEDS_CONTENT": "news"}).keep(published)
    assert kept == {"FEEDS_LANGUAGE": "de"}
    settings = loaded.settings
    assert (settings.site_title, settings.limit, settings.language) == ("Topic Feeds", 50, "de")
    assert loaded.origins["FEEDS_LANGUAGE"] == "the last collect"


def test_problems_of_both_are_reported_at_once(news: Path) -> None:
    (news / "feeds.toml").write_text("limit = 0\n")
    with pytest.raises(SettingsError) as caught:
        load_settings({"FEEDS_CONTENT": "news", "FEEDS_LIMIT": "many", "FEEDS_MAX_AGES": "1"})
    variable, value, line = str(caught.value).splitlines()
    assert "FEEDS_MAX_AGES" in variable
    assert '"many"' in value
    assert line.startswith("news/feeds.toml:1: `limit`")


def test_the_platform_is_the_origin_of_its_url() -> None:
    assert load_settings({"FLY_APP_NAME": "news"}).origins == {"FEEDS_SITE_URL": "the variable FLY_APP_NAME"}
