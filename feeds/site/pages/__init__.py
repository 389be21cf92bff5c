"""Write the pages for people: plain HTML that works without JavaScript and tells no time but the stories' own."""

from feeds.site.pages.assets import Asset, find_asset, list_assets
from feeds.site.pages.html import render_compose, render_home, render_page

__all__ = ["Asset", "find_asset", "list_assets", "render_compose", "render_home", "render_page"]
