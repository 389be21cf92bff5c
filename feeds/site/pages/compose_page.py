"""Render the page with the form for composing feeds."""

from feeds.model.expression import MAX_TERMS
from feeds.model.query import PARAMETERS
from feeds.settings import Settings
from feeds.site.compose_combination import Choice, Chosen
from feeds.site.compose_form_view import FORM_ID, ChosenRow, FieldReason, FormView
from feeds.site.compose_offers import Offers
from feeds.site.compose_query import DO, FILTERS, Picker
from feeds.site.pages.environment import find_environment, versioned_path
from feeds.site.urls import ComposeAddress, SuggestedNamesAddress

MAX_SHOWN = 60
"""The number of characters of a wrong value that an error repeats."""

_PATTERNS = {picker: ChosenRow(picker, Chosen("{value}"), name="{name}") for picker in Picker}


def render_compose(view: FormView, offers: Offers, settings: Settings) -> bytes:
    """Write the page with a form, and with names to choose from."""
    template = find_environment(settings.language).get_template("compose.html")
    return template.render(
        settings=settings,
        site=settings.site,
        is_static=False,
        search="",
        page_url=f"{settings.site_url}{ComposeAddress().path}",
        view=view,
        offers=offers,
        Choice=Choice,
        COMPOSE_SCRIPT=versioned_path("compose.js"),
        DO=DO,
        FORM_ID=FORM_ID,
        FieldReason=FieldReason,
        MAX_SHOWN=MAX_SHOWN,
        MAX_TERMS=MAX_TERMS,
        NAMES_PATH=SuggestedNamesAddress().path,
        Picker=Picker,
        ROW_PATTERNS=_PATTERNS,
        URL_FILTERS=[name for name in PARAMETERS if name in FILTERS],
    ).encode()
