"""The export has the same bytes as the server, writes changed files only, and removes only its own files."""

import json
import os
import pty
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.http import parse_date

from feeds.cli import main
from feeds.export.exporter import ExportResult
from feeds.export.folder import Folder
from feeds.export.rendering import name_file
from feeds.model.errors import ExportError
from feeds.model.feed import Format
from feeds.model.periods import Cycle
from feeds.model.query import Query
from feeds.site.compression import Encoding
from feeds.site.file_urls import AssetAddress
from feeds.site.urls import FeedAddress, PageAddress
from tests.export.publisher import MANIFEST, Publisher, forms, name_of, serve_static
from tests.support.app import make_settings
from tests.support.articles import write_article
from tests.support.paths import ROOT

pytestmark = pytest.mark.slow

FORMATS = ("atom", "rss", "json", "html")
LISTS = (
    *("index.html", "latest.html", "providers.html", "feeds.opml", "robots.txt", "sitemap.xml"),
    *("topics.html", "topics-by-name.html", "topics-by-activity.html", "topics-by-date.html"),
)


def collect_two(folder: Path) -> Publisher:
    publisher = Publisher(folder)
    publisher.write("one", topics="[Tides, 鷗]")
    publisher.write("two", topics="[Tides, Ports]", provider="{name: The Post, domain: post.example}")
    publisher.collect()
    return publisher


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    """Give a publisher with two articles, right after a collect."""
    return collect_two(tmp_path)


@pytest.fixture(scope="module")
def exported_once(tmp_path_factory: pytest.TempPathFactory) -> Publisher:
    publisher = collect_two(tmp_path_factory.mktemp("exported"))
    publisher.export()
    publisher.catalog.close()
    return publisher


@pytest.fixture
def exported(exported_once: Publisher, tmp_path: Path) -> Publisher:
    """Give a publisher with two articles, right after an export."""
    shutil.copytree(exported_once.content.parent, tmp_path, dirs_exist_ok=True)
    publisher = Publisher(tmp_path)
    publisher.now = exported_once.now
    return publisher


def list_digests(*queries: str) -> list[str]:
    return [f"{query}/{cycle}.{format}" for query in queries for cycle in Cycle for format in FORMATS]


def list_issues(*queries: str) -> set[str]:
    """Name the pages of the issues of 6 May 2024, the day of the articles."""
    return {f"{query}/{name}.html" for query in queries for name in ("daily/2024-05-06", "weekly/2024-W19")}


def test_everything_is_there_under_its_own_name(publisher: Publisher) -> None:
    result = publisher.export()
    queries = ["topics/tides", "topics/鷗", "topics/ports", "providers/gazette.example", "providers/post.example"]
    pages = [f"{query}.{format}" for query in queries for format in FORMATS]
    digests = list_digests("feed", *queries)
    compressed = forms(*LISTS, "404.html", "feed.atom", "feed.rss", "feed.json", *pages, *digests)
    compressed |= list_issues("feed", *queries)
    assets = {"favicon.ico", "static/style.css", "static/page.js", "static/icon.png", "static/icon.svg"}
    assert publisher.list_files() == compressed | assets | {MANIFEST}
    assert result == ExportResult(written=len(compressed | assets), unchanged=0, removed=0, left_out=())


@pytest.mark.parametrize(("encoding", "suffix"), [("identity", ""), ("gzip", ".gz"), ("br", ".br")])
def test_the_bytes_and_dates_are_those_of_the_server(exported: Publisher, encoding: str, suffix: str) -> None:
    client = exported.client()
    for path in exported.list_paths():
        served = client.get(path, headers={"Accept-Encoding": encoding})
        assert served.status_code == 200
        is_compressed = "Content-Encoding" in served.headers
        file = exported.root / (name_of(unquote_path(path)) + (suffix if is_compressed else ""))
        assert file.read_bytes() == serve_static(client, path, Encoding(encoding)), path
        if modified := parse_date(served.headers.get("Last-Modified")):
            assert file.stat().st_mtime_ns == int(modified.timestamp()) * 1_000_000_000


def unquote_path(path: str) -> str:
    return re.sub(r"(?:%[0-9A-F]{2})+", lambda match: bytes.fromhex(match[0].replace("%", "")).decode(), path)


def test_a_file_can_be_read_by_other_users(publisher: Publisher) -> None:
    before = os.umask(0o022)
    try:
        publisher.export()
    finally:
        os.umask(before)
    assert (publisher.root / "feed.atom").stat().st_mode & 0o777 == 0o644


def test_a_second_export_makes_and_writes_nothing(publisher: Publisher) -> None:
    first = publisher.export()
    before, made = publisher.identify(), list[int]()
    manifest = (publisher.root / MANIFEST).stat().st_ino
    result = publisher.export(progress=lambda done, _total: made.append(done))
    assert result == ExportResult(written=0, unchanged=first.written, removed=0, left_out=())
    assert publisher.identify() == before
    assert (publisher.root / MANIFEST).stat().st_ino == manifest
    assert made == []


def test_an_export_of_a_commit_that_the_catalog_lost_is_replaced(publisher: Publisher) -> None:
    folder = publisher.content.parent
    with closing(sqlite3.connect(folder / "catalog.sqlite3")) as connection:
        connection.execute("VACUUM INTO ?", [str(folder / "replica.sqlite3")])
    publisher.write("three", topics="[Harbours]", title="Lost")
    publisher.collect()
    publisher.export()
    publisher.start_new_catalog("replica")
    publisher.write("three", topics="[Harbours]")
    publisher.write("four", topics="[Tides]")
    publisher.collect()
    publisher.export()
    assert not any(b"Lost" in (publisher.root / name).read_bytes() for name in publisher.list_files())


def test_a_forced_export_renders_all_and_writes_no_equal_file(publisher: Publisher) -> None:
    first = publisher.export()
    before, made = publisher.identify(), list[int]()
    result = publisher.export(is_forced=True, progress=lambda done, _total: made.append(done))
    assert (result.written, result.unchanged) == (0, first.written)
    assert publisher.identify() == before
    assert len(made) == publisher.count_documents()


def test_only_what_changed_is_written(exported: Publisher) -> None:
    before = exported.identify()
    exported.write("two", title="Another", topics="[Tides, Ports]", provider="{domain: post.example}")
    exported.collect()
    made: list[int] = []
    result = exported.export(progress=lambda done, _total: made.append(done))
    after = exported.identify()
    touched = {name for name in after if after[name] != before[name]}
    queries = [f"{name}.{format}" for name in ("topics/tides", "topics/ports") for format in FORMATS]
    queries += [f"providers/post.example.{format}" for format in FORMATS]
    assert touched >= forms("feed.atom", "feed.rss", "feed.json", *queries)
    assert touched <= forms("feed.atom", "feed.rss", "feed.json", *LISTS, *queries)
    assert (len(before), result.removed) == (result.written + result.unchanged, 0)
    assert len(made) < exported.count_documents()


def test_a_file_changed_by_time_alone_is_written(publisher: Publisher) -> None:
    publisher.write("later", title="Not yet", publishedDateTime=f"{publisher.now + timedelta(hours=1):%FT%TZ}")
    publisher.collect()
    publisher.export()
    assert b"Not yet" not in (publisher.root / "feed.atom").read_bytes()
    publisher.now += timedelta(hours=2)
    assert publisher.export().written > 0
    assert b"Not yet" in (publisher.root / "feed.atom").read_bytes()
    assert publisher.export().written == 0


def test_an_entry_collected_and_released_between_two_exports_is_written(exported: Publisher) -> None:
    exported.write("later", title="Not yet", publishedDateTime=f"{exported.now + timedelta(hours=1):%FT%TZ}")
    exported.collect()
    exported.now += timedelta(hours=2)
    exported.export()
    assert b"Not yet" in (exported.root / "feed.atom").read_bytes()


def test_a_retired_topic_is_exported_until_its_end(publisher: Publisher) -> None:
    (publisher.content / "topics").mkdir()
    (publisher.content / "topics" / "tides.yaml").write_text(f"name: Tides\nretired: {publisher.now:%F}T23:00:00Z\n")
    publisher.collect()
    publisher.export()
    feed, home = publisher.root / "topics" / "tides.atom", publisher.root / "index.html"
    assert (b"has been retired" in feed.read_bytes(), b"/topics/tides" in home.read_bytes()) == (False, True)
    publisher.now += timedelta(days=1)
    publisher.export()
    assert (b"has been retired" in feed.read_bytes(), b"/topics/tides" in home.read_bytes()) == (True, False)
    publisher.now += timedelta(days=30)
    publisher.export()
    assert not feed.exists()
    assert home.exists()


def test_a_changed_modification_time_is_restored(exported: Publisher) -> None:
    feed = exported.root / "feed.atom.gz"
    number, modified = exported.identify()["feed.atom.gz"]
    os.utime(feed, (0, 0))
    assert exported.export().written == 0
    assert exported.identify()["feed.atom.gz"] == (number, modified)


def test_a_lost_or_changed_file_is_restored(exported: Publisher) -> None:
    before = {name: (exported.root / name).read_bytes() for name in exported.list_files() - {MANIFEST}}
    (exported.root / "feed.atom").unlink()
    (exported.root / "topics" / "tides.html.br").unlink()
    (exported.root / "index.html").write_bytes(b"")
    (exported.root / "static" / "style.css").write_bytes(before["static/style.css"][:-1] + b"!")
    assert exported.export().written == 4
    assert {name: (exported.root / name).read_bytes() for name in before} == before


def test_obsolete_files_are_removed_and_nothing_else(exported: Publisher) -> None:
    ours = [exported.root / "notes.txt", exported.root / "providers" / "logo.png"]
    for path in ours:
        path.write_text("mine")
    exported.start_new_catalog("second")
    (exported.content / "two.md").unlink()
    exported.write("one", topics="[Tides]", provider="{domain: gazette.example}")
    exported.collect()
    result = exported.export()
    gone = ["topics/ports", "topics/鷗", "providers/post.example"]
    pages = [f"{name}.{format}" for name in gone for format in FORMATS]
    assert result.removed == len(forms(*pages, *list_digests(*gone)) | list_issues(*gone))
    assert not any(name.startswith(tuple(gone)) for name in exported.list_files())
    assert (exported.root / "topics" / "tides.atom").is_file()
    assert [path.read_text() for path in ours] == ["mine", "mine"]


def test_a_feed_without_entries_stays_for_its_subscribers(exported: Publisher) -> None:
    (exported.content / "two.md").unlink()
    exported.collect()
    assert exported.export().removed == 0
    for path in ("/topics/ports.atom", "/providers/post.example.atom", "/providers/post.example"):
        served = exported.client().get(path)
        expected = serve_static(exported.client(), path)
        assert (served.status_code, expected) == (200, (exported.root / name_of(path)).read_bytes())


def test_a_folder_left_empty_is_removed(exported: Publisher) -> None:
    exported.start_new_catalog("second")
    for name in ("one", "two"):
        exported.write(name, topics="[]")
    exported.collect()
    assert exported.export().removed == 4 * len(forms(*FORMATS, *list_digests("tides")) | list_issues("tides"))
    assert not (exported.root / "topics").exists()
    assert (exported.root / "providers").is_dir()


def test_an_empty_folder_is_accepted(publisher: Publisher) -> None:
    publisher.root.mkdir()
    assert publisher.export().written > 0


def test_a_folder_with_other_files_needs_force(publisher: Publisher) -> None:
    publisher.root.mkdir()
    (publisher.root / "notes.txt").write_text("mine")
    with pytest.raises(ExportError, match=r"contains files not written by an export.*--force"):
        publisher.export()
    assert publisher.list_files() == {"notes.txt"}
    publisher.export(is_forced=True)
    assert publisher.export().written == 0
    assert (publisher.root / "notes.txt").read_text() == "mine"


def test_without_compression_there_are_plain_files_only(publisher: Publisher) -> None:
    compressed = publisher.export()
    names = publisher.list_files()
    plain = {name for name in names if not name.endswith((".gz", ".br"))}
    result = publisher.export(compress=False)
    assert publisher.list_files() == plain
    assert (result.written, result.removed) == (0, len(names - plain))
    assert publisher.export(compress=False) == ExportResult(
        written=0, unchanged=len(plain - {MANIFEST}), removed=0, left_out=()
    )
    assert publisher.export().written == compressed.written - len(plain - {MANIFEST})
    assert publisher.list_files() == names


def test_a_killed_export_without_compression_leaves_no_outdated_file(exported: Publisher) -> None:
    kill_export(exported, 7, compress=False)
    exported.export(compress=False)
    assert not [name for name in exported.list_files() if name.endswith((".gz", ".br"))]


@pytest.mark.parametrize(
    "damage",
    [
        b"{",
        b"[]",
        b"\xff",
        b'{"exported": {"/x": {"stamps": {"../content/one.md": ""}}}}',
        b'{"exported": {"/x": {"stamps": {"/etc/passwd": ""}}}}',
        b'{"exported": {"/x": {"stamps": {"a\\u0000b": ""}}}}',
    ],
)
def test_a_damaged_manifest_needs_force(publisher: Publisher, damage: bytes) -> None:
    publisher.root.mkdir()
    (publisher.root / MANIFEST).write_bytes(damage)
    with pytest.raises(ExportError, match=r"is damaged.*--force"):
        publisher.export()
    publisher.export(is_forced=True)
    assert (publisher.content / "one.md").is_file()


def test_the_names_in_the_manifest_stay(exported: Publisher) -> None:
    """Exports must read the manifests of earlier versions."""
    manifest = json.loads((exported.root / MANIFEST).read_bytes())
    assert manifest.keys() == {"exported", "basis", "moment"}
    assert manifest["basis"].keys() == {"generation", "version", "commit", "appearance", "program", "compress"}
    assert manifest["exported"]["/feed.atom"].keys() == {"stamps", "scopes", "modified", "left"}


class KilledError(Exception):
    """Stands for anything that kills an export."""


@pytest.mark.parametrize("killed_at", [1, 7, 14])
def test_a_killed_export_is_completed(exported: Publisher, killed_at: int) -> None:
    complete = exported.list_files()
    exported.write("three", topics="[Harbours]")
    exported.collect()
    kill_export(exported, killed_at)
    (exported.root / ".feeds-export.tmp").write_text("torn")
    exported.export()
    pages = [f"topics/harbours.{format}" for format in FORMATS]
    assert exported.list_files() == complete | forms(*pages, *list_digests("topics/harbours"))
    client = exported.client()
    for path in exported.list_paths():
        assert (exported.root / name_of(unquote_path(path))).read_bytes() == serve_static(client, path)


def kill_export(publisher: Publisher, killed_at: int, *, compress: bool = True) -> None:
    def kill(done: int, _total: int) -> None:
        if done == killed_at:
            raise KilledError

    with pytest.raises(KilledError):
        publisher.export(progress=kill, compress=compress)


def test_files_of_a_killed_export_are_removed_later(publisher: Publisher) -> None:
    kill_export(publisher, publisher.count_documents() - 1)
    assert (publisher.root / "topics" / "ports.atom").is_file()
    publisher.start_new_catalog("second")
    (publisher.content / "two.md").unlink()
    publisher.collect()
    publisher.export()
    assert not any("ports" in name for name in publisher.list_files())


def test_all_is_of_one_state_of_the_catalog(tmp_path: Path, database_url: str) -> None:
    publisher = Publisher(tmp_path, database_url)
    publisher.write("one")
    publisher.collect()

    def publish_meanwhile(done: int, _total: int) -> None:
        if done == 1:
            publisher.write("three", title="Meanwhile", topics="[Tides]")
            publisher.collect()

    publisher.export(progress=publish_meanwhile)
    assert not any(b"Meanwhile" in (publisher.root / name).read_bytes() for name in publisher.list_files())
    publisher.export()
    assert b"Meanwhile" in (publisher.root / "topics" / "tides.html").read_bytes()
    assert publisher.export().written == 0
    publisher.catalog.close()


def test_a_second_export_at_the_same_time_is_rejected(publisher: Publisher) -> None:
    with Folder(publisher.root).open(), pytest.raises(ExportError, match="Another export is writing"):
        publisher.export()
    assert publisher.export().written > 0


def test_settings_changed_since_the_collect_are_rejected(publisher: Publisher) -> None:
    publisher.settings = make_settings(FEEDS_LIMIT="7")
    with pytest.raises(ExportError, match="run `feeds collect` first"):
        publisher.export()
    publisher.collect()
    assert publisher.export().written > 0


def test_only_the_address_with_a_long_name_is_left_out(publisher: Publisher) -> None:
    publisher.write("three", topics=f"[{'鷗' * 84}, Harbours]")
    publisher.collect()
    result = publisher.export()
    assert len(result.left_out) == 4 + len(list_digests("topics/harbours"))
    assert all("is too long for a file name" in reason for reason in result.left_out)
    assert (publisher.root / "topics" / "harbours.atom").is_file()


def test_a_publisher_named_like_a_file_costs_only_its_own_digests(publisher: Publisher) -> None:
    publisher.write("three", provider="{domain: post.example.atom}")
    publisher.collect()
    result = publisher.export()
    assert len([each for each in result.left_out if "inside the file of another document" in each]) == 8
    assert "'providers/post.example.atom.html' has the URL of another document" in result.left_out
    feed = publisher.root / "providers" / "post.example.atom"
    assert feed.read_bytes() == publisher.client().get("/providers/post.example.atom").data


def test_digests_are_made_again_only_after_the_end_of_a_day(publisher: Publisher) -> None:
    for number in range(3):
        publisher.write(f"new-{number}", publishedDateTime=f"{publisher.now:%FT%TZ}")
        publisher.collect()
        publisher.export()
    digest = publisher.root / "topics" / "tides" / "daily.atom"
    before = publisher.identify()
    assert b"new-0" not in digest.read_bytes()
    publisher.now += timedelta(days=1)
    publisher.collect()
    publisher.export()
    after = publisher.identify()
    assert b"new-0" in digest.read_bytes()
    weekly = {f"topics/{slug}/weekly.{format}" for slug in ("tides", "ports") for format in Format}
    assert {name for name in weekly if after[name] != before[name]} == set()


def test_a_digest_changes_with_the_name_of_its_topic(exported: Publisher) -> None:
    (exported.content / "topics").mkdir()
    (exported.content / "topics" / "tides.yaml").write_text("name: Tides\ndescription: High and low.\n")
    exported.collect()
    exported.export()
    assert b"High and low." in (exported.root / "topics" / "tides" / "daily.atom").read_bytes()


def test_a_folder_that_is_a_file_ends_in_a_sentence(publisher: Publisher) -> None:
    publisher.root.write_text("mine")
    with pytest.raises(ExportError, match=r"site cannot be written \(.+\)"):
        publisher.export()
    publisher.root = publisher.root / "below"
    with pytest.raises(ExportError, match=r"below cannot be written \(Not a directory\)"):
        publisher.export()


def test_a_folder_in_the_way_ends_in_a_sentence(publisher: Publisher) -> None:
    (publisher.root / "feed.atom").mkdir(parents=True)
    with pytest.raises(ExportError, match=r"feed.atom cannot be written \(Is a directory\)"):
        publisher.export(is_forced=True)


def test_a_folder_without_rights_ends_in_a_sentence(publisher: Publisher) -> None:
    if os.geteuid() == 0:
        pytest.skip("root has every right")
    publisher.root.mkdir(mode=0o555)
    with pytest.raises(ExportError, match=r"cannot be written \(Permission denied\)"):
        publisher.export()


def test_a_full_disk_ends_in_a_sentence_and_leaves_no_temporary_file(publisher: Publisher) -> None:
    for number in range(3):
        publisher.write(f"long-{number}", body="word " * 10_000)
    publisher.collect()
    with limiting_files(100_000), pytest.raises(ExportError, match=r"feed.atom cannot be written \(File too large\)"):
        publisher.export()
    assert not list(publisher.root.rglob("*.tmp"))
    assert publisher.export().written > 0


@contextmanager
def limiting_files(size: int) -> Iterator[None]:
    """Limit the size of files: the closest thing to a full disk without root."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_the_command_says_what_it_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_article(tmp_path / "content", "one", topics=f"[Tides, {'鷗' * 84}]")
    runner = CliRunner(env={"FEEDS_CONTENT": "content"})
    assert runner.invoke(main, ["collect"]).exit_code == 0
    first, second = (runner.invoke(main, ["export", "site"]) for _ in range(2))
    assert first.stdout == "files: 149 written, 0 unchanged, 0 removed\n"
    assert second.stdout == "files: 0 written, 149 unchanged, 0 removed\n"
    assert (first.exit_code, first.stderr.count("Left out: ")) == (0, 12)
    plain = runner.invoke(main, ["export", "--no-compress", "site"])
    assert plain.stdout == "files: 0 written, 57 unchanged, 92 removed\n"
    forced = runner.invoke(main, ["export", "--force", "content"])
    assert (forced.exit_code, runner.invoke(main, ["export", "content/one.md"]).exit_code) == (0, 1)


@pytest.mark.program
def test_on_a_terminal_there_is_a_progress_bar(publisher: Publisher) -> None:
    ours, theirs = pty.openpty()
    own = {
        "DATABASE_URL": f"sqlite:///{publisher.content.parent / 'catalog.sqlite3'}",
        "FEEDS_SITE_URL": publisher.settings.site_url,
        "FEEDS_SITE_TITLE": publisher.settings.site_title,
        "PYTHONPATH": str(ROOT),
        "TERM": "xterm",
    }
    command = [sys.executable, "-m", "feeds", "export", str(publisher.root)]
    finished = subprocess.run(
        command, env={**os.environ, **own}, check=True, stdout=subprocess.PIPE, stderr=theirs, timeout=60
    )
    os.close(theirs)
    shown = b""
    with os.fdopen(ours, "rb", buffering=0) as terminal, suppress(OSError):  # at the end of a terminal's output
        while part := terminal.read(65_536):
            shown += part
    assert b"Exporting" in shown
    assert f"{publisher.count_documents()}/{publisher.count_documents()}".encode() in shown
    assert finished.stdout.startswith(b"files: ")


@given(st.lists(st.sampled_from(["..", ".", "/", "%2f", "\0", "a", "鷗" * 84, ".atom"]), min_size=1).map("".join))
def test_no_malicious_name_leads_out_of_the_folder(name: str) -> None:
    check_named(PageAddress(Query.for_topic(name)))
    check_named(FeedAddress(Query.for_provider(name), Format.RSS))
    check_named(AssetAddress(name))


def check_named(address: PageAddress | FeedAddress | AssetAddress) -> None:
    try:
        name = name_file(address)
    except ExportError:
        return
    parts = name.split("/")
    assert not any(part.startswith(".") or not part or "\0" in part or len(part.encode()) > 250 for part in parts)
    assert quote(parts[-1], safe="") in (address.path.split("/")[-1], f"{address.path.split('/')[-1]}.html")
