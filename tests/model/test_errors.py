"""The messages of errors and problems say where the problem is, and what to do."""

from feeds.model.errors import ArticleError, Level, MassRemovalError, Problem

PROBLEM = Problem(path="a.md", line=3, column=5, level=Level.ERROR, code="yaml", message="Tab; use spaces.")


def test_problem_reads_as_path_line_column_level_code_message() -> None:
    assert str(PROBLEM) == "a.md:3:5: error yaml Tab; use spaces."


def test_article_error_carries_its_problems() -> None:
    error = ArticleError(PROBLEM, PROBLEM)
    assert error.problems == (PROBLEM, PROBLEM)
    assert str(error) == f"{PROBLEM}\n{PROBLEM}"


def test_mass_removal_says_how_much_and_how_to_force_it() -> None:
    error = MassRemovalError(removed=8, known=10)
    assert (error.removed, error.known) == (8, 10)
    assert str(error) == (
        "This would remove 8 of 10 articles, so nothing was changed. Is the folder mounted? Use --force if you mean it."
    )
