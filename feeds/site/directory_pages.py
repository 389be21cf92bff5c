"""Render the pages of the whole site: the home page, the lists of topics and publishers, and the compose form."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from feeds.catalog.reader import CatalogReader
from feeds.model.query import EVERYTHING
from feeds.settings import Settings
from feeds.site.compose_form_view import FormView
from feeds.site.compose_offers import read_offers
from feeds.site.directory import Directory, read_activity, read_directory
from feeds.site.feeds import read_feed
from feeds.site.listed_names import NAMES
from feeds.site.nearest import Name, NameIndex
from feeds.site.pages.compose_page import render_compose
from feeds.site.pages.html import (
    render_found_providers,
    render_found_topics,
    render_home,
    render_provider_list,
    render_topic_list,
)
from feeds.site.topic_list import find_providers, find_topics, list_providers, list_topics
from feeds.site.urls import ComposeAddress, DirectoryPageAddress, HomeAddress, ProviderListAddress, TopicListAddress

_MAX_NEAR = 8


def render_directory_page(
    address: DirectoryPageAddress, reader: CatalogReader, *, settings: Settings, now: datetime, is_static: bool
) -> bytes:
    """Write the page at an address, as of `now`."""
    directory = read_directory(reader, now=now)
    match address:
        case TopicListAddress() | ProviderListAddress() if address.find:
            return _render_found(address, directory, reader, settings=settings, now=now)
        case HomeAddress() | TopicListAddress():
            snapshot = read_feed(EVERYTHING, reader, settings=settings, now=now)
            activity = read_activity(snapshot.feed, reader, now=now)
            if isinstance(address, HomeAddress):
                return render_home(directory, snapshot, activity=activity, settings=settings, is_static=is_static)
            listing = list_topics(directory.topics, address.order, activity)
            return render_topic_list(
                listing, activity=activity, newest=directory.newest, settings=settings, is_static=is_static
            )
        case ProviderListAddress():
            return render_provider_list(list_providers(directory.providers), settings, is_static=is_static)
        case ComposeAddress():
            return render_compose(FormView(), read_offers(reader, now=now), settings)
        case _:
            assert_never(address)


def _render_found(
    address: TopicListAddress | ProviderListAddress,
    directory: Directory,
    reader: CatalogReader,
    *,
    settings: Settings,
    now: datetime,
) -> bytes:
    """Write the page of the names that contain a text, or are near to it."""
    if isinstance(address, TopicListAddress):
        topics = find_topics(directory.topics, address.find)
        near = () if topics.count else _find_near(NAMES.read(reader, now=now).topics, address.find)
        return render_found_topics(topics, near=near, settings=settings)
    providers = find_providers(directory.providers, address.find)
    near = () if providers.count else _find_near(NAMES.read(reader, now=now).providers, address.find)
    return render_found_providers(providers, near=near, settings=settings)


def _find_near(names: NameIndex, text: str) -> Sequence[Name]:
    return [each.name for each in names.find(text, limit=_MAX_NEAR)]
