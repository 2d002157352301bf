"""What the planner expects decides how fast a release is made, never whether it is made at all."""

import pytest

from builders import make_dataset, make_record, open_terms

ALTERNATIVES = 300
BY_LOOPS_ALONE = """
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
SET LOCAL plan_cache_mode = force_custom_plan;
SET LOCAL statement_timeout = '15s';
"""
EVERY = """
SELECT count(DISTINCT made.alternative_id)
  FROM (SELECT array_agg(alternative_id) AS ids FROM commons.alternative) every, commons.{routine} made
"""


@pytest.fixture
def many(database):
    """Return a database of alternatives, every second of them told by two sources."""
    with database.connect() as connection:
        datasets = [make_dataset(connection, slug, open_terms()) for slug in "ab"]
        for n in range(ALTERNATIVES):
            told = {"key": str(n), "name": f"Potager {n}", "place": (4.32 + n * 3e-4, 50.83)}
            first = make_record(connection, datasets[0], **told)
            if n % 2:
                make_record(connection, datasets[1], alternative_id=first.alternative_id, **told)
    return database


@pytest.mark.parametrize(
    "routine", ["contributors(every.ids, clock_timestamp())", "compute_released_alternatives(every.ids)"]
)
def test_rows_are_made_once_each_however_they_are_joined(many, routine):
    """Where it expects one row it loops: a hundred and twenty rows were made 1.7 million times inside of the loops."""
    with many.connect() as connection:
        connection.execute("ANALYZE")
        connection.execute(BY_LOOPS_ALONE)
        assert connection.execute(EVERY.format(routine=routine)).fetchone() == (ALTERNATIVES,)
