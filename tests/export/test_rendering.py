"""An export holds the files of the publication."""

from pathlib import Path

from feeds.export.rendering import RenderPlan, name_file, render_all
from feeds.site.walk import list_static_addresses
from tests.support.app import NOW, collected, make_settings
from tests.support.articles import write_article

FILES = {"static/logo.svg", "static/site.css", ".well-known/security.txt"}


def test_an_export_has_the_logo_the_stylesheet_and_the_contact(tmp_path: Path) -> None:
    write_article(tmp_path, "one")
    (tmp_path / "mark.svg").write_text("<svg/>")
    settings = make_settings(
        FEEDS_CONTENT=str(tmp_path),
        FEEDS_LOGO="mark.svg",
        FEEDS_ACCENT="#0a5c7a",
        FEEDS_SECURITY_CONTACT="mailto:security@news.example",
        FEEDS_SECURITY_EXPIRES="2026-06-30",
    )
    with collected(tmp_path, tmp_path / "catalog.sqlite3") as catalog, catalog.reading() as reader:
        addresses = [
            address
            for address in list_static_addresses(reader, settings=settings, now=NOW)
            if name_file(address) in FILES
        ]
        plan = RenderPlan(settings=settings, now=NOW, compress=False)
        bodies = {name: body for files in render_all(addresses, plan, reader) for name, body in files.bodies.items()}
    assert bodies.keys() == FILES
    assert bodies["static/logo.svg"] == b"<svg/>"
    assert b"Contact: mailto:security@news.example\n" in bodies[".well-known/security.txt"]
