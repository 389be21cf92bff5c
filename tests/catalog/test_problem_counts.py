"""Problems of current versions are counted and listed, until they are fixed."""

from sqlalchemy import text

from feeds.catalog import problem_counts
from feeds.catalog.database import open_engine
from feeds.catalog.problem_counts import ProblemCounts
from feeds.model.errors import Level
from tests.support.newsroom import Newsroom


def test_problems_are_counted_and_listed_until_fixed(newsroom: Newsroom) -> None:
    newsroom.write("a")
    newsroom.write_text("b", "title: [oops\n")
    newsroom.write("c", exerpt="A typing error")
    newsroom.write("d", webUrl=None)
    newsroom.collect()
    with newsroom.catalog.reading() as reader:
        assert reader.count_problems() == ProblemCounts(rejected_files=2, warnings=1)
        rejected = reader.list_problems(Level.ERROR, limit=9)
        assert [problem.path.rpartition("/")[2] for problem in rejected] == ["b.md", "d.md"]
        assert reader.list_problems(Level.ERROR, limit=1) == rejected[:1]
        (warning,) = reader.list_problems(Level.WARNING, limit=9)
        assert "exerpt" in warning.message
    for name in "bcd":
        newsroom.write(name)
    newsroom.collect()
    with newsroom.catalog.reading() as reader:
        assert reader.count_problems() == ProblemCounts(rejected_files=0, warnings=0)


def test_files_without_problems_are_not_read(newsroom: Newsroom, database_url: str) -> None:
    newsroom.collect()
    engine = open_engine(database_url)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            statement = problem_counts._PROBLEMS.compile(engine)  # noqa: SLF001 the statement in use
            plan = connection.execute(text(f"EXPLAIN QUERY PLAN {statement}")).all()
            assert "files_with_problems" in str(plan)
    engine.dispose()
