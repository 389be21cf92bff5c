"""Install the locked packages into an environment, without a network and within a moment."""

from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

from tests.support.paths import ROOT


def link_locked_packages(environment: Path) -> None:
    """Link the packages of `requirements.txt` from the running environment into another, and write their commands."""
    (packages,) = environment.glob("lib/python*/site-packages")
    for locked in list_locked():
        for name in {path.parts[0] for path in locked.files or ()} - {"..", "__pycache__"}:
            if not (packages / name).exists():  # packages may share a namespace
                (packages / name).symlink_to(str(locked.locate_file(name)))
        for command in locked.entry_points.select(group="console_scripts"):
            script = environment / "bin" / command.name
            script.write_text(
                f"#!{environment}/bin/python\nimport {command.module}\n{command.module}.{command.attr}()\n"
            )
            script.chmod(0o755)


def list_locked() -> Iterator[Distribution]:
    """Yield the packages that the lock requires on this machine, in the locked versions."""
    pins = [line.removesuffix("\\") for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line]
    for requirement in map(Requirement, pins):
        if requirement.marker is None or requirement.marker.evaluate():
            locked = distribution(requirement.name)
            assert locked.version in requirement.specifier
            yield locked
