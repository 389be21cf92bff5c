import pytest

from feeds.audit.documents import AuditedDocument, DocumentKind, read_document

ATOM = b'<feed xmlns="http://www.w3.org/2005/Atom"><link rel="self" href="http://a.example/f"/></feed>'
RSS = b'<rss xmlns:a="http://www.w3.org/2005/Atom"><channel><a:link rel="self" href="http://a.example/f"/></channel></rss>'
JSON = b'{"version": "https://jsonfeed.org/version/1.1", "feed_url": "http://a.example/f"}'
OPML = b'<opml><body><outline text="x"><outline xmlUrl="http://a.example/f"/></outline></body></opml>'
HTML = (
    b'<!DOCTYPE html><link rel="alternate" type="application/rss+xml" href="/f"><link rel="alternate" href="/de">'
    b'<link rel="stylesheet" type="application/rss+xml" href="/s"><link rel="alternate" type="application/atom+xml">'
)


@pytest.mark.parametrize(
    ("body", "document"),
    [
        (ATOM, AuditedDocument(DocumentKind.ATOM, self_url="http://a.example/f")),
        (b'<?xml version="1.0"?>\n' + ATOM, AuditedDocument(DocumentKind.ATOM, self_url="http://a.example/f")),
        (b'<feed xmlns="http://www.w3.org/2005/Atom"/>', AuditedDocument(DocumentKind.ATOM)),
        (RSS, AuditedDocument(DocumentKind.RSS, self_url="http://a.example/f")),
        (b"<rss/>", AuditedDocument(DocumentKind.RSS)),
        (JSON, AuditedDocument(DocumentKind.JSON, self_url="http://a.example/f")),
        (OPML, AuditedDocument(DocumentKind.OPML, feeds=("http://a.example/f",))),
        (HTML, AuditedDocument(DocumentKind.HTML, feeds=("/f",))),
    ],
)
def test_reads_each_kind_of_document(body: bytes, document: AuditedDocument) -> None:
    assert read_document(body) == document


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "body is not well-formed XML"),
        (b"<feed>", "body is not well-formed XML"),
        (b"\xff\xfe", "body is not well-formed XML"),
        (b'{"version": ', "body is not well-formed JSON"),
        (b'{"a":' * 100_000, "body is not well-formed JSON"),
        (b'{"version": 1}', "body is JSON, but not JSON Feed"),
        (b"<svg/>", "body is XML with the unknown root element svg"),
        (
            b'<!DOCTYPE f [<!ENTITY e SYSTEM "file:///etc/hostname">]><f>&e;</f>',
            "body is XML with the unknown root element f",
        ),
    ],
)
def test_rejects_other_documents(body: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_document(body)
