"""The slowest documents are remembered, over processes too, and the memory is bounded."""

from pathlib import Path

import pytest

from feeds.site.publisher_report import SlowDocument
from feeds.web import slow_documents
from feeds.web.slow_documents import SlowDocuments


def show(documents: list[SlowDocument]) -> list[tuple[str, int, float, float]]:
    return [(each.url, each.count, each.slowest_seconds, each.last_seconds) for each in documents]


def test_the_slowest_rendering_of_a_document_counts() -> None:
    slow = SlowDocuments()
    for path, query, seconds in (
        ("/a", "limit=2", 0.2),
        ("/b", "", 0.3),
        ("/a", "limit=2", 0.4),
        ("/a", "limit=2", 0.1),
    ):
        slow.add((path, query), seconds)
    assert show(slow.list_slowest(limit=5)) == [("/a?limit=2", 3, 0.4, 0.1), ("/b", 1, 0.3, 0.3)]
    assert len(slow.list_slowest(limit=1)) == 1


def test_quick_documents_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_documents, "_KEPT", 2)
    slow = SlowDocuments()
    for number in (1, 3, 2, 5, 4):
        slow.add((f"/{number}", ""), float(number))
    assert [each.url for each in slow.list_slowest(limit=9)] == ["/5", "/4"]


def test_processes_with_one_folder_see_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_documents, "_SHARED", 2)
    one, two, idle = (SlowDocuments(tmp_path, identify=iter([number] * 9).__next__) for number in (11, 12, 13))
    for slow, path, seconds in ((one, "/a", 0.2), (two, "/b", 0.3), (two, "/a", 0.1), (one, "/c", 0.4), (one, "/d", 0)):
        slow.add((path, ""), seconds)
    expected = [("/c", 1, 0.4, 0.4), ("/b", 1, 0.3, 0.3), ("/a", 2, 0.2, 0.1)]
    assert show(one.list_slowest(limit=3)) == show(two.list_slowest(limit=3)) == expected
    assert show(idle.list_slowest(limit=3)) == expected
    assert sorted(file.name for file in tmp_path.iterdir()) == ["slow-documents-11.json", "slow-documents-12.json"]


def test_without_its_folder_a_server_still_renders(tmp_path: Path) -> None:
    slow = SlowDocuments(tmp_path / "removed")
    slow.add(("/a", ""), 0.2)
    assert slow.list_slowest(limit=1) == []
