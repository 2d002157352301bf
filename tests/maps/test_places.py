"""The list beside the map: what filters, a box and a text let through, each once, in the order of names, no more than its reader sees."""

from datetime import datetime, timedelta

import pytest

from builders import MATONGE, make_dataset, make_record, open_terms
from commons.calendar import LOCAL, today
from commons.database.connection import Role, connect
from commons.vocabulary import Language, Precision, Visibility
from maps import places
from maps.filters import read_filters
from maps.places import Box, find_places, read_box

ABOUT_MATONGE = Box(MATONGE[0] - 0.001, MATONGE[1] - 0.001, MATONGE[0] + 0.001, MATONGE[1] + 0.001)
ELSEWHERE = (4.30, 50.88)
MONDAY_NOON = datetime(2026, 11, 23, 12, tzinfo=LOCAL)
ACTIVE = "coalesce(founded_on <= current_date, true) AND coalesce(ended_on > current_date, true)"


@pytest.fixture
def few(database):
    """Return the database with six alternatives, of which the public may know four that exist today."""
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        make_record(connection, dataset, name="Zinneke", name_nl="Atelier Zinneke", category="culture")
        make_record(
            connection, dataset, name="épicerie", name_nl="Kruidenier", opening_hours="Mo-Fr 09:00-17:00"
        )
        make_record(connection, dataset, name="Atelier", name_nl="Werkplaats", place=ELSEWHERE)
        make_record(connection, dataset, name="Ended", ended_on=today() - timedelta(1))
        hidden = make_dataset(connection, terms=open_terms(visibility=Visibility.PARTNERS))
        make_record(connection, hidden, name="Hidden")
        coarse = make_dataset(connection, terms=open_terms(precision=Precision.COMMUNE))
        make_record(connection, coarse, name="Basin")
    return database


def find(language=Language.FR, role=Role.PUBLIC, most=50, filters=(), **asked):
    with connect(role) as connection:
        return find_places(connection, language, most=most, filters=read_filters(filters), **asked)


def names(found):
    return [place["name"] for place in found.places]


def test_the_list_is_in_the_order_of_the_names_that_it_shows(few):
    assert names(find()) == ["Atelier", "Basin", "épicerie", "Zinneke"]
    assert names(find(Language.NL)) == ["Atelier Zinneke", "Basin", "Kruidenier", "Werkplaats"]


def test_pages_follow_each_other_and_the_count_is_of_all(few):
    pages = [find(most=2, skip=skip) for skip in (0, 2, 4)]
    assert [names(page) for page in pages] == [["Atelier", "Basin"], ["épicerie", "Zinneke"], []]
    assert [(page.count, page.is_more) for page in pages] == [(4, False)] * 3


def test_a_box_has_what_is_published_within_it(few):
    assert names(find(box=ABOUT_MATONGE)) == ["épicerie", "Zinneke"]
    assert names(find(box=Box(*ELSEWHERE, *ELSEWHERE))) == ["Atelier"]


def test_open_is_what_is_surely_open(few):
    asked = {"filters": [("open", "now")]}
    assert names(find(**asked, at=MONDAY_NOON)) == ["épicerie"]
    assert names(find(**asked, at=MONDAY_NOON + timedelta(hours=6))) == []


def test_a_search_is_narrowed_by_filters_and_not_by_the_box(few):
    assert names(find(text="zineke")) == ["Zinneke"]
    assert names(find(text="zineke", box=Box(*ELSEWHERE, *ELSEWHERE))) == ["Zinneke"]
    assert names(find(text="zinneke", filters=[("category", "culture")])) == ["Zinneke"]
    assert names(find(text="zinneke", filters=[("category", "food")])) == []
    assert find(text="?!").count == 0


def test_partners_find_what_partners_may(few):
    assert "Hidden" in names(find(role=Role.PARTNER))
    assert "Hidden" not in names(find(text="hidden"))


@pytest.mark.parametrize("language", Language)
def test_many_are_listed_in_the_order_of_an_index_each_once(unchanged_demo, monkeypatch, language):
    wanted = unchanged_demo.rows(f"SELECT public_id::text FROM alternative WHERE {ACTIVE}", Role.PUBLIC)
    monkeypatch.setattr(places, "SORTED", 10)
    monkeypatch.setattr(places, "COUNTED", 100)
    listed = [
        place["id"] for skip in range(0, 1000, 90) for place in find(language, most=90, skip=skip).places
    ]
    assert sorted(listed) == sorted(one for (one,) in wanted)
    found = find(language)
    assert (found.count, found.is_more) == (100, True)


@pytest.mark.parametrize(
    "text", ["", "1,2,3", "1,2,3,4,5", "4.4,50.8,4.3,50.9", "a,b,c,d", "nan,0,1,1", "0,0,inf,1", "-181,0,1,1"]
)
def test_a_box_that_is_none_is_no_box(text):
    assert read_box(text) is None
