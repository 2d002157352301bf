"""Search: the right alternative among the first three, in three languages, and nothing that its reader may not see."""

import time

import pytest
from misspelt import questions
from waiting import wait_for

from builders import MATONGE, make_dataset, make_record, open_terms
from commons.consent.withdraw import withdraw
from commons.database.connection import Role
from commons.vocabulary import Language, Precision, Visibility
from maps.search import Search, words_of

NAMED = """
SELECT public_id::text, name, ARRAY[name_fr, name_nl, name_en] FROM alternative
 WHERE coalesce(founded_on <= current_date, true) AND coalesce(ended_on > current_date, true) ORDER BY md5(name), public_id
"""


def searched(work, role=Role.PUBLIC):
    """Return what the work makes of a reader's search."""

    async def run():
        search = Search(role)
        try:
            return await work(search)
        finally:
            await search.pool.close()

    return wait_for(run())


def found(text, language=Language.FR, role=Role.PUBLIC):
    """Return the names that a text finds."""
    return [one["name"] for one in searched(lambda search: search.find(text, language), role)]


def test_two_hundred_questions_as_people_type_them_find_what_was_meant(unchanged_demo):
    named = unchanged_demo.rows(NAMED, Role.PUBLIC)
    names = {one: {name, *others} - {None} for one, name, others in named}
    asked = questions(named, 200)
    assert len({kind for _, _, kind in asked}) == 4

    async def ask(search):
        missed = []
        for one, text, kind in asked:
            first = [each["id"] for each in await search.find(text, Language.FR, 3)]
            # Two alternatives may bear one name.
            if not any(names[one] & names[each] for each in first):
                missed.append((kind, text))
        return missed

    missed = searched(ask)
    assert len(missed) <= 10, missed


@pytest.fixture(scope="module")
def filling(module_database):
    fill(module_database)


@pytest.fixture
def places(filling, shared_database):
    """A commons of a few alternatives, public and other, for tests that change nothing."""


def fill(database):
    """Store the alternatives; return the dataset of the public ones."""
    with database.admin() as connection:
        public = make_dataset(connection, terms=open_terms())
        tell = {"name": "Le Potager du Cœur", "name_nl": "Moestuin van het Hart", "category": "garden"}
        make_record(
            connection, public, **tell, street="Rue de la Paix", description="Légumes et fleurs", key="garden"
        )
        make_record(connection, public, name="Vélo pour tous", category="mobility")
        coarse = make_dataset(connection, terms=open_terms(precision=Precision.NEIGHBOURHOOD))
        make_record(
            connection, coarse, name="Chez soi", category="shelter", street="Rue Cachée", place=MATONGE
        )
        hidden = make_dataset(connection, terms=open_terms(visibility=Visibility.PARTNERS))
        make_record(connection, hidden, name="Zqxhidden Zwanze", category="garden", street="Verborgenstraat")
    return public


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("potager coeur", "Le Potager du Cœur"),
        ("POTAGER DU CŒUR", "Le Potager du Cœur"),
        ("moestuin hart", "Le Potager du Cœur"),
        ("potgaer", "Le Potager du Cœur"),
        ("jardin partagé", "Le Potager du Cœur"),
        ("community garden", "Le Potager du Cœur"),
        ("comunity gardn", "Le Potager du Cœur"),
        ("rue de la paix", "Le Potager du Cœur"),
        ("légumes", "Le Potager du Cœur"),
        ("fiets", "Vélo pour tous"),
        ("velo ixelles", "Vélo pour tous"),
        ("vélo elsene", "Vélo pour tous"),
        ("velo ixeles", "Vélo pour tous"),
    ],
)
def test_words_find(places, text, name):
    assert found(text)[:1] == [name]


def test_a_name_is_told_in_the_language_asked_for_where_there_is_one(places):
    assert found("potager", Language.NL) == ["Moestuin van het Hart"]
    assert found("vélo", Language.NL) == ["Vélo pour tous"]


def test_what_a_reader_may_not_see_is_neither_found_nor_suggested(places):
    for text in ("zqxhidden", "zqxhiden zwanze", "verborgenstraat", "rue cachée", "cachee"):
        assert "Zqxhidden Zwanze" not in found(text)
        assert "Chez soi" not in found(text)  # its street is not published
    assert found("zqxhiden zwanze", role=Role.PARTNER) == ["Zqxhidden Zwanze"]
    assert found("chez soi") == ["Chez soi"]


def test_a_withdrawal_and_the_clock_take_it_from_the_next_answer(database):
    places = fill(database)

    async def ask(search):
        async def first(text):
            return [one["name"] for one in await search.find(text, Language.FR)]

        assert await first("potager coeur") == ["Le Potager du Cœur"]
        with database.connect(Role.INGEST) as connection:
            withdraw(connection, places, record_key="garden", withdrawn_by="someone")
        for text in ("potager coeur", "potgaer", "rue de la paix", "garden"):
            assert await first(text) == [], text
        with database.connect() as connection:
            connection.execute("UPDATE commons.released_alternative SET expires_at = now()")
        assert await first("vélo") == []

    searched(ask)


@pytest.mark.parametrize(
    "text",
    ["", " ", "'", "a' OR '1'='1", "%s %(text)s", "a:*|b&!(", "\\", "💩", "\u202e", "()&|!:*<->", "é" * 400, "a " * 50, "'; DROP"],
)  # fmt: skip
def test_no_text_is_taken_for_a_query(places, text):
    assert isinstance(found(text), list)


def test_short_words_count_only_where_there_are_no_others():
    assert words_of("Le Potager de la Paix") == ["potager", "paix"]
    assert words_of("à la") == ["a", "la"]
    assert words_of("straße Łódź") == ["strasse", "lodz"]


def test_it_is_read_by_its_indexes(unchanged_demo):
    with unchanged_demo.connect(Role.PUBLIC) as connection:
        connection.execute("SET enable_seqscan = off")
        for query, index in {
            "SELECT FROM place WHERE words @@ to_tsquery('simple', 'potager:*')": "words_idx",
            "SELECT FROM place WHERE title %> 'potagr'": "title_idx",
        }.items():
            plan = "\n".join(row[0] for row in connection.execute(f"EXPLAIN (COSTS OFF) {query}"))
            assert index in plan


def test_no_question_takes_long(unchanged_demo):
    async def ask(search):
        await search.find("warm", Language.FR)
        begun = time.perf_counter()
        for text in ("de", "a", "e e e e", "potager " * 12, "zzzzzzzzz", "rue"):
            await search.find(text, Language.FR)
        return time.perf_counter() - begun

    assert searched(ask) < 3
