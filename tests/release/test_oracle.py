"""The database releases what a second, independent telling of the rule says, in many random worlds."""

import os
from datetime import UTC, datetime

import pytest
from oracle import GROUP_OF, release
from worlds import make_world, read_places, store_worlds

from builders import SCHEMA_OF
from commons.vocabulary import Audience

WORLDS = int(os.environ.get("COMMONS_WORLDS", "10000"))
COMPARED = [name for names in GROUP_OF.values() for name in names]
COMPARED += [
    "precision",
    "sector",
    "counted",
    "reusable",
    "provenance",
    "licences",
    "attributions",
    "updated_on",
    "expires_at",
]


def released_rows(connection, audience):
    columns = ", ".join(
        f"{name}::text[]" if name == "offers" else f"{name}::text" if name == "precision" else name
        for name in COMPARED
    )
    query = f"SELECT alternative_id, {columns}, ST_X(geom), ST_Y(geom) FROM commons.released_alternative WHERE audience = %s"
    rows = connection.execute(query, (audience.value,)).fetchall()
    return {row[0]: (dict(zip(COMPARED, row[1:-2], strict=True)), row[-2:]) for row in rows}


@pytest.fixture(scope="module")
def told(cluster, template, clone):
    with clone(cluster, template) as database, database.admin() as connection:
        places, ids = read_places(connection)
        worlds = [make_world(seed, places) for seed in range(1, WORLDS + 1)]
        alternatives = store_worlds(connection, worlds, ids)
        connection.commit()
        yield connection, dict(zip(alternatives, worlds, strict=True))


@pytest.mark.parametrize("audience", SCHEMA_OF)
def test_the_database_and_the_second_telling_agree(told, audience):
    connection, worlds = told
    now = datetime.now(UTC)
    found = released_rows(connection, audience)
    shown = 0
    for number, world in worlds.items():
        expected = release(world, audience.value, now)
        if expected is None:
            assert number not in found, f"world {number - 999}: shown, and should not be"
            continue
        shown += 1
        assert number in found, f"world {number - 999}: not shown, and should be"
        row, point = found[number]
        exact_point = expected.pop("point", None)
        assert row == expected, f"world {number - 999}"
        assert exact_point in (None, point), f"world {number - 999}"
    assert shown > WORLDS / 10, "worlds that release nothing prove little"


def test_what_the_public_sees_partners_and_researchers_see_at_least_as_finely(told):
    connection, _ = told
    by_audience = {audience: released_rows(connection, audience) for audience in SCHEMA_OF}
    ladder = ["exact", "sector", "neighbourhood", "commune"]
    for number, (row, _) in by_audience[Audience.PUBLIC].items():
        for inner in (Audience.PARTNERS, Audience.RESEARCHERS):
            assert number in by_audience[inner]
            assert ladder.index(by_audience[inner][number][0]["precision"]) <= ladder.index(row["precision"])
