"""Bisecting, measuring, rebuilding: a blurred place gives its district away and nothing finer (laboratory.md, checks 13 to 16)."""

import pytest
from entitled import READERS, reader_connection

from builders import make_dataset, make_record, open_terms
from commons.database.connection import Role, connect
from commons.release import released
from commons.vocabulary import Audience, Precision

STEPS = 40
FINEST = {"bbox": 1e-5, "within": 1e-9, "order": 1e-9}
"""Degrees; a box is kept in single precision."""
BLURRED = """
SELECT a.name, a.precision::text, ST_X(d.label_point), ST_Y(d.label_point), a.uncertainty_m, d.uncertainty_m, ST_Area(d.geom::geography),
       a.sector, a.neighbourhood, a.commune
  FROM alternative a
  JOIN reference.district d ON d.is_current AND d.level::text = a.precision::text
   AND d.code = CASE a.precision WHEN 'sector' THEN a.sector WHEN 'neighbourhood' THEN a.neighbourhood ELSE a.commune END
 WHERE a.precision <> 'exact' ORDER BY a.public_id LIMIT 200
"""
ANSWERS = {
    "bbox": "a.geom && ST_MakeEnvelope(-180, -90, CASE WHEN {x} THEN p.cut ELSE 180 END, CASE WHEN {x} THEN 90 ELSE p.cut END, 4326)",
    "within": "ST_Intersects(a.geom, ST_MakeEnvelope(-180, -90, CASE WHEN {x} THEN p.cut ELSE 180 END,"
    " CASE WHEN {x} THEN 90 ELSE p.cut END, 4326))",
    "order": "CASE WHEN {x} THEN ST_X(a.geom) ELSE ST_Y(a.geom) END <= p.cut",
}
ASKED = """
SELECT p.n, count(a.name) FROM unnest(%s::text[], %s::float8[]) WITH ORDINALITY AS p (name, cut, n)
  LEFT JOIN alternative a ON a.name = p.name AND {}
 GROUP BY p.n ORDER BY p.n
"""


def bisect(connection, names, answer, *, is_x):
    """Return, for each name, the least coordinate at which the answer tells that it lies below."""
    low, high = (
        ([4.2] * len(names), [4.55] * len(names)) if is_x else ([50.7] * len(names), [51.0] * len(names))
    )
    query = ASKED.format(ANSWERS[answer].format(x=str(is_x).lower()))
    for _ in range(STEPS):
        cuts = [(a + b) / 2 for a, b in zip(low, high, strict=True)]
        for place, (_, below) in enumerate(connection.execute(query, (names, cuts)).fetchall()):
            (high if below else low)[place] = cuts[place]
    return high


@pytest.mark.parametrize("answer", ANSWERS)
def test_bisection_finds_the_point_of_the_district_and_nothing_else(among_canaries, answer):
    with reader_connection("public", among_canaries.friend) as connection:
        blurred = connection.execute(BLURRED).fetchall()
        names = [row[0] for row in blurred]
        assert len(names) > 100
        found = zip(*(bisect(connection, names, answer, is_x=is_x) for is_x in (True, False)), strict=True)
    for (x, y), row in zip(found, blurred, strict=True):
        assert (x, y) == pytest.approx(row[2:4], abs=FINEST[answer]), row[0]
        assert row[4] == row[5]
        assert row[6] > 10_000  # square metres in which it may truly lie


def test_where_a_blurred_place_lies_follows_from_its_district_alone(among_canaries):
    """Everything published of the place is one and the same for all that have the same district."""
    for reader in READERS:
        with reader_connection(reader, among_canaries.friend) as connection:
            shapes = connection.execute(
                "SELECT precision, coalesce(sector, neighbourhood, commune), count(DISTINCT (ST_AsEWKB(geom), uncertainty_m, sector,"
                " neighbourhood, commune)) FROM alternative WHERE precision <> 'exact' GROUP BY 1, 2"
            ).fetchall()
            told = connection.execute(
                "SELECT count(*) FROM alternative WHERE precision <> 'exact' AND (street, house_number, postcode, municipality)"
                " IS DISTINCT FROM (NULL, NULL, NULL, NULL)"
            ).fetchone()[0]
        assert {count for *_, count in shapes} == {1}
        assert told == 0


def test_a_release_made_anew_is_the_same_to_the_bit(among_canaries, make_database, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", make_database("made_anew", of="canaries"))
    query = "SELECT r::text, ST_AsEWKB(r.geom) FROM commons.released_alternative r WHERE expires_at > now() ORDER BY 1"
    with connect(Role.ADMIN) as connection:
        before = connection.execute(query).fetchall()
        for table in ("released_redirect", "released_participation", "released_alternative", "contribution"):
            connection.execute(f"DELETE FROM commons.{table}")
        connection.execute(
            "SELECT commons.refresh_release(ARRAY(SELECT m.alternative_id FROM commons.membership m"
            " JOIN commons.source_record USING (record_id) JOIN commons.dataset USING (dataset_id)"
            " WHERE m.until_at IS NULL AND slug !~ '^lapsed'))"
        )
        assert connection.execute(query).fetchall() == before
        assert len(before) > 1000


SPARSE = """
SELECT s.code, ST_X(s.label_point), ST_Y(s.label_point), n.sparse
  FROM reference.district s
  JOIN reference.district n ON n.level = 'neighbourhood' AND n.is_current AND ST_Intersects(n.geom, s.label_point)
 WHERE s.level = 'sector' AND s.is_current AND s.sparse ORDER BY n.sparse, s.code
"""


def test_where_hardly_anybody_lives_a_place_is_told_by_the_next_level(database):
    with connect(Role.INGEST) as connection:
        sparse = connection.execute(SPARSE).fetchall()
        chosen = {climbs_twice: (code, x, y) for code, x, y, climbs_twice in reversed(sparse)}
        dataset = make_dataset(connection, terms=open_terms(precision=Precision.SECTOR))
        for climbs_twice, (code, x, y) in chosen.items():
            make_record(connection, dataset, name=str(climbs_twice), place=(x, y), description=code)
    shown = released(Audience.PUBLIC).alternatives()
    assert {
        name: str(precision) for name, precision in zip(shown["name"], shown["precision"], strict=True)
    } == {str(climbs_twice): "commune" if climbs_twice else "neighbourhood" for climbs_twice in chosen}
    assert shown["sector"].isna().all()
    assert len(chosen) > 0
