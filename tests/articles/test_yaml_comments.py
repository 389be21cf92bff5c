"""YAML takes the rest of a line from ` #` as a comment; a text for people that loses its end gets a warning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.articles.front_matter import load_front_matter
from feeds.articles.topic_file import parse_topic_file
from feeds.articles.yaml_comments import find_cut_texts, may_cut_texts


def find_names(yaml: str) -> list[str]:
    """Return the fields that are cut, each followed by the text from the `#`."""
    assert may_cut_texts(yaml) or not list(find_cut_texts(yaml))
    return [f"{name} {yaml[index:].splitlines()[0]}" for index, name in find_cut_texts(yaml)]


@pytest.mark.parametrize(
    ("yaml", "cut"),
    [
        ("title: Issue #5", "title #5"),
        ("title: C #", "title #"),
        ("'title': C #", "title #"),
        ('"title" : "C #1"\n"excerpt": a #2', "excerpt #2"),
        ('title: Don\'t "say" #5', "title #5"),
        ("related:\n- - title: a #5", "title #5"),
        ('locale: "en #1" #2\ntitle: a #5', "title #5"),
        ("title: #5 in the list", "title #5 in the list"),
        ("title: Möwen\t#1", "title #1"),
        ("title: one\n  two #3", "title #3"),
        ("title: !!str Issue #5", "title #5"),
        ("excerpt: a # b", "excerpt # b"),
        ("description: a # b", "description # b"),
        ("provider: {name: News #1\n  }", "name #1"),
        ("provider: \n  authors: [Ann #1\n  ]", "authors #1"),
        ("related:\n- title: A #1\n  excerpt: b", "title #1"),
        ("images:\n- title: A #1", "title #1"),
        ("topics:\n- C #\n- Go", "topics #"),
        ("topics:\n- Issue #5", "topics #5"),
        ("topics: #AI", "topics #AI"),
        ("tags: [\n a #b\n]", "tags #b"),
    ],
)
def test_a_text_that_a_comment_cuts_is_found(yaml: str, cut: str) -> None:
    assert find_names(yaml) == [cut]
    assert find_names(yaml.replace("\n", "\r\n") + "\r\n") == [cut]


@pytest.mark.parametrize(
    "yaml",
    [
        "title: Issue#5",
        'title: "Issue #5" # of many',
        "title: 'Issue #5'",
        "title: Issue 5\n# a comment\nexcerpt: b",
        "title: Issue 5\n  # a comment",
        "title: ~ # later",
        "excerpt: # later",
        "excerpt: > # folded\n  a #b",
        "topics: # two of them\n- AI # the main topic\n- Go",
        "topics: [AI, Go] # both",
        "tags: # none yet",
        "heat: 70 #high",
        "published: true #now",
        "publishedDateTime: 2021-01-01 #noon",
        "webUrl: https://news.example/a #b",
        "locale: en #English",
        "secured: abc #d",
        "layout: post #1",
        "params: {title: a #b\n  }",
        "provider: {domain: a.example #b\n  }",
        "weights:\n- title: a #b",
    ],
)
def test_other_comments_are_normal(yaml: str) -> None:
    assert find_names(yaml) == []


def test_the_warning_says_where_and_what_to_do() -> None:
    front = load_front_matter(b"---\nurl: x\ntitle: Issue #5\nexcerpt: a\ntitle: b # c\n---\n", "a.md")
    assert front.fields["title"] == "Issue"
    advice = "put the text in double quotes, or the comment on another line."
    assert [str(problem) for problem in front.problems] == [
        f"a.md:3:14: warning cut-by-comment YAML ignores the rest of this line, so `title` is cut; {advice}",
        "a.md:5:1: error duplicate-key Duplicate key `title`; keep one.",
        f"a.md:5:10: warning cut-by-comment YAML ignores the rest of this line, so `title` is cut; {advice}",
    ]


def test_topic_files_are_warned_of_too() -> None:
    topic, problems = parse_topic_file(b"name: C #\naliases: [C Sharp]\n", "topics/c.yaml")
    assert (topic.name, [(each.line, each.column, each.code) for each in problems]) == ("C", [(1, 9, "cut-by-comment")])


def test_a_file_gets_at_most_fifty_of_these_warnings() -> None:
    lines = "".join(f"- title: a #{number}\n" for number in range(100))
    assert len(load_front_matter(f"---\nrelated:\n{lines}---\n".encode(), "a.md").problems) == 50


@given(st.text(alphabet="a#: \"'\t\n-[]é", max_size=30))
def test_any_quoted_text_is_whole(text: str) -> None:
    quoted = "".join(f"\\u{ord(character):04x}" if character in '"\\\n\t' else character for character in text)
    assert find_names(f'title: "{quoted}"\nexcerpt: b\n') == []
