"""The id of each URL, and conflicts between files that claim one id."""

from itertools import permutations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from feeds.articles.mention import Mention, Role
from feeds.collector.identity import IdConflict, assign_ids, find_conflicts, make_spare_id

A, B, C = (f"https://gazette.example/{letter}" for letter in "abc")
NOW = 100


def mention(  # noqa: PLR0913 the fields of a mention
    url: str, id: str = "", *, path: str = "", role: Role = Role.PUBLISHED, date: int | None = 1, position: int = 0
) -> Mention:
    return Mention(
        path=path or f"{url[-1:]}.md",
        position=position,
        url=url,
        id=id,
        role=role,
        released=date,
        expires=None,
        draft=None,
    )


def related(url: str) -> Mention:
    return mention(url, path="lead.md", role=Role.RELATED, position=1)


def assign(*mentions: Mention, at: int = NOW) -> dict[str, str]:
    """Assign ids, and check that neither the order of mentions matters nor two URLs have one id."""
    ids = assign_ids(mentions, at=at)
    assert all(assign_ids(order, at=at) == ids for order in permutations(mentions))
    assert len(set(ids.values())) == len(ids)
    return ids


def test_a_url_is_its_own_id_unless_a_file_gives_another() -> None:
    assert assign(mention(A), related(B)) == {A: A, B: B}
    assert assign(mention(A, "urn:a"), related(A)) == {A: "urn:a"}


def test_an_unpublished_file_gives_the_id_of_its_url() -> None:
    assert assign(mention(A, "urn:a", role=Role.UNPUBLISHED), related(A)) == {A: "urn:a"}


def test_the_oldest_file_at_a_url_that_gives_an_id_decides() -> None:
    files = [mention(A, path="1.md", date=1), mention(A, "urn:2", path="2.md", date=2)]
    assert assign(*files) == {A: "urn:2"}
    assert assign(*files, mention(A, "urn:0", path="3.md", date=0)) == {A: "urn:0"}
    assert assign(*files, mention(A, "urn:tie", path="1b.md", date=2)) == {A: "urn:tie"}
    assert assign(*files, mention(A, "urn:undated", path="0.md", date=None)) == {A: "urn:2"}


def test_the_article_published_first_keeps_a_shared_id() -> None:
    assert assign(mention(A, "urn:x", date=2), mention(B, "urn:x", date=1)) == {A: A, B: "urn:x"}
    assert assign(mention(A, "urn:x"), mention(B, "urn:x")) == {A: "urn:x", B: B}


def test_only_published_and_released_files_compete() -> None:
    published = mention(B, "urn:x", date=50)
    assert assign(mention(A, "urn:x", role=Role.UNPUBLISHED), published) == {A: A, B: "urn:x"}
    assert assign(mention(A, "urn:x", date=1, role=Role.UNPUBLISHED), mention(B, "urn:x", date=101)) == {
        A: "urn:x",
        B: B,
    }
    assert assign(mention(A, "urn:x", role=Role.REMOVED), published) == {A: A, B: "urn:x"}


def test_the_id_of_an_earlier_article_is_not_the_id_of_the_article_at_that_url() -> None:
    assert assign(mention(A, B, date=2), mention(B, date=1)) == {A: A, B: B}
    assert assign(mention(A, B, date=1), mention(B, date=2)) == {A: B, B: make_spare_id(B)}
    assert assign(mention(A, B, date=1), related(B)) == {A: B, B: make_spare_id(B)}
    assert assign(mention(A, B, date=1, role=Role.UNPUBLISHED), related(B)) == {A: A, B: B}


def test_articles_may_exchange_urls_as_ids() -> None:
    assert assign(mention(A, B, date=1), mention(B, A, date=2)) == {A: B, B: A}


def test_a_file_without_a_url_claims_nothing() -> None:
    assert assign(mention("", "urn:x", role=Role.REMOVED), mention(A, "urn:x"))[A] == "urn:x"


def test_a_conflict_names_both_files() -> None:
    assert find_conflicts([mention(A, "urn:x"), mention(B, "urn:x"), mention(C, "urn:c")], at=NOW) == [
        IdConflict("b.md", "a.md")
    ]
    assert find_conflicts([mention(A, B, date=2), mention(B, date=1)], at=NOW) == [IdConflict("a.md", "b.md")]
    assert find_conflicts([mention(A, B, date=1), mention(B, date=2)], at=NOW) == [IdConflict("b.md", "a.md")]


def test_files_without_a_shared_id_have_no_conflicts() -> None:
    files = [mention(A, "urn:x"), mention(A, "urn:y", path="2.md"), mention(B, A), related(B), related(C)]
    assert find_conflicts(files, at=NOW) == []
    assert find_conflicts([mention(A, "urn:x", role=Role.REMOVED), mention(B, "urn:x")], at=NOW) == []


urls = st.sampled_from([A, B, C])
mentions = st.builds(
    mention,
    urls,
    st.sampled_from(["", "urn:x", "urn:y", A, B, C]),
    path=st.sampled_from("123456"),
    role=st.sampled_from([Role.PUBLISHED, Role.PUBLISHED, Role.UNPUBLISHED, Role.REMOVED]),
    date=st.sampled_from([None, 1, 2, 200]),
)


@given(st.lists(st.one_of(mentions, st.builds(related, urls)), max_size=6), st.randoms())
def test_every_url_has_an_id_of_its_own_in_any_order(found: list[Mention], random: Random) -> None:
    ids = assign_ids(found, at=NOW)
    assert ids.keys() == {each.url for each in found}
    assert len(set(ids.values())) == len(ids)
    shuffled = random.sample(found, len(found))
    unique = len({each.path for each in found}) == len(found)
    assert not unique or assign_ids(shuffled, at=NOW) == ids
