"""Invented news and pictures of a small harbour, with everything that pages can show."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

STORIES = 130
NEWEST = datetime(2026, 1, 2, 7, 30, tzinfo=UTC)
LATER = NEWEST - timedelta(days=5)
PICTURES = "https://pictures.example"
MISSING = "missing"  # pictures with this word in their URL are missing

_TOPICS = {
    "Harbour": ("", "Ships, quays and cranes, and the people who work there."),
    "Ferries": ("Harbour", "Crossings, timetables, and the new electric boats."),
    "Lighthouses": ("Harbour", "Keepers, lenses and long nights."),
    "Tides": ("", "What the moon does to the town."),
    "Gulls & terns": ("Tides", "Every story about gulls, terns and chips."),
    "Markets": ("", "Prices on the quay, week by week."),
}
_PROVIDERS = (
    ("The Gazette", "gazette.example"),
    ("Harbour Post", "post.example"),
    ("Evening Tide", "tide.example"),
    ("The Coast Times", "coast.example"),
    ("North Sea Weekly", "weekly.example"),
)
_WHO = (
    "Ferry company",
    "Harbour master",
    "Lighthouse trust",
    "Fish market",
    "Bird wardens",
    "Storm watch",
    "Town council",
)
_WHAT = (
    ("orders two electric boats", "The first is to cross the bay in spring, at half the noise and twice a day more."),
    ("opens the north quay to walkers", "Benches and lamps are in place; cyclists are asked to wait until summer."),
    ("counts more terns than ever", "Volunteers found 1,240 nests on the sandbanks, a third more than last year."),
    ("moves its opening hours to dawn", "Cooks had asked for it for years, and so, it turns out, had the fishers."),
    ("warns of a spring tide on Sunday", "The lower car park closes at noon, and the chip shop sells from its window."),
    ("finds a century-old lens in the cellar", "It was wrapped in newspapers of 1911, which are to be shown as well."),
    ("asks sailors to keep their distance", "A seal and her pup have taken to the pontoon, and seem to like it there."),
    ("agrees on a longer timetable", "Night boats will run until one in the morning on Fridays and Saturdays."),
    ("publishes its first map of the sandbanks", "It is free, and out of date by the time it is printed."),
)


def write_news(folder: Path, *, pictures: str = PICTURES) -> None:
    """Write articles and topic files into a new folder; `pictures` is the address of the host of all pictures."""
    (folder / "topics").mkdir(parents=True)
    for name, (parent, description) in _TOPICS.items():
        images = [{"url": _picture(f"topic-{name}"), "width": 400, "height": 400}]
        topic = {"name": name, "parent": parent, "description": description, "images": images}
        (folder / "topics" / f"{name}.yaml").write_text(json.dumps(topic).replace(PICTURES, pictures))
    for number, article in enumerate(_list_articles()):
        (folder / f"{number:03}.md").write_text(f"---\n{json.dumps(article)}\n---\n".replace(PICTURES, pictures))


def draw_picture(url: str) -> str:
    """Draw an SVG seascape, different for each URL."""
    sky, sea, sun = blake2b(url.encode(), digest_size=3).digest()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 400" width="600" height="400">'
        f'<rect width="600" height="400" fill="hsl({190 + sky // 8} 45% 78%)"/>'
        f'<circle cx="{80 + sun * 1.7:.0f}" cy="{90 + sky // 4}" r="46" fill="hsl({24 + sun // 10} 85% 66%)"/>'
        f'<path d="M0 250q150-{sea // 6} 300 0t300 0v150H0z" fill="hsl({195 + sea // 9} 42% 46%)"/>'
        f'<path d="M0 310q150 {sun // 6} 300 0t300 0v90H0z" fill="hsl({200 + sea // 9} 48% 34%)"/>'
        f'<path d="M{180 + sky} 268h90l-16 30h-58zm42-8v-88l44 76z" fill="#fff" opacity=".92"/></svg>'
    )


def _list_articles() -> Iterator[dict[str, Any]]:
    topics = cycle([["Harbour", "Ferries"], ["Tides"], ["Lighthouses"], ["Gulls & terns", "Tides"], ["Markets"]])
    stories = zip(cycle(_WHO), cycle(_WHAT), cycle(_PROVIDERS), topics, strict=False)
    for number, (who, (what, excerpt), provider, named) in enumerate(islice(stories, STORIES)):
        time = NEWEST - timedelta(hours=number * 19 + number % 7 * 3)
        article = _story(f"{who} {what}", provider, number=number, time=time)
        yield article | {
            "excerpt": excerpt,
            "topics": named,
            "images": [{"url": _picture(str(number)), "width": 1200, "height": 800}] if number % 6 != 4 else [],
            "related": list(_list_coverage(number, time)) if number % 3 == 0 else [],
        }
    yield _story("مدينة الميناء تفتح مكتبة عائمة", ("جريدة الميناء", "jarida.example"), number=900, time=LATER) | {
        "excerpt": "تقول البلدية إن المكتبة ستزور كل رصيف مرة في الأسبوع، وإن القراءة فيها مجانية للجميع.",
        "locale": "ar",
        "topics": ["Harbour"],
        "corrections": [{"date": LATER.isoformat(), "text": "تزور المكتبة رصيفين."}],
        "images": [{"url": _picture(f"{MISSING}-1"), "width": 1200, "height": 800}],
    }
    yield _story("Weather station loses its picture", _PROVIDERS[0], number=901, time=LATER) | {
        "excerpt": "It was there yesterday.",
        "corrections": [{"date": NEWEST.isoformat(), "text": "An earlier version said it was there today."}],
        "topics": ["Harbour"],
        "images": [{"url": _picture(f"{MISSING}-2"), "width": 1200, "height": 800}],
    }


def _list_coverage(number: int, time: datetime) -> Iterator[dict[str, Any]]:
    for place in range(1 + number % 4):
        who, (what, _) = _WHO[(number + place) % len(_WHO)], _WHAT[number % len(_WHAT)]
        provider = _PROVIDERS[(number + place + 1) % len(_PROVIDERS)]
        yield _story(f"{who}: {what}, say neighbours", provider, number=number, time=time - timedelta(hours=place + 1))


def _story(title: str, provider: tuple[str, str], *, number: int, time: datetime) -> dict[str, Any]:
    name, domain = provider
    return {
        "title": title,
        "webUrl": f"https://{domain}/{number}/{blake2b(title.encode(), digest_size=4).hexdigest()}",
        "publishedDateTime": f"{time:%FT%TZ}",
        "provider": {"name": name, "domain": domain},
    }


def _picture(name: str) -> str:
    return f"{PICTURES}/{quote(name)}.jpg"
