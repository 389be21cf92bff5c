"""An entry's fingerprint changes with its visible fields only, and threads may decode entries."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from feeds.model.entry import (
    Correction,
    Entry,
    Image,
    Kind,
    Provider,
    drop_covered,
    encode_visible,
    fingerprint,
    fold_coverage,
)
from tests.support.sample_feeds import make_entry, make_lead

TIME = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
ENTRY = Entry(
    id="https://news.example/a",
    kind=Kind.ARTICLE,
    title="A title",
    url="https://news.example/a",
    published=TIME,
    updated=TIME,
    released=TIME,
    provider=Provider(name="News", domain="news.example"),
)


def digest(entry: Entry) -> str:
    return fingerprint(encode_visible(entry))


def test_fingerprint_is_32_hexadecimal_digits_and_stable() -> None:
    assert digest(ENTRY) == digest(msgspec.structs.replace(ENTRY))
    assert len(bytes.fromhex(digest(ENTRY))) == 16


def test_quality_and_heat_are_not_visible() -> None:
    assert encode_visible(msgspec.structs.replace(ENTRY, quality=70, heat=-1)) == encode_visible(ENTRY)


def test_fingerprint_changes_with_every_visible_field() -> None:
    image = Image(url="https://news.example/a.png")
    changed = [
        msgspec.structs.replace(ENTRY, title="Another"),
        msgspec.structs.replace(ENTRY, summary="More"),
        msgspec.structs.replace(ENTRY, image=image),
        msgspec.structs.replace(ENTRY, image=msgspec.structs.replace(image, width=10)),
    ]
    assert len({digest(entry) for entry in (ENTRY, *changed)}) == 5


THREADS = """
import sys
from threading import Barrier, Thread

from feeds.model.entry import decode_entry

sys.setswitchinterval(1e-6)
document, barrier = sys.stdin.read(), Barrier(12)
threads = [Thread(target=lambda: (barrier.wait(), decode_entry(document))) for _ in range(12)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


@pytest.mark.program
def test_threads_may_decode_the_first_entry_of_a_process_at_once() -> None:
    document = msgspec.json.encode(ENTRY)
    for _ in range(3):
        subprocess.run([sys.executable, "-c", THREADS], input=document, check=True)


def test_only_stories_covered_by_another_story_are_left_out() -> None:
    lead, other, covered = make_lead(), make_entry(2), make_entry(3, url="https://times.example/b")
    assert drop_covered([lead, other, covered]) == [lead, other]
    assert drop_covered([other, covered]) == [other, covered]
    corrected = msgspec.structs.replace(covered, corrections=(Correction(covered.published, "Not on Monday."),))
    assert drop_covered([lead, corrected]) == [lead, corrected]


def test_the_story_with_the_newest_coverage_comes_first() -> None:
    lead, other = make_lead(), make_entry(2)
    covered = make_entry(3, url="https://times.example/b", published=other.published + timedelta(days=1))
    stories = fold_coverage([covered, other, lead])
    assert [(story.entry, story.newest) for story in stories] == [(lead, covered.published), (other, other.published)]
