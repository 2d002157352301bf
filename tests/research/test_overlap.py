"""Who knows what, as everyone is told it: of what is public and may be counted, and by fives."""

import pytest

from builders import make_dataset, make_deny, make_record, open_terms
from commons.database.connection import Role
from commons.overlap import overlap, overlap_for_everyone
from commons.partners import find_dataset
from commons.vocabulary import Audience, Visibility

BOTH = 7


@pytest.fixture
def lists(database):
    """Store two lists with seven alternatives in common; the first has nine."""
    with database.connect() as connection:
        one, other = (make_dataset(connection, slug, open_terms()) for slug in "ab")
        for number in range(BOTH + 2):
            made = make_record(connection, one, key=str(number), name=f"n{number}")
            if number < BOTH:
                make_record(
                    connection, other, key=str(number), name=f"n{number}", alternative_id=made.alternative_id
                )
    return database


def told(database):
    with database.connect(Role.INGEST) as connection:
        return {
            tuple(name[-1] for name in row[:2]): row[2]
            for row in overlap_for_everyone(connection).fillna(0).itertuples(index=False)
        }


def test_everyone_is_told_by_fives(lists):
    assert told(lists) == {("a", "a"): 5, ("a", "b"): 5, ("b", "a"): 5, ("b", "b"): 5}
    with lists.connect(Role.INGEST) as connection:
        exact = overlap(connection, Audience.PUBLIC)
    assert exact[["known", "unique", "shared"]].to_numpy().tolist() == [[9, 2, 7], [7, 0, 7]]


@pytest.mark.parametrize("how", ["deny", "statistics", "partners only"])
def test_what_is_not_public_or_may_not_be_counted_is_not_in_it(lists, how):
    with lists.connect() as connection:
        dataset = find_dataset(connection, "b")
        records = connection.execute(
            "SELECT record_id FROM commons.source_record WHERE dataset_id = %s ORDER BY 1 LIMIT 3",
            (dataset.dataset_id,),
        ).fetchall()
        for (record,) in records:
            if how == "statistics":
                connection.execute(
                    "INSERT INTO commons.consent (dataset_id, record_id, effect, audience, field_groups, purposes, given_by,"
                    " evidence_kind, valid_from, valid_until) VALUES (%s, %s, 'deny', 'researchers', '{existence}',"
                    " '{statistics}', 't', 'form', now(), 'infinity'), (%s, %s, 'deny', 'public', '{existence}',"
                    " '{statistics}', 't', 'form', now(), 'infinity')",
                    (dataset.dataset_id, record) * 2,
                )
            else:
                make_deny(connection, dataset, record, "partners" if how == "deny" else "public")
    assert told(lists) == {("a", "a"): 5, ("a", "b"): 0, ("b", "a"): 0, ("b", "b"): 0}


def test_a_list_that_nobody_sees_is_not_even_named(lists):
    with lists.connect() as connection:
        dataset = make_dataset(connection, "c", open_terms(visibility=Visibility.PARTNERS))
        make_record(connection, dataset, name="hidden")
    assert {name for pair in told(lists) for name in pair} == {"a", "b"}
