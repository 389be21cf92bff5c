"""Make feeds of invented news with every possible field."""

from datetime import UTC, datetime, timedelta

from msgspec import structs

from feeds.model.entry import Category, Entry, Image, Kind, Provider, Reference
from feeds.model.feed import DocumentLink, Feed, Link, Site

SITE = Site(
    url="https://news.example",
    title="Harbour News",
    icon="https://news.example/icon.png",
    logo="https://news.example/logo.png",
)
START = datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC)
GULLS = Category(term="gulls", label="Gulls & terns")
TIDES = Category(term="tides", label="Tides")


def make_entry(number: int = 1, **fields: object) -> Entry:
    """Make an entry, published `number` hours after `START`, with its URL as the id."""
    time = START + timedelta(hours=number)
    entry = Entry(
        id=f"https://gazette.example/story-{number}",
        kind=Kind.ARTICLE,
        title=f"Story number {number}",
        url=f"https://gazette.example/story-{number}",
        published=time,
        updated=time,
        released=time,
        summary=f"What happened in story {number}.",
        provider=Provider("The Gazette", "gazette.example"),
    )
    return structs.replace(entry, **fields)


def make_feed(*entries: Entry, **fields: object) -> Feed:
    """Make the feed of a topic."""
    feed = Feed(
        id="urn:example:topics:gulls",
        path="/topics/gulls",
        title="Gulls & terns — Harbour News",
        subtitle="Every story about gulls and terns.",
        page_url="https://news.example/topics/gulls",
        site=SITE,
        entries=entries,
    )
    return structs.replace(feed, **fields)


def make_lead() -> Entry:
    """Make an entry with every field set."""
    return make_entry(
        9,
        id="tag:gazette.example,2021:nine",
        title='Gulls <b>"steal"</b> chips & &lt;pies&gt;',
        amp_url="https://gazette.example/amp/story-9",
        cdn_amp_url="https://cdn.example/gazette/story-9",
        via_url="https://wire.example/9?a=1&b=2",
        updated=START + timedelta(days=1),
        summary="Chips < pies & peas, say gulls.",
        body='<p>One <b>gull</b> &amp; two chips.</p>\n<p><a href="https://gazette.example/pies">Pies</a>.</p>',
        image=Image("https://img.example/gull.JPG?w=640&h=360", 640, 360, 'A gull, "Bob"'),
        authors=("Ada Möwe", "Bo 鴎"),
        language="de",
        categories=(GULLS, TIDES),
        coverage=(
            Reference("https://post.example/a?x=1&y=2", "Pies <gone>", "The Post", START),
            Reference("https://times.example/b", "No pies & no chips"),
        ),
    )


def make_related() -> Entry:
    """Make an entry with coverage of a lead, and with a picture of unknown type and size."""
    return make_entry(
        8,
        kind=Kind.RELATED,
        title="AT&T keeps the gulls 🐦",
        image=Image("https://img.example/picture"),
        categories=(GULLS,),
        leads=(Reference("https://gazette.example/story-9", "Gulls & chips", "The Gazette"),),
    )


def make_video() -> Entry:
    """Make a video entry with an embed and without a summary."""
    embed = '<iframe src="https://video.example/embed/7" title="Gulls"></iframe>'
    return make_entry(7, type="video", embed=embed, summary="", image=Image("https://img.example/still.webp", 16, 9))


def make_full_feed() -> Feed:
    """Make a feed that covers every branch of every renderer."""
    hub = Link("hub", "https://hub.example/")
    archive = DocumentLink("prev-archive", "/topics/gulls/archive/1")
    return make_feed(make_lead(), make_related(), make_video(), make_entry(6), links=(hub,), documents=(archive,))


def make_archive() -> Feed:
    """Make a middle document of the feed's archive."""
    documents = (
        DocumentLink("current", "/topics/gulls"),
        DocumentLink("prev-archive", "/topics/gulls/archive/1"),
        DocumentLink("next-archive", "/topics/gulls/archive/3"),
    )
    return make_feed(
        *(make_entry(number) for number in (2, 1)),
        path="/topics/gulls/archive/2",
        documents=documents,
        is_archive=True,
        ttl_seconds=86_400,
    )
