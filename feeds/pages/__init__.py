"""Write the pages for people: plain HTML that works without JavaScript and tells no time but the stories' own."""

from feeds.pages.assets import Asset, find_asset, list_assets
from feeds.pages.html import render_compose, render_home, render_page

__all__ = ["Asset", "find_asset", "list_assets", "render_compose", "render_home", "render_page"]
