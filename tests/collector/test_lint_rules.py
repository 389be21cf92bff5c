from feeds.collector.lint_rules import describe_clash, describe_duplicates
from feeds.model.errors import Level
from feeds.model.topics import TopicName


def test_duplicates_name_the_first_file() -> None:
    problems = describe_duplicates(["a.md", "b.md", "c.md"])
    assert [(problem.path, problem.level, problem.code) for problem in problems] == [
        ("b.md", Level.WARNING, "duplicate-url"),
        ("c.md", Level.WARNING, "duplicate-url"),
    ]
    assert all("a.md" in problem.message for problem in problems)


def test_a_clash_names_the_topic_and_its_url() -> None:
    problem = describe_clash(TopicName("c-sharp-1f2e3d", "C sharp"), path="a.md")
    assert (problem.path, problem.level, problem.code) == ("a.md", Level.WARNING, "topic-clash")
    assert "“C sharp”" in problem.message
    assert "/topics/c-sharp-1f2e3d" in problem.message
