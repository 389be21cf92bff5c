"""Give the static files of a publication: its logo, and the stylesheet with its accent colour and its own rules."""

from functools import lru_cache

from feeds.model.entry import fingerprint
from feeds.renderers.media import guess_type
from feeds.settings.publication import LOGO_TYPES
from feeds.settings.settings import Settings
from feeds.site.pages.accent import derive_accents
from feeds.site.pages.assets import Asset, find_asset, list_assets

SITE_STYLESHEET = "site.css"

_ACCENTS = """\
@media screen {{
:root {{ --accent: {light.color}; --on-accent: {light.on_color}; }}
@media (prefers-color-scheme: dark) {{ :root {{ --accent: {dark.color}; --on-accent: {dark.on_color}; }} }}
}}
"""


def list_site_assets(settings: Settings) -> list[str]:
    """Return the names of all static files, those of the publication last."""
    return [*list_assets(), *_make_assets(settings)]


def find_site_asset(name: str, settings: Settings) -> Asset:
    """Return the static file with a name.

    Raises:
        NotFoundError: neither the program nor the publication has a file with this name.
    """
    return _make_assets(settings).get(name) or find_asset(name)


def find_site_stylesheet(settings: Settings) -> str:
    """Return the path of the publication's stylesheet, with a version; empty without any."""
    asset = _make_assets(settings).get(SITE_STYLESHEET)
    return f"/static/{SITE_STYLESHEET}?v={asset.version}" if asset else ""


def find_preview_logo(settings: Settings) -> str:
    """Return the URL of the logo for previews of links; empty without one, or for a drawing, which no preview shows."""
    return settings.logo_url if guess_type(settings.logo) != LOGO_TYPES[".svg"] else ""


@lru_cache(maxsize=4)
def _make_assets(settings: Settings) -> dict[str, Asset]:
    assets: dict[str, Asset] = {}
    if body := _write_stylesheet(settings):
        assets[SITE_STYLESHEET] = Asset(body, "text/css; charset=utf-8", fingerprint(body)[:12])
    if logo := settings.files.logo:
        assets[settings.logo_name] = Asset(logo.body, logo.media_type, logo.version)
    return assets


def _write_stylesheet(settings: Settings) -> bytes:
    accents = ""
    if settings.accent:
        light, dark = derive_accents(settings.accent)
        accents = _ACCENTS.format(light=light, dark=dark)
    return accents.encode() + (settings.files.stylesheet.body if settings.files.stylesheet else b"")
