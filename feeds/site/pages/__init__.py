"""Write the HTML pages. They work without JavaScript, and show no times except the dates of stories."""

from feeds.site.pages.assets import Asset, find_asset, list_assets
from feeds.site.pages.html import render_compose, render_home, render_page

__all__ = ["Asset", "find_asset", "list_assets", "render_compose", "render_home", "render_page"]
