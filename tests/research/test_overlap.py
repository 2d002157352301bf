"""Who knows what, as everyone is told it: of what is public and may be counted."""

import pytest

from builders import make_dataset, make_deny, make_record, open_terms
from commons.database.connection import Role
from commons.overlap import overlap
from commons.partners import find_dataset
from commons.research import overlap_of_sources
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
                more = {"description": "told by it alone", "alternative_id": made.alternative_id}
                make_record(connection, other, key=str(number), name=f"n{number}", **more)
    return database


def told():
    rows = overlap_of_sources(Audience.PUBLIC).itertuples(index=False)
    return {(one[-1], other[-1]): count for one, other, count in rows}


def test_everyone_is_told_what_the_cards_tell(lists):
    assert told() == {("a", "a"): 9, ("a", "b"): 7, ("b", "a"): 7, ("b", "b"): 7}
    with lists.connect(Role.INGEST) as connection:
        exact = overlap(connection, Audience.PUBLIC)
    assert exact[["known", "unique", "shared"]].to_numpy().tolist() == [[9, 2, 7], [7, 0, 7]]


KEYS = ["0", "1", "2"]
RECORDS = """
SELECT dataset_id, record_id FROM commons.source_record JOIN commons.dataset USING (dataset_id)
 WHERE partner_key = ANY (%s) AND slug = ANY (%s)
"""
UNCOUNTED = """
INSERT INTO commons.consent (dataset_id, record_id, effect, audience, field_groups, purposes, given_by, evidence_kind,
                             valid_from, valid_until)
VALUES (%s, %s, 'deny', %s, '{existence}', '{statistics}', 't', 'form', now(), 'infinity')
"""


@pytest.mark.parametrize("end", ["partners", "public"])
def test_what_is_not_public_is_not_in_it(lists, end):
    with lists.connect() as connection:
        dataset = find_dataset(connection, "b")
        for _, record in connection.execute(RECORDS, (KEYS, ["b"])).fetchall():
            make_deny(connection, dataset, record, end)
    assert told() == {("a", "a"): 9, ("a", "b"): 4, ("b", "a"): 4, ("b", "b"): 4}


def test_what_no_source_lets_be_counted_is_not_in_it(lists):
    with lists.connect() as connection:
        for said in connection.execute(RECORDS, (KEYS, ["a", "b"])).fetchall():
            for audience in ("researchers", "public"):
                connection.execute(UNCOUNTED, (*said, audience))
    assert told() == {("a", "a"): 6, ("a", "b"): 4, ("b", "a"): 4, ("b", "b"): 4}


def test_a_list_that_nobody_sees_is_not_even_named(lists):
    with lists.connect() as connection:
        dataset = make_dataset(connection, "c", open_terms(visibility=Visibility.PARTNERS))
        make_record(connection, dataset, name="hidden")
    assert {name for pair in told() for name in pair} == {"a", "b"}
