"""The layers of the package point one way, and each large library lives in one place."""

import ast
import importlib
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import msgspec
import pytest

PACKAGE = Path(__file__).parents[2] / "feeds"

# A room is a module, or a folder of them. It may import rooms of the lines above its own, and of its own line.
LAYERS = (
    ("__init__",),
    ("model",),
    ("settings",),
    ("articles",),
    ("catalog",),
    ("collector",),
    ("renderers",),
    ("site",),
    ("web",),
    ("export",),
    ("notify",),
    ("audit",),
    ("cli",),
    (
        "gunicorn_conf",
        "wsgi",
    ),
    ("__main__",),
)
LIBRARIES = ("click", "feedgen", "flask", "jinja2", "markdown_it", "nh3", "segno", "sqlalchemy", "watchfiles", "yaml")
# Importing one of these starts something.
ENTRY_POINTS = ("__main__", "gunicorn_conf", "wsgi")

MODULES = {path: ast.parse(path.read_bytes()) for path in sorted(PACKAGE.rglob("*.py"))}


def name_room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def name_module(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


def list_imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")
            yield from (f"{node.module}.{alias.name}" for alias in node.names if node.module == "feeds")


def build_graph() -> dict[str, set[str]]:
    """Map each room to the rooms it imports."""
    graph: dict[str, set[str]] = {name_room(path): set() for path in MODULES}
    for path, tree in MODULES.items():
        imported = {name.split(".")[1] for name in list_imports(tree) if name.startswith("feeds.")}
        graph[name_room(path)] |= (imported & graph.keys()) - {name_room(path)}
    return graph


def test_every_room_has_its_layer() -> None:
    assert build_graph().keys() <= {room for layer in LAYERS for room in layer}


def test_layers_point_one_way() -> None:
    height = {room: number for number, layer in enumerate(LAYERS) for room in layer}
    graph = build_graph()
    upward = [f"{room} imports {other}" for room in graph for other in graph[room] if height[other] > height[room]]
    assert upward == []


def test_rooms_import_each_other_without_a_cycle() -> None:
    assert list(TopologicalSorter(build_graph()).static_order())


@pytest.mark.parametrize("path", MODULES, ids=name_module)
def test_imports_stand_at_the_top_and_are_absolute(path: Path) -> None:
    tree = MODULES[path]
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert [name for function in functions for name in list_imports(function)] == []
    assert [name for name in list_imports(tree) if name.startswith(".")] == []


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_lives_in_one_room(library: str) -> None:
    users = {
        name_room(path)
        for path, tree in MODULES.items()
        for name in list_imports(tree)
        if name.split(".")[0] == library
    }
    assert len(users) <= 1


@pytest.mark.parametrize("path", [path for path in MODULES if path.stem not in ENTRY_POINTS], ids=name_module)
def test_data_is_frozen(path: Path) -> None:
    values = vars(importlib.import_module(name_module(path))).values()
    records = [value for value in values if isinstance(value, type) and issubclass(value, msgspec.Struct)]
    assert [record for record in records if not record.__struct_config__.frozen and record is not msgspec.Struct] == []
