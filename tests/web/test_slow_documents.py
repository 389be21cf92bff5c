"""The slowest documents are remembered, and the memory is bounded."""

import pytest

from feeds.site.publisher_report import SlowDocument
from feeds.web import slow_documents
from feeds.web.slow_documents import SlowDocuments


def test_the_slowest_rendering_of_a_document_counts() -> None:
    slow = SlowDocuments()
    for path, query, seconds in (
        ("/a", "limit=2", 0.2),
        ("/b", "", 0.3),
        ("/a", "limit=2", 0.4),
        ("/a", "limit=2", 0.1),
    ):
        slow.add((path, query), seconds)
    assert slow.list_slowest(limit=5) == [
        SlowDocument("/a?limit=2", 3, 0.4, 0.1),
        SlowDocument("/b", 1, 0.3, 0.3),
    ]
    assert len(slow.list_slowest(limit=1)) == 1


def test_quick_documents_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_documents, "_KEPT", 2)
    slow = SlowDocuments()
    for number in (1, 3, 2, 5, 4):
        slow.add((f"/{number}", ""), float(number))
    assert [each.url for each in slow.list_slowest(limit=9)] == ["/5", "/4"]
