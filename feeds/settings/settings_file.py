"""Read `feeds.toml`, the file of settings beside the articles."""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from feeds.model.errors import SettingsError
from feeds.model.shown_settings import SETTINGS_FILE
from feeds.model.text import escape_controls
from feeds.settings.definitions import PREFIX, SETTINGS
from feeds.settings.setting import Setting

_MAX_BYTES = 8 * 1024  # the library takes a minute for 64 KiB of dots in a key
_MAX_PROBLEMS = 20
_IN_FILE = {setting.file_key: setting for setting in SETTINGS if setting.file_key}
# The settings that only the environment may give, by their names in lower case.
_IN_ENVIRONMENT = {
    name: setting.name
    for setting in SETTINGS
    if not setting.file_key
    for name in (setting.name.lower(), setting.name.lower().removeprefix(PREFIX.lower()), setting.field)
}
_MORE = "there are more problems; fix these first."
_POSITION = re.compile(r" \(at line (\d+), column (\d+)\)$")


class FileValue(msgspec.Struct, frozen=True):
    """The value of a setting as a person types it in the environment, and its place such as `news/feeds.toml:3`."""

    text: str
    place: str


def find_settings_file(folders: Sequence[Path], *, follow_links: bool) -> Path | None:
    """Return the `feeds.toml` in one of the content folders, if any.

    Raises:
        SettingsError: two folders have a file, or the file is a link out of its folder without `follow_links`.
    """
    found = [file for folder in dict.fromkeys(folders) if os.path.lexists(file := folder / SETTINGS_FILE)]
    if len(found) > 1:
        names = " and ".join(map(_name_file, found[:2]))
        raise SettingsError(f"{names}: only one content folder may have settings; keep one of the files.")
    if found and not follow_links and not found[0].resolve().is_relative_to(found[0].parent.resolve()):
        raise SettingsError(
            f"{_name_file(found[0])} is a link out of the content folder; replace it with the file, or set"
            " FEEDS_FOLLOW_SYMLINKS=yes."
        )
    return found[0] if found else None


def read_settings_file(path: Path) -> dict[str, FileValue]:
    """Return the values in a file, by the names of the settings' variables.

    Raises:
        SettingsError: lists every problem of the file, each with path and line.
    """
    text = _read_text(path)
    return check_settings_text(text, _name_file(path))


def check_settings_text(text: str, name: str) -> dict[str, FileValue]:
    """Return the values in the text of a file called `name`, by the names of the settings' variables.

    Raises:
        SettingsError: lists every problem of the file, each with path and line, up to `_MAX_PROBLEMS`.
    """
    table = _parse(text, name)
    found = (problem for key, value in table.items() for problem in _check(key, value, text=text, name=name))
    problems = list(islice(found, _MAX_PROBLEMS))
    if problems:
        raise SettingsError("\n".join([*problems, *[f"{name}: {_MORE}" for _ in islice(found, 1)]]))
    places = {key: _find_place(key, text, name=name) for key in table}
    return {_IN_FILE[key].name: FileValue(str(value), places[key]) for key, value in table.items()}


def _name_file(path: Path) -> str:
    return escape_controls(str(path))


def _read_text(path: Path) -> str:
    name = _name_file(path)
    if path.exists() and not path.is_file():
        raise SettingsError(f"{name} is not a file; remove it.")
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"Cannot read {name} ({error.strerror}); repair or remove the file.") from None
    if len(data) > _MAX_BYTES:
        raise SettingsError(f"{name} is longer than {_MAX_BYTES // 1024} KiB; keep only settings in it.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{name}:{line}: invalid UTF-8; save the file as UTF-8.") from None


def _parse(text: str, name: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
    except (RecursionError, ValueError):  # from too many brackets, and from too many digits
        message = "a value is too long"
    position = _POSITION.search(message)
    line = f"{position[1]}:{position[2]}" if position else str(len(text.splitlines()) or 1)
    reason = escape_controls(_POSITION.sub("", message).removesuffix(" (at end of document)"))
    advice = "write each setting as `name = value`, and texts in quotes"
    raise SettingsError(f"{name}:{line}: invalid TOML ({reason}); {advice}.")


def _find_place(key: str, text: str, *, name: str) -> str:
    # Without backtracking: a line may have thousands of blanks.
    found = re.search(rf"(?m)^[ \t]*+(?:\[++[ \t]*+)?[\"']?{re.escape(key)}[\"']?[ \t]*+[=.\]]", text)
    line = text.count("\n", 0, found.start()) + 1 if found else 1
    return f"{name}:{line}"


def _check(key: str, value: object, *, text: str, name: str) -> Iterator[str]:
    """Give the problems of a setting."""
    setting = _IN_FILE.get(key)
    place = _find_place(key, text, name=name)
    if setting is None:
        yield f"{place}: {_explain_unknown(key)}"
    elif setting.is_flag and not isinstance(value, bool):
        yield f"{place}: `{key}` must be true or false without quotes."
    elif setting.is_number and (not isinstance(value, int) or isinstance(value, bool)):
        yield f"{place}: `{key}` must be a whole number without quotes."
    elif not (setting.is_number or setting.is_flag) and not isinstance(value, str):
        yield f'{place}: `{key}` must be a text in quotes, such as {key} = "…".'
    else:
        yield from _check_value(setting, str(value), place=place)


def _check_value(setting: Setting, text: str, *, place: str) -> Iterator[str]:
    try:
        setting.read({setting.name: text})
    except SettingsError as error:
        yield f"{place}: `{setting.file_key}`{str(error).removeprefix(setting.name)}"


def _explain_unknown(key: str) -> str:
    shown = escape_controls(key[:60])
    other_names = {setting.name.lower(): file_key for file_key, setting in _IN_FILE.items()}
    other_names |= {setting.field: file_key for file_key, setting in _IN_FILE.items()} | {key: key for key in _IN_FILE}
    known = [*other_names, *_IN_ENVIRONMENT]
    close = next(iter(get_close_matches(key.lower(), known, n=1)), "")
    if close in _IN_ENVIRONMENT:
        return f"`{shown}` is not a setting of this file; set {_IN_ENVIRONMENT[close]} in the environment."
    if close:
        return f"unknown setting `{shown}`; did you mean `{other_names[close]}`?"
    return f"unknown setting `{shown}`; the file can have {', '.join(_IN_FILE)}."
