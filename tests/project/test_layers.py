"""Imports point one way, one package imports each large library, and tests mirror the packages."""

import ast
import importlib
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import msgspec
import pytest

PACKAGE = Path(__file__).parents[2] / "feeds"
TESTS = Path(__file__).parents[1]
# Folders of tests that mirror no package, each with what it tests.
FOLDERS_WITHOUT_PACKAGE = {
    "acceptance": "the whole program, as publishers and subscribers run it",
    "browser": "the pages in Chromium",
    "fuzz": "random input, guided by coverage",
    "project": "the checkout: documentation, dependencies and layers",
}

# The imports between packages and modules at the top; each imports only earlier lines.
ARROWS = {
    "__init__": set[str](),
    "model": set(),
    "settings": {"model"},
    "articles": {"model"},
    "catalog": {"model"},
    "renderers": {"model"},
    "collector": {"articles", "catalog", "model", "renderers"},
    "statistics": {"catalog", "model"},
    "site": {"catalog", "model", "renderers", "settings", "statistics"},
    "web": {"catalog", "model", "settings", "site", "statistics"},
    "export": {"catalog", "model", "settings", "site"},
    "notify": {"catalog", "model", "settings", "site"},
    "audit": {"model"},
    "migrate": {"articles", "audit", "collector", "model", "renderers", "site"},
    "compare": {"articles", "catalog", "collector", "model", "renderers", "settings", "site"},
    "cli": {
        *{"articles", "audit", "catalog", "collector", "compare", "export", "migrate", "model", "notify", "settings"},
        "site",
        "statistics",
    },
    "gunicorn_conf": {"catalog", "cli", "model", "settings", "web"},
    "wsgi": {"catalog", "model", "settings", "web"},
    "__main__": {"cli"},
}
LIBRARIES = (
    "babel",
    "click",
    "feedgen",
    "feedparser",
    "flask",
    "gevent",
    "jinja2",
    "nh3",
    "prometheus_client",
    "pyromark",
    "rapidfuzz",
    "segno",
    "selectolax",
    "Stemmer",
    "sqlalchemy",
    "watchfiles",
    "yaml",
)
# The catalog's tables and rows, and its index: other packages use typed values.
TABLES = (
    "feeds.catalog.kept_tables",
    "feeds.catalog.rows",
    "feeds.catalog.schema",
    "feeds.catalog.search_index",
)
# Importing one of these starts something.
ENTRY_POINTS = ("__main__", "gunicorn_conf", "wsgi")

MODULES = sorted(PACKAGE.rglob("*.py"))


def name_package(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def name_module(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes())


def list_imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")
            yield from (f"{node.module}.{alias.name}" for alias in node.names if node.module == "feeds")


def build_graph() -> dict[str, set[str]]:
    """Map each package to the packages it imports."""
    graph: dict[str, set[str]] = {name_package(path): set() for path in MODULES}
    for path in MODULES:
        imported = {name.split(".")[1] for name in list_imports(parse(path)) if name.startswith("feeds.")}
        graph[name_package(path)] |= (imported & graph.keys()) - {name_package(path)}
    return graph


def test_packages_import_only_what_the_arrows_say() -> None:
    assert build_graph() == ARROWS


def test_arrows_point_one_way() -> None:
    earlier: set[str] = set()
    for name, imported in ARROWS.items():
        assert imported <= earlier, name
        earlier.add(name)


def test_packages_import_each_other_without_a_cycle() -> None:
    assert list(TopologicalSorter(build_graph()).static_order())


def test_imports_are_absolute_and_at_the_top_of_the_module() -> None:
    found = []
    for path in MODULES:
        tree = parse(path)
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        inner = [name for function in functions for name in list_imports(function)]
        relative = [name for name in list_imports(tree) if name.startswith(".")]
        found += [f"{name_module(path)} imports {name}" for name in (*inner, *relative)]
    assert found == []


def test_only_one_package_imports_a_library() -> None:
    users: dict[str, set[str]] = {library: set() for library in LIBRARIES}
    for path in MODULES:
        for library in {name.split(".")[0] for name in list_imports(parse(path))} & users.keys():
            users[library].add(name_package(path))
    assert {library: packages for library, packages in users.items() if len(packages) > 1} == {}


def test_only_the_catalog_knows_its_tables() -> None:
    tables = tuple(f"{table}." for table in TABLES)
    found = []
    for path in MODULES:
        nodes = [node for node in ast.walk(parse(path)) if isinstance(node, ast.ImportFrom)]
        names = {f"{node.module}.{alias.name}" for node in nodes for alias in node.names}
        names.update(list_imports(parse(path)))
        if name_package(path) != "catalog":
            found += [f"{name_module(path)} imports {name}" for name in names if f"{name}.".startswith(tables)]
    assert found == []


def test_data_is_frozen() -> None:
    found = []
    for path in MODULES:
        if path.stem not in ENTRY_POINTS:
            values = vars(importlib.import_module(name_module(path))).values()
            records = [value for value in values if isinstance(value, type) and issubclass(value, msgspec.Struct)]
            found += [each for each in records if not each.__struct_config__.frozen and each is not msgspec.Struct]
    assert found == []


def list_packages() -> list[str]:
    """List the packages of feeds as paths below it, such as `site/pages`."""
    return [str(path.parent.relative_to(PACKAGE)) for path in MODULES if path.name == "__init__.py"][1:]


def test_tests_do_not_import_benchmarks() -> None:
    imported = {path: list_imports(ast.parse(path.read_bytes())) for path in TESTS.rglob("*.py")}
    assert [path for path, names in imported.items() if any(name.startswith("benchmarks") for name in names)] == []


@pytest.mark.parametrize("package", list_packages())
def test_every_package_has_a_folder_of_tests(package: str) -> None:
    assert list((TESTS / package).glob("test_*.py"))


@pytest.mark.parametrize("package", list_packages())
def test_test_modules_are_named_after_modules(package: str) -> None:
    """Allow `test_MODULE.py` and `test_MODULE_ASPECT.py`, where MODULE may also be the package."""
    names = {Path(package).name, *(path.stem for path in (PACKAGE / package).glob("*.py"))}
    tested = {path.stem.removeprefix("test_") for path in (TESTS / package).glob("test_*.py")}
    assert [each for each in tested if not any(f"{each}_".startswith(f"{name}_") for name in names)] == []


def test_every_folder_of_tests_has_its_package() -> None:
    folders = {str(path.parent.relative_to(TESTS)) for path in TESTS.rglob("test_*.py")}
    assert folders - set(list_packages()) == FOLDERS_WITHOUT_PACKAGE.keys()
