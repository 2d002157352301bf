"""Tiles: each alternative once, few marks, by the published place only; kept, and never a moment longer than they hold."""

import asyncio
import gzip
import math
import random
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from mvt import marks_of
from waiting import wait_for

from builders import MATONGE, make_dataset, make_record, open_terms
from commons.calendar import today
from commons.consent.withdraw import withdraw
from commons.database.connection import Role
from commons.vocabulary import Precision
from maps.filters import read_filters
from maps.tiles import TileAddress, Tiles, moment_of
from maps.tiles.ask import MARKS, tile_query
from maps.tiles.keep import Newest, Tile

REGION = ((4.2, 50.95), (4.52, 50.74))
"""North-west and south-east of all that the tests place."""


TODAY = """(SELECT * FROM alternative
            WHERE coalesce(founded_on <= current_date, true) AND coalesce(ended_on > current_date, true))"""


def tile_of(zoom, lon, lat):
    """Return the tile that a place lies in, as every map of the web reckons it."""
    side, north = 1 << zoom, math.asinh(math.tan(math.radians(lat)))
    return TileAddress(zoom, int((lon + 180) / 360 * side), int((1 - north / math.pi) / 2 * side))


def tiles_at(zoom):
    """Return the tiles of the region."""
    first, last = (tile_of(zoom, *corner) for corner in REGION)
    return [
        TileAddress(zoom, column, row)
        for column in range(first.column, last.column + 1)
        for row in range(first.row, last.row + 1)
    ]


def asked(work, **options):
    """Return what the work, given the public's tiles, makes of them."""

    async def run():
        tiles = Tiles(Role.PUBLIC, **options)
        try:
            return await work(tiles)
        finally:
            await tiles.pool.close()

    return wait_for(run())


def drawn(addresses, **filters):
    """Return the bytes of these tiles, newly made."""
    chosen = read_filters([(name, value) for name, values in filters.items() for value in values])
    assert chosen is not None

    async def ask(tiles):
        version = await tiles.version()
        return [
            gzip.decompress((await tiles.tile(one, chosen, version, moment_of(chosen))).packed)
            for one in addresses
        ]

    return asked(ask)


def test_what_has_not_begun_or_has_ended_is_on_no_tile(database):
    this_day = today()
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        for name, begun, ended in [
            ("always", None, None),
            ("since today", this_day, None),
            ("from tomorrow", this_day + timedelta(1), None),
            ("to tomorrow", None, this_day + timedelta(1)),
            ("to today", None, this_day),
        ]:
            make_record(connection, dataset, name=name, founded_on=begun, ended_on=ended)
    (tile,) = drawn([tile_of(12, *MATONGE)])
    assert {mark["name"] for mark in marks_of(tile)} == {"always", "since today", "to tomorrow"}


def test_open_now_shows_only_what_is_surely_open(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        for name, hours in {
            "always": "24/7",
            "never": "off",
            "asks": '"sur rendez-vous"',
            "silent": None,
        }.items():
            make_record(connection, dataset, name=name, opening_hours=hours)
    (tile,) = drawn([tile_of(12, *MATONGE)], open=["now"])
    assert [mark["name"] for mark in marks_of(tile)] == ["always"]


def number(marks):
    return sum(mark.get("number", 1) for mark in marks)


def test_a_spot_lies_in_the_tile_that_its_place_lies_in(database):
    rng = random.Random(6)
    places = [(rng.uniform(-179, 179), rng.uniform(-84, 84)) for _ in range(40)] + [MATONGE]
    with database.connect() as connection:
        for lon, lat in places:
            query = "SELECT commons.spot(ST_SetSRID(ST_MakePoint(%s, %s), 4326))"
            spot = connection.execute(query, (lon, lat)).fetchone()[0]
            for zoom in (0, 1, 7, 12, 20):
                values = tile_of(zoom, lon, lat).values()
                assert values["low"] <= spot < values["high"], (lon, lat, zoom)


def test_every_zoom_shows_each_alternative_once_and_no_tile_more_than_its_marks(unchanged_demo):
    alternatives = unchanged_demo.rows(
        f"SELECT public_id::text, name, category FROM {TODAY} today", Role.PUBLIC
    )
    for zoom in (9, 11, 12, 14):
        marks = [marks_of(tile) for tile in drawn(tiles_at(zoom))]
        assert max(map(len, marks)) <= MARKS
        every = [mark for of_tile in marks for mark in of_tile]
        assert number(every) == len(alternatives)
        alone = {(mark["id"], mark["name"], mark["category"]) for mark in every if "id" in mark}
        assert alone <= set(alternatives)
        assert len(alone) == sum("id" in mark for mark in every)
    assert len(alone) > len(alternatives) / 2  # in the last zoom most are shown by themselves


@pytest.mark.parametrize(
    ("filters", "condition"),
    [
        ({"category": ["food", "repair"]}, "category IN ('food', 'repair')"),
        ({"offers": ["skills"]}, "'skills' = ANY (offers)"),
        ({"needs": ["place"]}, "'place' = ANY (needs)"),
        ({"district": ["21009"]}, "commune = '21009'"),
        ({"shares": ["data"]}, "EXISTS (SELECT FROM participation p WHERE p.public_id = a.public_id AND resource_kind = 'data')"),
        ({"taking_part": ["yes"]}, "public_id IN (SELECT public_id FROM participation)"),
        ({"taking_part": ["yes"], "category": ["food"]}, "public_id IN (SELECT public_id FROM participation) AND category = 'food'"),
    ],
)  # fmt: skip
def test_a_filter_leaves_what_it_says(unchanged_demo, filters, condition):
    (wanted,) = unchanged_demo.rows(f"SELECT count(*) FROM {TODAY} a WHERE {condition}", Role.PUBLIC)[0]
    assert 0 < wanted < 690
    assert number([mark for tile in drawn(tiles_at(11), **filters) for mark in marks_of(tile)]) == wanted


def test_the_filter_by_grade_knows_those_that_are_not_assessed(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        for name in ("It is A", "It is C", "It is not assessed"):
            make_record(connection, dataset, name=name)
    with database.connect() as connection:
        connection.execute(
            "UPDATE commons.released_alternative SET charter_grade = right(name, 1) WHERE name !~ 'not'"
        )
    for grades, shown in {("A",): 1, ("A", "none"): 2, ("none",): 1, ("F",): 0}.items():
        (tile,) = drawn([tile_of(12, *MATONGE)], grade=grades)
        assert number(marks_of(tile)) == shown, grades


def test_the_filter_by_source_takes_a_name_as_it_is_shown(unchanged_demo):
    query = f"SELECT source, count(*) FROM {TODAY} today, unnest(attributions) source GROUP BY 1 ORDER BY 2 LIMIT 1"
    source, wanted = unchanged_demo.rows(query, Role.PUBLIC)[0]
    assert (
        number([mark for tile in drawn(tiles_at(10), source=[source]) for mark in marks_of(tile)]) == wanted
    )


def test_a_cluster_tells_number_leading_category_and_the_box_to_zoom_to(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        for n in range(MARKS + 1):
            place = (MATONGE[0] + n * 1e-5, MATONGE[1] + n * 1e-6)
            make_record(connection, dataset, place=place, category="food" if n % 3 else "repair")
    ((mark,),) = [marks_of(tile) for tile in drawn([tile_of(10, *MATONGE)])]
    assert (mark["number"], mark["category"]) == (MARKS + 1, "food")
    assert "name" not in mark
    assert mark["west"] <= mark["x"] <= mark["east"]
    assert mark["north"] <= mark["y"] <= mark["south"]
    tile, side = tile_of(10, *MATONGE), 1 << 10
    west = (mark["west"] / 4096 + tile.column) / side * 360 - 180
    assert west == pytest.approx(MATONGE[0], abs=1e-4)


def test_two_places_in_a_full_tile_and_one_apart(database):
    """A cell with one alternative shows it by itself, whatever the others hold."""
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        for _ in range(MARKS):
            make_record(connection, dataset)
        make_record(connection, dataset, place=(MATONGE[0] - 0.1, MATONGE[1]), name="Apart", name_nl="Alleen")
    marks = [mark for tile in drawn(tiles_at(9)) for mark in marks_of(tile)]
    assert Counter(mark.get("number") for mark in marks) == {MARKS: 1, None: 1}
    (apart,) = [mark for mark in marks if "id" in mark]
    assert (apart["name"], apart["name_nl"], apart["precision"]) == ("Apart", "Alleen", "exact")


def test_true_places_moved_within_their_district_leave_the_bytes_the_same(database):
    """What is published for a neighbourhood is placed, counted and grouped by that alone."""
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms(precision=Precision.NEIGHBOURHOOD))
        for n in range(MARKS + 9):
            make_record(connection, dataset, name=f"Number {n}")
    every = [tile for zoom in (9, 13, 16, 20) for tile in [tile_of(zoom, *MATONGE)]] + tiles_at(13)
    before = drawn(every)
    assert number([mark for tile in before[4:] for mark in marks_of(tile)]) == MARKS + 9
    with database.connect() as connection:
        moved = """UPDATE commons.record_version v SET geom = ST_GeneratePoints(d.geom, 1, v.version_id::int % 1000 + 1)::geometry(multipoint)
                     FROM reference.district d WHERE d.district_id = v.neighbourhood_id"""
        connection.execute(
            moved.replace("ST_GeneratePoints(", "ST_GeometryN(ST_GeneratePoints(").replace(
                "+ 1)::geometry(multipoint)", "+ 1), 1)"
            )
        )
    assert drawn(every) == before


def test_the_next_request_after_a_withdrawal_no_longer_holds_it_nor_what_the_clock_took(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        for key in ("stays", "goes", "ends"):
            make_record(connection, dataset, key=key, name=f"It {key}")
    place = tile_of(14, *MATONGE)

    async def names(tiles):
        tile = await tiles.tile(place, (), await tiles.version())
        return sorted(mark["name"] for mark in marks_of(gzip.decompress(tile.packed)))

    async def ask(tiles):
        assert await names(tiles) == ["It ends", "It goes", "It stays"]
        with database.connect(Role.INGEST) as connection:
            withdraw(connection, dataset, record_key="goes", withdrawn_by="someone")
        assert await names(tiles) == ["It ends", "It stays"]
        with database.connect() as connection:
            connection.execute(
                "UPDATE commons.released_alternative SET expires_at = now() WHERE name = 'It ends'"
            )
        assert await names(tiles) == ["It stays"]

    asked(ask)


def test_a_tile_is_made_once_for_all_who_ask_and_kept_within_its_bytes(unchanged_demo):
    async def ask(tiles):
        made = []
        make = tiles._make

        async def counted(key):
            made.append(key)
            return await make(key)

        tiles._make = counted
        version = await tiles.version()
        place = tile_of(11, *MATONGE)
        several = await asyncio.gather(*(tiles.tile(place, (), version) for _ in range(9)))
        assert len(made) == 1
        assert len(set(several)) == 1
        assert await tiles.tile(place, (), version) == several[0]
        assert len(made) == 1
        for tile in tiles_at(14):
            await tiles.tile(tile, (), version)
        assert tiles._kept_bytes <= 20_000
        assert tiles._kept_bytes == sum(len(kept.packed) + 500 for kept in tiles._kept.values())
        assert 5 < len(tiles._kept) < len(tiles_at(14))
        other = Tile(uuid4(), b"")
        tiles._keep((place, ()), other)
        assert list(tiles._kept.values()) == [other]  # nothing of a version that has passed stays in memory

    asked(ask, most_bytes=20_000)


def test_who_asks_while_a_question_is_on_its_way_gets_the_answer_to_the_next():
    async def run():
        answers, begun, go = iter("abc"), asyncio.Event(), asyncio.Event()

        async def ask():
            answer = next(answers)
            begun.set()
            await go.wait()
            return answer

        newest = Newest(ask)
        first = asyncio.create_task(newest.get())
        await begun.wait()
        later = [asyncio.create_task(newest.get()) for _ in range(5)]
        await asyncio.sleep(0)
        go.set()
        return [await first, *[await one for one in later]]

    assert wait_for(run()) == ["a", *"bbbbb"]


def test_a_question_that_fails_fails_for_those_who_shared_it_and_not_for_the_next():
    async def run():
        answers = iter([ValueError(), uuid4()])

        async def ask():
            answer = next(answers)
            if isinstance(answer, Exception):
                raise answer
            return answer

        newest = Newest(ask)
        with pytest.raises(ValueError):  # noqa: PT011
            await newest.get()
        return await newest.get()

    assert wait_for(run())


@pytest.mark.parametrize("filters", [(), (("category", ("food",)),)])
def test_a_tile_is_read_by_the_index_of_spots(unchanged_demo, filters):
    query, values = tile_query(tile_of(13, *MATONGE), filters)
    with unchanged_demo.connect(Role.PUBLIC) as connection:
        connection.execute("SET enable_seqscan = off")
        plan = "\n".join(row[0] for row in connection.execute(f"EXPLAIN (COSTS OFF) {query}", values))
    assert plan.count("spot_category_expires_at_founded_on") >= 2
    assert "Seq Scan on alternative_row" not in plan
