"""A site with more topics than a page shows in full: in groups, in several alphabets, and with the longest names."""

import json
from pathlib import Path

from tests.support.articles import write_article

LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitänsmützenhersteller!"
LONG_NAME = "Regional Development and Infrastructure of the Northern Seas"
MARKUP = "<b>Bold</b> & “quoted”"

_PARENTS = {
    "Harbours": "",
    "Fähren": "Harbours",
    "Night ferries": "Fähren",
    LONG_NAME: "Harbours",
    LONG_WORD: "",
    MARKUP: "",
    "Öl und Gas": "",
    "Straßen": "",
    "3D printing": "",
    "الموانئ": "",
    "人工知能": "",
    "ガス": "",
    **{f"{letter} plain {number}": "" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" for number in range(5)},
}
TOPICS = len(_PARENTS)


def write_many_topics(folder: Path) -> None:
    """Write topic files, and articles about some of the topics."""
    (folder / "topics").mkdir(parents=True)
    for number, (name, parent) in enumerate(_PARENTS.items()):
        topic = {"name": name, "parent": parent, "description": f"About number {number}."}
        (folder / f"topics/{number:03}.yaml").write_text(json.dumps(topic), encoding="utf-8")
    for number, name in enumerate((*[LONG_WORD] * 4, *[LONG_NAME] * 3, "Night ferries", "Night ferries", MARKUP)):
        time = f"2025-12-{20 - number}T12:00:00Z"
        images = "[{url: 'https://pictures.example/1.jpg', width: 640, height: 360}]"
        write_article(folder, f"a{number}", topics=json.dumps([name]), publishedDateTime=time, images=images)
