"""Entries and publishers are linked by URIs."""

import msgspec

from feeds.model.entry import Provider, Reference
from feeds.model.links import link_by_uri, write_provider_url
from tests.support.sample_feeds import START, make_entry


def test_links_of_an_entry_become_uris_and_its_id_stays() -> None:
    story = Reference("https://möwen.example/möwe", "Möwe", "Möwen", START)
    entry = msgspec.structs.replace(make_entry(), id=story.url, url=story.url, coverage=(story,), leads=(story,))
    linked = link_by_uri(entry)
    uri = "https://xn--mwen-5qa.example/m%C3%B6we"
    reference = msgspec.structs.replace(story, url=uri)
    assert (linked.id, linked.url) == (story.url, uri)
    assert (linked.coverage, linked.leads) == ((reference,), (reference,))
    assert link_by_uri(linked) == linked
    plain = make_entry()
    assert link_by_uri(plain) is plain


def test_the_address_of_a_provider_is_a_uri() -> None:
    assert write_provider_url(Provider("Möwen", "möwen.example")) == "https://xn--mwen-5qa.example/"
    assert write_provider_url(Provider("This site", "")) == ""
