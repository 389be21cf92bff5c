"""Compare the answers of a shared cache with the versions that the catalog had."""

from collections.abc import Iterable, Sequence
from itertools import groupby

import msgspec

from benchmarks.edge.readers import EdgeAnswer
from benchmarks.soak.versions import Version, VersionLog


class Verdict(msgspec.Struct, frozen=True):
    """The seconds for which replaced versions were still served, one figure for each replaced version seen too late.

    `regressions` are answers older than an earlier answer, `unknown` answers are of no version. `replaced` is the
    number of replaced versions.
    """

    late_seconds: Sequence[float]
    replaced: int
    regressions: Sequence[str]
    unknown: Sequence[str]


def judge(answers: Iterable[EdgeAnswer], log: VersionLog) -> Verdict:
    """Judge all answers."""
    late: list[float] = []
    regressions: list[str] = []
    unknown: list[str] = []
    replaced = 0
    for path, group in groupby(sorted(answers, key=lambda each: (each.path, each.started)), lambda each: each.path):
        versions = log.list_versions(path)
        lateness = [0.0] * len(versions)
        newest, newest_since = -1, 0.0
        for answer in group:
            place = _find_version(answer, versions)
            if place is None:
                if not log.has_gap(answer.started - 60, answer.ended):
                    unknown.append(f"{path} at {answer.started:.1f}")
                continue
            if place + 1 < len(versions):
                lateness[place] = max(lateness[place], answer.started - versions[place + 1].earliest)
            if place < newest and answer.started > newest_since:
                regressions.append(f"{path} at {answer.started:.1f}")
            if place > newest:
                newest, newest_since = place, answer.ended
        replaced += len(versions) - 1
        late += [seconds for seconds in lateness if seconds > 0]
    return Verdict(late, replaced, regressions, unknown)


def _find_version(answer: EdgeAnswer, versions: Sequence[Version]) -> int | None:
    """Return the place of the newest version with the bytes of an answer that existed before its end."""
    places = [
        place
        for place, each in enumerate(versions)
        if each.digest == answer.digest and (place == 0 or each.earliest <= answer.ended)
    ]
    return places[-1] if places else None
