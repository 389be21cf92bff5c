"""Read the logo and the additional stylesheet of a site, which lie beside the articles."""

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.parsers import expat  # the handlers refuse every declaration, so no entity is ever expanded

import msgspec

from feeds.model.entry import fingerprint
from feeds.model.text import escape_controls
from feeds.settings.publication import LOGO_TYPES

MAX_LOGO_BYTES = 256 * 1024
MAX_STYLESHEET_BYTES = 64 * 1024

_SIGNATURES = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
}
_ACTIVE_ELEMENTS = frozenset({"script", "foreignobject", "iframe", "object", "embed", "handler", "listener"})
_LINKS = frozenset({"href", "src"})
_XHTML = "http://www.w3.org/1999/xhtml"
"""The namespace of HTML in XML: such elements can lead to other pages, and ask for passwords."""


class SiteFile(msgspec.Struct, frozen=True):
    """A file of the publisher that pages show. `version` changes with the bytes."""

    body: bytes
    media_type: str
    version: str


class SiteFiles(msgspec.Struct, frozen=True):
    """The logo and the additional stylesheet, each None if there is none."""

    logo: SiteFile | None = None
    stylesheet: SiteFile | None = None


NO_FILES = SiteFiles()


def read_site_files(
    values: Mapping[str, Any], problems: list[str], *, optional: Collection[str] = ()
) -> dict[str, Any]:
    """Return settings by field, with the files that they name; add a sentence to `problems` for each bad file.

    Settings whose variables are `optional` lose a name without a good file.
    """
    files: dict[str, SiteFile] = {}
    dropped: dict[str, str] = {}
    for variable, field, limit in (
        ("FEEDS_LOGO", "logo", MAX_LOGO_BYTES),
        ("FEEDS_STYLESHEET", "stylesheet", MAX_STYLESHEET_BYTES),
    ):
        name = values[field]
        if not name or "://" in name:
            continue
        try:
            files[field] = _read(name, values["content"], follow_links=values["follow_links"], limit=limit)
        except ValueError as error:
            if variable in optional:
                dropped[field] = ""
            else:
                problems.append(f"{variable}: {error}")
    return {**values, **dropped, "files": SiteFiles(**files)}


def _read(name: str, folders: Sequence[Path], *, follow_links: bool, limit: int) -> SiteFile:
    """Read a file of a content folder. Raises ValueError with a sentence."""
    path = next((folder / name for folder in folders if os.path.lexists(folder / name)), None)
    if path is None:
        raise ValueError(f"{escape_controls(name)} is not in the content folder; add the file, or correct the name.")
    shown = escape_controls(str(path))
    if not path.is_file():
        raise ValueError(f"{shown} is not a file; name a file in the content folder.")
    if not follow_links and not any(path.resolve().is_relative_to(folder.resolve()) for folder in folders):
        raise ValueError(f"{shown} is a link out of the content folder; replace it with the file.")
    try:
        with path.open("rb") as file:
            body = file.read(limit + 1)
    except OSError as error:
        raise ValueError(f"cannot read {shown} ({error.strerror}); make the file readable.") from None
    if len(body) > limit:
        raise ValueError(f"{shown} is larger than {limit // 1024} KiB; use a smaller file.")
    media_type = LOGO_TYPES.get(path.suffix.lower(), "text/css; charset=utf-8")
    problem = next(_find_problems(body, media_type), "")
    if problem:
        raise ValueError(f"{shown} {problem}")
    return SiteFile(body, media_type, fingerprint(body)[:12])


def _find_problems(body: bytes, media_type: str) -> Iterator[str]:
    if media_type in _SIGNATURES and not _SIGNATURES[media_type].match(body):
        yield f"is not {media_type.partition('/')[2].upper()}; save the picture in the format of its name."
    if media_type == LOGO_TYPES[".svg"] and (problem := _find_svg_problem(body)):
        yield f"{problem}; export the drawing again as plain SVG."
    if media_type.startswith("text/css"):
        try:
            body.decode()
        except UnicodeDecodeError:
            yield "is not UTF-8; save the stylesheet as UTF-8."


def _find_svg_problem(body: bytes) -> str:
    """Return why a drawing is not safe to serve; empty if it is.

    In an `img` no code of a drawing runs, but anybody can open its URL, on a static host without our headers too.
    """
    problems: list[str] = []
    root: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2].lower()
        root.append(local)
        if local in _ACTIVE_ELEMENTS:
            problems.append(f"has a <{local}> element")
        found = (_find_attribute_problem(local, *each) for each in attributes.items())
        problems.extend(problem for problem in found if problem)

    def refuse(*_: object) -> None:
        problems.append("declares entities")

    def refuse_instruction(target: str, _data: str) -> None:
        problems.append(f"has a processing instruction ({escape_controls(target[:20])})")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EntityDeclHandler = refuse
    parser.ProcessingInstructionHandler = refuse_instruction
    try:
        parser.Parse(body, True)  # noqa: FBT003 a function of C without names
    except expat.ExpatError as error:
        return f"is not well-formed SVG (line {error.lineno})"
    if root[0] != "svg":
        return "is not SVG"
    return problems[0] if problems else ""


def _find_attribute_problem(element: str, attribute: str, value: str) -> str:
    """Return why an attribute of an element, in lower case and without a prefix, is not safe; empty if it is."""
    key, link = attribute.rpartition(":")[2].lower(), re.sub(r"[\x00-\x20]", "", value).lower()
    if attribute.startswith("xmlns") and link == _XHTML:
        return "contains HTML"
    if key.startswith("on") or "javascript:" in link:
        return "has a script in an attribute"
    is_inner = link.startswith(("#", "data:image/png", "data:image/jpeg", "data:image/webp"))
    return "loads other files" if element != "a" and key in _LINKS and not is_inner else ""
