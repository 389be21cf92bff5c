"""Load the settings from the environment and from `feeds.toml` beside the articles."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from feeds.model.errors import SettingsError
from feeds.settings.definitions import SETTINGS
from feeds.settings.published import keep_published
from feeds.settings.settings import Settings
from feeds.settings.settings_file import FileValue, find_settings_file, read_settings_file

_CONTENT = "FEEDS_CONTENT"
_OTHER_DEFAULT = "."
_SETTINGS = {setting.name: setting for setting in SETTINGS}


class LoadedSettings(msgspec.Struct, frozen=True):
    """Settings, and where each comes from.

    `environ` holds the environment's variables, and the values of the file under the names of their variables.
    `origins` says where a value comes from, by the name of the setting, unless the value is the default. `file` is the
    path of `feeds.toml`, if any.
    """

    settings: Settings
    environ: Mapping[str, str]
    origins: Mapping[str, str]
    file: Path | None = None

    def keep(self, published: Mapping[str, str]) -> tuple["LoadedSettings", dict[str, str]]:
        """Return the settings with published values for settings that are not set, and these values by name."""
        kept = keep_published(self.environ, published)
        environ = {**self.environ, **kept}
        # Another machine may have the files that these values name.
        settings = Settings.from_environ(environ, optional=kept)
        settings = msgspec.structs.replace(settings, content=self.settings.content)
        origins = {**self.origins, **dict.fromkeys(kept, "the last collect")}
        return LoadedSettings(settings, environ, origins, self.file), kept


def load_settings(environ: Mapping[str, str], *, folders: Sequence[Path] = ()) -> LoadedSettings:
    """Read every setting; a variable of the environment wins over `feeds.toml`.

    `folders` are the content folders, by default those of FEEDS_CONTENT, else the folder `seeds`, else the current one.

    Raises:
        SettingsError: lists every unknown name and every invalid value in the environment and in the file.
    """
    own = _choose_content(environ, folders)
    problems: list[str] = []
    file, values = None, dict[str, FileValue]()
    with _noting(problems):
        Settings.from_environ(own, is_partial=True)
    with _noting(problems):
        file = _find_file(own, folders)
        values = read_settings_file(file) if file else {}
    if problems:
        raise SettingsError("\n".join(problems))
    used = {name: value for name, value in values.items() if name not in own}
    merged = own | {name: value.text for name, value in used.items()}
    try:
        settings = Settings.from_environ(merged)
    except SettingsError as error:
        raise SettingsError("\n".join(_place(line, used, own) for line in str(error).splitlines())) from None
    if folders:
        settings = msgspec.structs.replace(settings, content=tuple(folders))
    return LoadedSettings(settings, merged, _find_origins(environ, used), file)


def _place(problem: str, used: Mapping[str, FileValue], environ: Mapping[str, str]) -> str:
    """Name the line and the settings of `feeds.toml` instead of variables that nobody has set."""
    name, _, sentence = problem.partition(": ")
    if name not in used:
        return problem
    for other in _SETTINGS.values():
        if other.file_key and other.name not in environ:
            sentence = sentence.replace(other.name, f"`{other.file_key}`")
    return f"{used[name].place}: `{_SETTINGS[name].file_key}`: {sentence}"


def _choose_content(environ: Mapping[str, str], folders: Sequence[Path]) -> dict[str, str]:
    """Return the environment with the content folders, unless they are the default."""
    if folders:
        return {**environ, _CONTENT: os.pathsep.join(map(str, folders))}
    if environ.get(_CONTENT, "").strip() or Path(_SETTINGS[_CONTENT].default).is_dir():
        return dict(environ)
    return {**environ, _CONTENT: _OTHER_DEFAULT}


@contextmanager
def _noting(problems: list[str]) -> Iterator[None]:
    """Add the problems of a SettingsError to the list."""
    try:
        yield
    except SettingsError as error:
        problems.append(str(error))


def _find_file(environ: Mapping[str, str], folders: Sequence[Path]) -> Path | None:
    try:
        content = folders or _SETTINGS[_CONTENT].read(environ)
        follow_links = _SETTINGS["FEEDS_FOLLOW_SYMLINKS"].read(environ)
    except SettingsError:
        return None  # these settings are reported already
    return find_settings_file(content, follow_links=follow_links)


def _find_origins(environ: Mapping[str, str], used: Mapping[str, FileValue]) -> dict[str, str]:
    variables = {name: setting.find_variable(environ) for name, setting in _SETTINGS.items()}
    origins = {name: f"the variable {variable}" for name, variable in variables.items() if variable}
    return origins | {name: value.place for name, value in used.items()}
