"""The database releases what a second, independent telling of the rule says, in many random worlds."""

import os
from datetime import UTC, datetime

import pytest
from oracle import GROUP_OF, release
from worlds import make_world, read_places, store_worlds, ties_of

from builders import SCHEMA_OF

WORLDS = int(os.environ.get("COMMONS_WORLDS", "4000"))
COMPARED = [name for names in GROUP_OF.values() for name in names]
COMPARED += [
    "precision",
    "sector",
    "counted",
    "reusable",
    "provenance",
    "chosen_by",
    "licences",
    "attributions",
    "updated_on",
    "expires_at",
]


READERS = [*(audience.value for audience in SCHEMA_OF), "partner"]


def in_utc(value):
    """Python takes no instant of the hour that summer time repeats for equal to one of another time zone (PEP 495)."""
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def released_rows(connection, reader):
    """Return what is released to the reader, by alternative and anchor."""
    columns = ", ".join(
        f"{name}::text[]" if name == "offers" else f"{name}::text" if name == "precision" else name
        for name in COMPARED
    )
    source = "commons.released_alternative WHERE audience = %s"
    query = f"SELECT alternative_id, anchor_id, {columns}, ST_X(geom), ST_Y(geom) FROM {source}"
    found = {
        row[:2]: (dict(zip(COMPARED, map(in_utc, row[2:-2]), strict=True)), row[-2:])
        for row in connection.execute(query, (reader,))
    }
    if reader == "partner":  # as its view does: of every other alternative, what all partners have
        own = {alternative for alternative, _ in found}
        found |= {key: row for key, row in released_rows(connection, "partners").items() if key[0] not in own}
    return found


@pytest.fixture(scope="module")
def told(cluster, template, clone):
    with clone(cluster, template) as database, database.admin() as connection:
        places, ids = read_places(connection)
        worlds = [make_world(seed, places) for seed in range(1, WORLDS + 1)]
        first = store_worlds(connection, worlds, ids)
        connection.commit()
        # Python calls no times of two zones equal in an hour that one of them repeats.
        connection.execute("SET TIME ZONE 'UTC'")
        yield connection, list(zip(first.items(), worlds, strict=True))


@pytest.mark.parametrize("reader", READERS)
def test_the_database_and_the_second_telling_agree(told, reader):
    connection, worlds = told
    now = datetime.now(UTC)
    found = released_rows(connection, reader)
    shown = in_parts = 0
    for (alternative, first), (records, same) in worlds:
        expected = release(records, ties_of(records, same), reader, now)
        for n, row in expected.items():
            assert (alternative, first + n) in found, f"world {alternative - 999}: not shown, and should be"
            exact_point = row.pop("point", None)
            present, point = found[alternative, first + n]
            assert present == row, f"world {alternative - 999}"
            assert exact_point in (None, point), f"world {alternative - 999}"
        shown += len(expected)
        in_parts += len(expected) > 1
    assert len(found) == shown, "shown, and should not be"
    assert shown > WORLDS / 10, "worlds that release nothing prove little"
    assert in_parts > WORLDS / 200, "worlds of one part prove little"


@pytest.mark.parametrize(
    ("outer", "inner"),
    [("public", "partners"), ("public", "researchers"), ("partners", "partner")],
)
def test_what_an_outer_reader_sees_an_inner_one_sees_at_least_as_finely(told, outer, inner):
    connection, _ = told
    ladder = ["exact", "sector", "neighbourhood", "commune"]
    finest = {}
    for (alternative, _), (row, _) in released_rows(connection, inner).items():
        step = ladder.index(row["precision"])
        finest[alternative] = min(finest.get(alternative, step), step)
    for (alternative, _), (row, _) in released_rows(connection, outer).items():
        assert finest[alternative] <= ladder.index(row["precision"])
