"""`feeds.toml` gives settings that feeds show, and each problem names path, line and what to do."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.errors import SettingsError
from feeds.settings import SETTINGS
from feeds.settings.settings_file import check_settings_text, find_settings_file, read_settings_file

COMPLETE = """\
title = "Harbour News"
description = "What moves in the harbour."
language = "pt-BR"
id = "harbour"
related = "links"
link = "amp"
articles_url = "https://blog.example/base"
logo = "logo.svg"
accent = "#0A5C7A"
stylesheet = "site.css"
footer_links = '''
About us = https://harbour.example/about
Contact = mailto:desk@harbour.example
'''
imprint = "https://harbour.example/imprint"
security_contact = "mailto:security@harbour.example"
security_expires = "2027-06-30"
limit = 20
max_age = 60
tombstones = true
"""


def write(folder: Path, text: str | bytes) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "feeds.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def fail(text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        check_settings_text(text, "news/feeds.toml")
    return str(caught.value)


def test_every_setting_of_the_file_is_read(tmp_path: Path) -> None:
    values = read_settings_file(write(tmp_path, f"\ufeff# Comment\r\n{COMPLETE}"))
    assert {name: value.text for name, value in values.items()} == {
        "FEEDS_SITE_TITLE": "Harbour News",
        "FEEDS_SITE_DESCRIPTION": "What moves in the harbour.",
        "FEEDS_LANGUAGE": "pt-BR",
        "FEEDS_SITE_ID": "harbour",
        "FEEDS_RELATED": "links",
        "FEEDS_LINK": "amp",
        "FEEDS_ARTICLES_URL": "https://blog.example/base",
        "FEEDS_LOGO": "logo.svg",
        "FEEDS_ACCENT": "#0A5C7A",
        "FEEDS_STYLESHEET": "site.css",
        "FEEDS_FOOTER_LINKS": "About us = https://harbour.example/about\nContact = mailto:desk@harbour.example\n",
        "FEEDS_IMPRINT": "https://harbour.example/imprint",
        "FEEDS_SECURITY_CONTACT": "mailto:security@harbour.example",
        "FEEDS_SECURITY_EXPIRES": "2027-06-30",
        "FEEDS_LIMIT": "20",
        "FEEDS_MAX_AGE": "60",
        "FEEDS_TOMBSTONES": "True",
    }
    assert values["FEEDS_LIMIT"].place == f"{tmp_path}/feeds.toml:19"
    assert values.keys() == {setting.name for setting in SETTINGS if setting.file_key}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('tilte = "News"', "news/feeds.toml:1: unknown setting `tilte`; did you mean `title`?"),
        ('\nsite_title = "News"', "news/feeds.toml:2: unknown setting `site_title`; did you mean `title`?"),
        ("FEEDS_LIMIT = 3", "news/feeds.toml:1: unknown setting `FEEDS_LIMIT`; did you mean `limit`?"),
        (
            "colour = 3",
            "news/feeds.toml:1: unknown setting `colour`; the file can have title, description, id, language",
        ),
        ("[site]\nlimit = 3", "news/feeds.toml:1: unknown setting `site`; "),
        ('"a\\u001b" = 1', r"unknown setting `a\x1b`"),
        ("title = 3", 'news/feeds.toml:1: `title` must be a text in quotes, such as title = "…".'),
        ('limit = "20"', "news/feeds.toml:1: `limit` must be a whole number without quotes."),
        ('tombstones = "yes"', "news/feeds.toml:1: `tombstones` must be true or false without quotes."),
        ("limit = true", "news/feeds.toml:1: `limit` must be a whole number without quotes."),
        ("limit = 500", 'news/feeds.toml:1: `limit`: invalid value "500"; expected a whole number from 1 to 200.'),
        ('related = "link"', "did you mean links?"),
        ('\n\ntitle = "News', "news/feeds.toml:3:14: invalid TOML (Illegal character"),
        ("title News", "news/feeds.toml:1:7: invalid TOML (Expected '=' after a key in a key/value pair); write each"),
        ("title = '''", "news/feeds.toml:1: invalid TOML ("),
        (f"limit = {'9' * 5000}", "news/feeds.toml:1: invalid TOML ("),
        (f"limit = {'[' * 20_000}", "news/feeds.toml:1: invalid TOML (a value is too long); "),
    ],
)
def test_a_problem_names_the_line_and_what_to_do(text: str, message: str) -> None:
    assert message in fail(f"{text}\n")


@pytest.mark.parametrize(
    ("key", "variable"),
    [
        ("hubs", "FEEDS_HUBS"),
        ("FEEDS_HUBS", "FEEDS_HUBS"),
        ("database", "DATABASE_URL"),
        ("database_url", "DATABASE_URL"),
        ("follow_symlinks", "FEEDS_FOLLOW_SYMLINKS"),
        ("site_url", "FEEDS_SITE_URL"),
        ("content", "FEEDS_CONTENT"),
        ("port", "PORT"),
    ],
)
def test_the_operators_settings_come_from_the_environment_only(key: str, variable: str) -> None:
    message = f"news/feeds.toml:2: `{key}` is not a setting of this file; set {variable} in the environment."
    assert fail(f'title = "News"\n{key} = "x"\n') == message


def test_no_setting_of_the_operator_can_stand_in_the_file() -> None:
    for setting in SETTINGS:
        if not setting.file_key:
            for key in (setting.name, setting.field):
                assert f"set {setting.name} in the environment" in fail(f'{key} = "x"')


def test_all_problems_are_reported_at_once() -> None:
    assert len(fail('tilte = "x"\nlimit = 0\nhubs = []\n').splitlines()) == 3


def test_a_hostile_file_costs_no_time_and_few_lines() -> None:
    lines = fail("\n".join([" " * 30_000, *(f"x{number} = 1" for number in range(3_000))])).splitlines()
    assert lines[0].startswith("news/feeds.toml:2: unknown setting `x0`; ")
    assert lines[20:] == ["news/feeds.toml: there are more problems; fix these first."]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'title = "\xff"', ":1: invalid UTF-8; save the file as UTF-8."),
        (b"#" * 9_000, " is longer than 8 KiB; keep only settings in it."),
    ],
)
def test_an_unreadable_file_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    path = write(tmp_path, data)
    with pytest.raises(SettingsError) as caught:
        read_settings_file(path)
    assert str(caught.value) == f"{path}{message}"


def test_what_is_not_a_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "feeds.toml")
    with pytest.raises(SettingsError, match="is not a file; remove it"):
        read_settings_file(tmp_path / "feeds.toml")
    with pytest.raises(SettingsError, match=r"Cannot read .* \(No such file"):
        read_settings_file(tmp_path / "nowhere.toml")


def test_only_one_folder_may_have_the_file(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    path = write(two, "")
    one.mkdir()
    assert find_settings_file([one], follow_links=False) is None
    assert find_settings_file([one, two, two], follow_links=False) == path
    write(one, "")
    with pytest.raises(SettingsError, match="only one content folder may have settings"):
        find_settings_file([one, two], follow_links=False)


def test_a_link_out_of_the_folder_is_refused_like_an_article(tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    target = tmp_path / "elsewhere.toml"
    target.write_text(COMPLETE)
    (folder / "feeds.toml").symlink_to(target)
    with pytest.raises(SettingsError, match="is a link out of the content folder"):
        find_settings_file([folder], follow_links=False)
    assert find_settings_file([folder], follow_links=True) == folder / "feeds.toml"


@given(st.text())
def test_any_text_is_accepted_or_refused_with_a_message(text: str) -> None:
    try:
        check_settings_text(text, "feeds.toml")
    except SettingsError as error:
        assert str(error).startswith("feeds.toml:")  # noqa: PT017 it is not always raised
