"""Render the pages of the whole site: the home page, the lists of topics and publishers, and the compose form."""

from datetime import datetime
from typing import assert_never

from feeds.catalog.reader import CatalogReader
from feeds.model.query import EVERYTHING
from feeds.settings import Settings
from feeds.site.directory import read_activity, read_directory
from feeds.site.feeds import read_feed
from feeds.site.pages.html import render_compose, render_home, render_provider_list, render_topic_list
from feeds.site.urls import ComposeAddress, DirectoryPageAddress, HomeAddress, ProviderListAddress, TopicListAddress


def render_directory_page(
    address: DirectoryPageAddress, reader: CatalogReader, *, settings: Settings, now: datetime, is_static: bool
) -> bytes:
    """Write the page at an address, as of `now`."""
    directory = read_directory(reader, now=now)
    match address:
        case HomeAddress() | TopicListAddress():
            snapshot = read_feed(EVERYTHING, reader, settings=settings, now=now)
            activity = read_activity(snapshot.feed, reader, now=now)
            if isinstance(address, HomeAddress):
                return render_home(directory, snapshot, activity=activity, settings=settings, is_static=is_static)
            return render_topic_list(directory, activity=activity, settings=settings, is_static=is_static)
        case ProviderListAddress():
            return render_provider_list(directory, settings, is_static=is_static)
        case ComposeAddress():
            return render_compose(directory, settings)
        case _:
            assert_never(address)
