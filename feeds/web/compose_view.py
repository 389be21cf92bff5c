"""Answer requests with input of the compose form."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TypeAlias

from flask import Response

from feeds.catalog.reader import CatalogReader
from feeds.model.translation.texts import find_texts
from feeds.settings import Settings
from feeds.site.compose_form import answer_form
from feeds.site.compose_names import NameFinder
from feeds.site.compose_offers import Offers, read_offers
from feeds.site.compose_query import ComposeForm, read_form
from feeds.site.listed_names import NAMES
from feeds.site.nearest import Names
from feeds.site.pages.compose_page import render_compose
from feeds.site.urls import ComposeAddress
from feeds.web.responses import make_page_response

ReadCatalog: TypeAlias = Callable[[Callable[[CatalogReader, datetime], Response]], Response]

_PATH = ComposeAddress().path


class ComposeView:
    """Answers the compose form; no cache keeps the answer.

    `read_catalog` returns what a function makes of the catalog and the time, limited like composed feeds.
    """

    def __init__(self, read_catalog: ReadCatalog, settings: Settings) -> None:
        self._read_catalog = read_catalog
        self._settings = settings
        self._offers: tuple[Names, Offers] | None = None

    def respond(self, path: str, query_string: str) -> Response | None:
        """Answer a request for a decoded path with an encoded query string; None unless it has input of the form.

        Raises:
            MovedError: the input describes a feed or list.
            OverloadError: too many requests want to compose feeds.
            CatalogError: the catalog cannot be read.
        """
        if not query_string or path.strip("/").lower() != _PATH[1:]:
            return None
        form = read_form(query_string)
        return None if form.is_blank else self._read_catalog(partial(self._answer, form))

    def _answer(self, form: ComposeForm, reader: CatalogReader, now: datetime) -> Response:
        names = NAMES.read(reader, now=now)
        finder = NameFinder(names, reader, self._settings, now, find_texts(self._settings.language))
        view = answer_form(form, finder)
        page = render_compose(view, self._read_offers(names, reader, now=now), self._settings)
        return make_page_response(400 if view.errors else 200, page)

    def _read_offers(self, names: Names, reader: CatalogReader, *, now: datetime) -> Offers:
        """Read offers only when other names are kept: to read them takes longer than all the rest."""
        if self._offers is None or self._offers[0] is not names:
            self._offers = names, read_offers(reader, now=now)
        return self._offers[1]
