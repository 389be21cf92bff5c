"""The documentation builds, its links work, and its guides can be followed."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md")))
FENCED = re.compile(r"(?ms)^( *)(`{3,})(\S*)[^\n]*\n(.*?)^\1\2$")
LINK = re.compile(r"\]\(([^)\s]+)\)")
INLINE_CODE = re.compile(r"`([^`\n]+)`")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
FILE = re.compile(r"(?<![\w./])(?:\.ci|\.github|benchmarks|docs|feeds|scripts|tests)/[\w./-]+")


def build(docs: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Build documentation into a folder, as `make docs` does."""
    options = ("--builder", "html", "--fail-on-warning", "--keep-going", "--quiet")
    command = [sys.executable, "-m", "sphinx", *options, str(docs), str(folder)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True, timeout=100)


@pytest.mark.program
def test_it_builds_without_a_warning(tmp_path: Path) -> None:
    finished = build(DOCS, tmp_path)
    assert finished.returncode == 0, finished.stderr
    assert "--watch" in (tmp_path / "commands.html").read_text()
    assert "FEEDS_SITE_URL" in (tmp_path / "settings.html").read_text()
    assert "/feeds.opml" in (tmp_path / "urls.html").read_text()


@pytest.mark.program
def test_dead_links_are_errors(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    shutil.copy(DOCS / "conf.py", docs)
    (docs / "index.md").write_text("# All\n\n[a](no-page.md) [b](index.md#no-heading)\n\n![c](no-picture.png)\n")
    (docs / "lost.md").write_text("# Lost\n")
    finished = build(docs, tmp_path / "built")
    assert finished.returncode != 0
    for problem in ("no-page.md", "no-heading", "no-picture.png", "lost.md"):
        assert problem in finished.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_work_on_github_too(page: Path) -> None:
    links = [link for link in LINK.findall(FENCED.sub("", page.read_text())) if "://" not in link]
    assert [link for link in links if not target_exists(page, link)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_named_files_exist(page: Path) -> None:
    named = [path for code in INLINE_CODE.findall(FENCED.sub("", page.read_text())) for path in FILE.findall(code)]
    assert [path for path in named if not (ROOT / path).exists()] == []


def list_fault_rows() -> list[str]:
    """List the rows of the tables of faults, without headings."""
    lines = re.findall(r"(?m)^\| .+ \|$", (DOCS / "faults.md").read_text().partition("## Half an hour")[0])
    return [line for line in lines if not line.startswith(("| fault ", "| --- "))]


def test_every_fault_names_tests_that_exist() -> None:
    rows = list_fault_rows()
    assert len(rows) >= 30
    for row in rows:
        tests = TEST.findall(row)
        assert tests, row
        assert [name for path, name in tests if f"def {name}(" not in (ROOT / path).read_text()] == []


def target_exists(page: Path, link: str) -> bool:
    path, _, heading = link.partition("#")
    target = page.parent / path if path else page
    return target.is_file() and (not heading or heading in list_anchors(target))


def list_anchors(page: Path) -> set[str]:
    """Return GitHub's anchors of a page's headings: lower case, no punctuation, hyphens for spaces."""
    headings = re.findall(r"(?m)^#+ (.+)$", FENCED.sub("", page.read_text()))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def list_fields(*modules: str) -> set[str]:
    """Return the front matter fields read by modules: the arguments of a section's methods."""
    fields = set()
    for module in modules:
        for call in ast.walk(ast.parse((ROOT / "feeds" / module).read_text())):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.args):
                continue
            name, key = call.func.attr, call.args[0]
            if re.match("read_|has$|get$", name) and isinstance(key, ast.Constant):
                fields.add(str(key.value))
    return fields


def test_every_field_is_documented_and_every_documented_field_is_read() -> None:
    articles, _, topics = (DOCS / "articles.md").read_text().partition("## Topic files")
    fields = list_fields("articles/article_fields.py", "articles/fields.py")
    assert {"webUrl", "images", "width", "locale"} <= fields
    assert [field for field in fields if f"`{field}`" not in articles] == []
    rows = re.findall(r"(?m)^\| (`.*?) \|", articles)
    documented = {field for row in rows for field in re.findall(r"`(\w+)`", row)}
    assert documented - fields == {"secured"}
    example = re.findall(r"(?m)^(\w+):", topics)
    assert set(example) | {"images"} == list_fields("articles/topic_file.py") | {"images"}


def list_blocks(page: str, kind: str) -> Iterator[str]:
    """Yield the fenced blocks of a kind, without indentation."""
    for indent, _, found, text in FENCED.findall((DOCS / page).read_text()):
        if found == kind:
            yield re.sub(rf"(?m)^{indent}", "", text)


@pytest.mark.program
@pytest.mark.parametrize(
    ("page", "shows"),
    [
        ("own-articles.md", {"/topics/ai": "AI"}),
        (
            "topic-files.md",
            {"/topics/ai": "learn, see and decide", "/topics/artificial-intelligence.atom": "/topics/ai"},
        ),
    ],
)
def test_guides_can_be_followed(tmp_path: Path, page: str, shows: dict[str, str]) -> None:
    """Run every command of the guides except servers."""
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    lines = [line for block in list_blocks(page, "sh") for line in block.splitlines() if line != "feeds serve"]
    assert lines
    show_commands = [f"feeds show {path}" for path in shows]
    feeds = f'feeds() {{ {sys.executable} -m feeds "$@"; }}'
    finished = subprocess.run(
        ["/bin/sh", "-e"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        input="\n".join([feeds, *lines, *show_commands]),
        capture_output=True,
        check=False,
        text=True,
        timeout=100,
    )
    assert finished.returncode == 0, finished.stderr
    assert [text for text in shows.values() if text not in finished.stdout] == []


@pytest.mark.program
def test_the_guides_article_is_complete(tmp_path: Path) -> None:
    article, *_ = list_blocks("own-articles.md", "yaml")
    (tmp_path / "article.md").write_text(article)
    command = [sys.executable, "-m", "feeds", "check", "--format", "json", str(tmp_path)]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True, timeout=60)
    assert finished.returncode == 0
    assert json.loads(finished.stdout)["problems"] == []
