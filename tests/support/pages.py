"""Read pages of the app as an HTML parser does."""

from flask.testing import FlaskClient
from lxml import etree, html


def read(client: FlaskClient, path: str) -> etree._Element:
    """Request a page, and parse the HTML."""
    response = client.get(path)
    assert response.status_code == 200, path
    return html.fromstring(response.data.decode())


def select(page: etree._Element, path: str) -> list[str]:
    """Return the texts and attributes at an XPath of a page."""
    found = page.xpath(path)
    assert isinstance(found, list)
    return [str(item) for item in found]
