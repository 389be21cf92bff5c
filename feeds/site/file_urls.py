"""Define the URLs that are the same for every site: static files, files for crawlers, and pages of a running server."""

from urllib.parse import quote

import msgspec

HEALTH_PATH = "/healthz"
METRICS_PATH = "/metrics"
PUBLISHER_PATH = "/publisher"
STATISTICS_PATH = "/stats"
"""The page of statistics; a running server has these paths, and an export does not."""

ROOT_ASSETS = frozenset({"favicon.ico"})
"""Static files that browsers request at the root, without a link."""

SERVER_ASSETS = frozenset({"compose.js", "publisher.css"})
"""Static files of pages that an export lacks."""


class NotFoundAddress(msgspec.Struct, frozen=True):
    """The page that a static host sends for a URL without a file; the server has no document at this path."""

    path: str = "/404"


class SitemapAddress(msgspec.Struct, frozen=True):
    """The list of all pages, for search engines."""

    path: str = "/sitemap.xml"


class RobotsAddress(msgspec.Struct, frozen=True):
    """The rules for crawlers (RFC 9309)."""

    path: str = "/robots.txt"


class SecurityAddress(msgspec.Struct, frozen=True):
    """The contact for reports about security (RFC 9116)."""

    path: str = "/.well-known/security.txt"


class AssetAddress(msgspec.Struct, frozen=True):
    """A static file of the program or of the publication, such as the stylesheet or the logo."""

    name: str

    @property
    def path(self) -> str:
        """The canonical path, percent-encoded."""
        return f"/{self.name}" if self.name in ROOT_ASSETS else f"/static/{quote(self.name)}"
