"""Check article and topic files without a catalog: find every problem in each file and between files."""

from collections.abc import Iterable, Iterator

import msgspec

from feeds.articles.ignored_files import warn_ignored
from feeds.articles.mention import Mention, Role
from feeds.articles.named_files import NamedContent
from feeds.collector.adopted_files import make_adoption, parse_adopted_files
from feeds.collector.collect_result import Progress
from feeds.collector.identity import find_adopted_conflicts, find_conflicts
from feeds.collector.linked_mentions import load_mention
from feeds.collector.lint_rules import (
    describe_adopted_conflicts,
    describe_clash,
    describe_duplicates,
    describe_id_conflicts,
    describe_unused_ids,
)
from feeds.collector.parallel import read_sources
from feeds.collector.problem_report import TakenFields
from feeds.collector.read_result import ReadResult
from feeds.collector.topic_files import parse_topic_files
from feeds.collector.topic_succession import UNKNOWN_TOPIC
from feeds.model.clock import SYSTEM_CLOCK, Clock, to_seconds
from feeds.model.errors import Problem
from feeds.model.topics import TopicFile, TopicName, assign_slugs, slugify


class CheckResult(msgspec.Struct, frozen=True):
    """The problems of the checked files, sorted by path and position, and the numbers of these files.

    `pages` is the number of files of sites that are not posts. `posts` are those in the shapes of other tools, by path.
    """

    problems: list[Problem]
    articles: int
    topic_files: int
    pages: int
    posts: list[TakenFields]


def check_content(named: NamedContent, *, progress: Progress, clock: Clock = SYSTEM_CLOCK) -> CheckResult:
    """Find the problems of files and between files.

    If some files are named one by one, other topic files may describe their topics, so nothing is compared with these.
    """
    content = named.content
    articles = sorted(content.articles, key=lambda file: file.path)
    _, topics, problems = parse_topic_files(content, known={})
    if named.has_files:
        problems = [problem for problem in problems if problem.code != UNKNOWN_TOPIC]
    problems.extend(content.problems)
    problems.extend(warn_ignored(named.ignored))
    adopted, found = parse_adopted_files(content, known={})
    problems.extend(found)
    now = to_seconds(clock.now())
    named_topics = _NamedTopics(topics)
    own: dict[str, tuple[Mention, str]] = {}
    paths_by_url: dict[str, list[str]] = {}
    urls: set[str] = set()
    pages = 0
    posts: list[TakenFields] = []
    for done, result in enumerate(read_sources([(file, "") for file in articles]), start=1):
        problems.extend(result.problems)
        pages += result.mentions == []
        urls.update(mention.url for mention in result.mentions or ())
        if result.mentions:
            own[result.file.key] = load_mention(result.mentions[0]), result.file.path
        if result.taken and result.mentions:
            fields = {each.field: each.origin for each in result.taken}
            posts.append(TakenFields(result.file.path, own[result.file.key][0].url, fields))
        if url := _find_published_url(result):
            paths_by_url.setdefault(url, []).append(result.file.path)
        named_topics.add(result, now=now)
        progress(done, len(articles))
    for paths in paths_by_url.values():
        problems.extend(describe_duplicates(paths))
    if not named.has_files:
        problems.extend(named_topics.find_clashes())
        problems.extend(describe_unused_ids({file.path: adopted.get(file.key) for file in content.adopted}, urls))
    conflicts = find_conflicts((mention for mention, _ in own.values()), at=now)
    problems.extend(describe_id_conflicts((own[each.loser][1], own[each.winner][1]) for each in conflicts))
    taken = find_adopted_conflicts((mention for mention, _ in own.values()), make_adoption(adopted))
    problems.extend(describe_adopted_conflicts({own[key][1]: url for key, url in taken.items()}))
    return CheckResult(sorted(problems), len(articles) - pages, len(content.topics), pages, posts)


def _find_published_url(result: ReadResult) -> str:
    """Return the URL of a published article; empty if the file has none."""
    own = result.mentions[0] if result.mentions else None
    return own.url if own and own.role == Role.PUBLISHED else ""


class _NamedTopics:
    """The topics that files name: those of topic files, and those of articles with the first path and label of each."""

    def __init__(self, topics: Iterable[TopicFile]) -> None:
        self._keys = {key: topic.keys[0] for topic in topics for key in topic.keys}
        self._labels = {topic.keys[0]: topic.name for topic in topics}
        self._paths = dict.fromkeys(self._labels, "")
        self._known = set(self._labels)

    def add(self, result: ReadResult, *, now: int) -> None:
        """Add the topics of an article, known from the time on that the article is released."""
        for label in result.labels:
            key = self._keys.get(label.topic, label.topic)
            self._paths[key] = self._paths.get(key) or result.file.path
            self._labels.setdefault(key, label.label)
            if label.since is not None and label.since <= now:
                self._known.add(key)

    def find_clashes(self) -> Iterator[Problem]:
        """Yield a problem for each topic whose slug belongs to another one."""
        for key, slug in assign_slugs(self._known, later=self._paths.keys() - self._known).items():
            # Nobody needs to rename a topic without articles.
            if slug != slugify(key) and self._paths[key]:
                yield describe_clash(TopicName(slug, self._labels[key]), path=self._paths[key])
