"""Bodies that cost more than they look become small content or are refused.

`make bench BENCH_ARGS=costs` measures them at 1 MiB.
"""

import pytest

from feeds.articles.body import MAX_BODY_BYTES
from tests.support.bodies import render
from tests.support.hostile_bodies import SHAPES, Shape

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]

CHARACTERS = 100_000


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_costly_body_is_small_or_refused(shape: Shape) -> None:
    body, problems = render(shape(CHARACTERS))
    assert len(body.html) <= MAX_BODY_BYTES
    assert len(problems) <= 4
    if not body.html:
        assert problems
