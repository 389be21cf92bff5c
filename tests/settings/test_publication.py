"""The settings that present the publication, and the files that they name."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.model.errors import SettingsError
from feeds.settings import Settings
from feeds.settings.loading import load_settings
from feeds.settings.publication import FooterLink, describe_expiry

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 8
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>'
ABOUT = "https://news.example/about"


def fail(**environ: str) -> str:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environ(environ)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("FEEDS_ACCENT", "teal", 'FEEDS_ACCENT: invalid value "teal"; expected a colour such as #0a5c7a: # and six'),
        ("FEEDS_ACCENT", "#12345g", "six digits from 0 to f."),
        ("FEEDS_LOGO", "logo.gif", "folder whose name ends in .png, .svg, .jpg, .jpeg or .webp."),
        ("FEEDS_LOGO", "../logo.png", "expected a file in the content folder, such as logo.svg."),
        ("FEEDS_LOGO", "/etc/logo.png", "expected a file in the content folder, such as logo.svg."),
        ("FEEDS_LOGO", "ftp://news.example/logo.png", "expected an absolute URL such as https://example.org/logo.png."),
        ("FEEDS_STYLESHEET", "https://news.example/a.css", "expected a file in the content folder"),
        ("FEEDS_STYLESHEET", "style.scss", "a file in the content folder whose name ends in .css."),
        ("FEEDS_FOOTER_LINKS", ABOUT, "expected links such as About us = https://example.org/about, each as name"),
        ("FEEDS_FOOTER_LINKS", f"About = {ABOUT} Contact", "expected links such as About us ="),
        ("FEEDS_FOOTER_LINKS", "About = /about", "expected links with absolute URLs such as"),
        ("FEEDS_FOOTER_LINKS", "About = javascript:alert(1)", "expected links with absolute URLs such as"),
        ("FEEDS_FOOTER_LINKS", f"{'x' * 61} = {ABOUT}", "expected names of at most 60 characters before each = sign."),
        ("FEEDS_FOOTER_LINKS", f"a = {ABOUT} " * 13, "expected at most 12 links."),
        ("FEEDS_IMPRINT", "imprint", "expected an absolute URL such as https://example.org/imprint."),
        ("FEEDS_SECURITY_CONTACT", "security@news.example", "expected URLs such as mailto:security@example.org or"),
        ("FEEDS_SECURITY_CONTACT", "http://news.example", "expected URLs such as mailto:security@example.org or"),
        ("FEEDS_SECURITY_EXPIRES", "next year", "expected a date such as 2027-06-30."),
        ("FEEDS_SECURITY_CONTACT", "tel:+49-1", "FEEDS_SECURITY_CONTACT: no date; set FEEDS_SECURITY_EXPIRES to a"),
        ("FEEDS_SECURITY_EXPIRES", "2027-06-30", "FEEDS_SECURITY_EXPIRES: no contact; set FEEDS_SECURITY_CONTACT such"),
    ],
)
def test_a_bad_value_is_one_sentence_that_says_what_to_do(name: str, value: str, message: str) -> None:
    text = fail(**{name: value})
    assert message in text
    assert len(text.splitlines()) == 1


def test_a_date_of_contact_has_four_digits_for_the_year() -> None:
    settings = Settings.from_environ({"FEEDS_SECURITY_CONTACT": "tel:+49-1", "FEEDS_SECURITY_EXPIRES": "0001-01-01"})
    assert settings.security_expires == "0001-01-01T00:00:00Z"
    assert "has passed" in describe_expiry(settings.security_expires, now=datetime(2026, 11, 26, tzinfo=UTC))


def test_footer_links_may_stand_on_one_line_or_on_several() -> None:
    links = (FooterLink("Über uns", ABOUT), FooterLink("A/B", f"{ABOUT}?a=b"), FooterLink("Mail", "mailto:a@b.example"))
    for separator in (" ", "\n", "\n\n  "):
        text = separator.join(map(str, links))
        settings = Settings.from_environ({"FEEDS_FOOTER_LINKS": text})
        assert settings.footer_links == links


@pytest.mark.parametrize(
    ("file", "body", "message"),
    [
        ("logo.png", None, "FEEDS_LOGO: logo.png is not in the content folder; add the file, or correct the name."),
        ("logo.png", SVG, "logo.png is not PNG; save the picture in the format of its name."),
        ("logo.jpeg", PNG, "logo.jpeg is not JPEG; save"),
        ("logo.webp", PNG, "logo.webp is not WEBP; save"),
        ("logo.png", PNG + b"0" * 262_144, "logo.png is larger than 256 KiB; use a smaller file."),
        ("logo.svg", PNG, "logo.svg is not well-formed SVG (line 1); export the drawing again as plain SVG."),
        ("logo.svg", b"<html/>", "logo.svg is not SVG; export"),
        ("logo.svg", b"<svg><script>alert(1)</script></svg>", "logo.svg has a <script> element; export"),
        ("logo.svg", b"<svg><g onclick='a()'/></svg>", "logo.svg has a script in an attribute; export"),
        ("logo.svg", b"<svg><a href=' java\nscript:a()'/></svg>", "logo.svg has a script in an attribute; export"),
        ("logo.svg", b"<svg><image href='https://t.example/1.png'/></svg>", "logo.svg loads other files; export"),
        (
            "logo.svg",
            b"<svg xmlns:h='http://www.w3.org/1999/xhtml'><h:meta/></svg>",
            "logo.svg contains HTML; export",
        ),
        ("logo.svg", b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg>&a;</svg>", "logo.svg declares entities; export"),
        ("logo.svg", b"<?xml-stylesheet href='a.xsl'?><svg/>", "logo.svg has a processing instruction (xml-style"),
    ],
)
def test_a_bad_logo_is_refused_with_its_path(tmp_path: Path, file: str, body: bytes | None, message: str) -> None:
    if body is not None:
        (tmp_path / file).write_bytes(body)
        message = message.replace(file, f"{tmp_path}/{file}", 1)
    text = fail(FEEDS_CONTENT=str(tmp_path), FEEDS_LOGO=file)
    assert text.removeprefix("FEEDS_LOGO: ").startswith(message.removeprefix("FEEDS_LOGO: "))
    assert len(text.splitlines()) == 1


def test_a_bad_stylesheet_or_link_is_refused(tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.mkdir()
    (content / "site.css").write_bytes(b"\xff")
    environ = {"FEEDS_CONTENT": str(content), "FEEDS_STYLESHEET": "site.css"}
    assert "is not UTF-8; save the stylesheet as UTF-8." in fail(**environ)
    (content / "site.css").write_bytes(b" " * 65_537)
    assert "is larger than 64 KiB; use a smaller file." in fail(**environ)
    (content / "site.css").unlink()
    (tmp_path / "secret.css").write_text("")
    (content / "site.css").symlink_to(tmp_path / "secret.css")
    assert "is a link out of the content folder; replace it with the file." in fail(**environ)
    assert Settings.from_environ({**environ, "FEEDS_FOLLOW_SYMLINKS": "yes"}).files.stylesheet
    (content / "site.css").unlink()
    (content / "site.css").mkdir()
    assert "is not a file; name a file in the content folder." in fail(**environ)


def test_a_problem_of_a_file_named_in_feeds_toml_names_the_line(tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text('title = "News"\nlogo = "logo.svg"\n')
    with pytest.raises(SettingsError) as caught:
        load_settings({"FEEDS_CONTENT": str(tmp_path)})
    assert str(caught.value).startswith(f"{tmp_path}/feeds.toml:2: `logo`: logo.svg is not in the content folder;")


def test_the_environment_and_feeds_toml_complete_each_other(tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text(
        'security_contact = "mailto:a@news.example"\nsecurity_expires = "2026-06-30"\n'
    )
    environ = {"FEEDS_CONTENT": str(tmp_path), "FEEDS_SECURITY_EXPIRES": "2027-06-30"}
    settings = load_settings(environ).settings
    assert settings.security_contacts == ("mailto:a@news.example",)
    assert settings.security_expires == "2027-06-30T00:00:00Z"
    (tmp_path / "feeds.toml").write_text('title = "News"\n')
    with pytest.raises(SettingsError, match=r"^FEEDS_SECURITY_EXPIRES: no contact; set FEEDS_SECURITY_CONTACT"):
        load_settings(environ)
    (tmp_path / "feeds.toml").write_text('security_contact = "mailto:a@news.example"\n')
    with pytest.raises(SettingsError, match=r"toml:1: `security_contact`: no date; set `security_expires` to a date"):
        load_settings({"FEEDS_CONTENT": str(tmp_path)})


def test_feeds_and_pages_name_the_logo(tmp_path: Path) -> None:
    (tmp_path / "Logo.SVG").write_bytes(SVG)
    environ = {"FEEDS_CONTENT": str(tmp_path), "FEEDS_LOGO": "Logo.SVG", "FEEDS_SITE_URL": "https://news.example"}
    settings = Settings.from_environ(environ)
    assert settings.site.logo == settings.site.icon
    assert settings.site.logo.startswith("https://news.example/static/logo.svg?v=")
    before = settings.settings_fingerprint
    (tmp_path / "Logo.SVG").write_bytes(SVG + b"\n")
    assert Settings.from_environ(environ).settings_fingerprint != before


def test_another_machine_may_lack_the_files_of_published_settings(tmp_path: Path) -> None:
    loaded = load_settings({"FEEDS_CONTENT": str(tmp_path)})
    kept, _ = loaded.keep({"FEEDS_LOGO": "logo.svg", "FEEDS_STYLESHEET": "site.css", "FEEDS_ACCENT": "#0a5c7a"})
    assert (kept.settings.logo, kept.settings.stylesheet, kept.settings.accent) == ("", "", "#0a5c7a")


@pytest.mark.parametrize(
    ("expires", "problem"),
    [
        ("2025-12-31T00:00:00Z", "has passed"),
        ("2026-01-20T00:00:00Z", "is near"),
        ("2026-07-01T00:00:00Z", ""),
        ("2027-06-30T00:00:00Z", "is more than a year ahead"),
        ("", ""),
    ],
)
def test_a_date_that_is_over_near_or_far_gets_a_warning(expires: str, problem: str) -> None:
    sentence = describe_expiry(expires, now=datetime(2026, 1, 1, tzinfo=UTC))
    assert (problem in sentence) if problem else not sentence
