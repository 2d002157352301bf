"""Nothing that a reader can observe depends on what is hidden from it (docs/consent.md, "What must always hold", 2).

Everything hidden from a reader is scrambled, moved, added to and taken away: once in the very database, where all that it
observes must stay the same to the byte, ids included; once in another that never was otherwise, where ids alone may differ.
"""

from collections import Counter
from datetime import date
from types import SimpleNamespace

import psycopg
import pytest
from canaries import upload
from entitled import Entitled, reader_connection
from public_pages import answers, without_identities
from scrambled import Scrambled

from builders import make_dataset, make_record, open_terms
from commons import research
from commons.calendar import today
from commons.consent.withdraw import withdraw
from commons.database.connection import Role, connect
from commons.partners import add_dataset, add_partner
from commons.release import released
from commons.vocabulary import Audience, DistrictLevel, Measure, Visibility

READERS = {"public": Audience.PUBLIC, "partners": Audience.PARTNERS}
TODAY = today()
SIZE = 0.15
FILTERS = ["category", "commune", "neighbourhood", "sector", "precision", "counted", "reusable", "licences", "uncertainty_m",
           "updated_on", "founded_on", "phone IS NULL", "street IS NULL", "left(name, 1)", "provenance"]  # fmt: skip
PROBES = {
    "in a box": "SELECT p.n, count(*), min(name), max(name) FROM {p} JOIN alternative a ON a.geom && ST_Expand(p.geom, {reach})",
    "within": "SELECT p.n, count(*), min(name), max(name) FROM {p} JOIN alternative a ON ST_DWithin(a.geom, p.geom, {reach})",
    "in the sector": "SELECT p.n, count(a.name) FROM {p} JOIN reference.district d ON d.level = 'sector' AND d.is_current AND"
    " ST_Intersects(d.geom, p.geom) JOIN alternative a ON ST_Intersects(a.geom, d.geom)",
}
NEAREST = """
SELECT p.n, near.* FROM {p} CROSS JOIN LATERAL (
       SELECT name, ST_Distance(a.geom, p.geom) FROM alternative a ORDER BY a.geom <-> p.geom, name LIMIT 5) near
 ORDER BY 1, 3, 2
"""
COLUMNS = """
SELECT attname FROM pg_attribute WHERE attrelid = 'alternative'::regclass AND attnum > 0 AND attname <> 'public_id'
"""
PARTICIPATIONS = """
SELECT a.name, p.title, p.resource_kind, p.since_on, p.until_on FROM participation p JOIN alternative a USING (public_id) ORDER BY 1, 2
"""
POINTS = "(SELECT n, ST_SetSRID(ST_MakePoint(x, y), 4326) AS geom FROM unnest(%(x)s::float8[], %(y)s::float8[]) WITH ORDINALITY AS p (x, y, n)) p"
WORDS = """
SELECT w.n, count(a.name), max(similarity(a.name, w.word)) FROM unnest(%(words)s::text[]) WITH ORDINALITY AS w (word, n)
  LEFT JOIN alternative a ON concat_ws(' ', name, name_fr, description, street, house_number, municipality, phone, email, website,
                                       contact_person, charter_reasons, provenance, attributions) ILIKE '%%' || word || '%%'
 GROUP BY w.n ORDER BY w.n
"""
EXPLAINED = [
    "SELECT * FROM alternative",
    "SELECT * FROM alternative ORDER BY geom <-> 'SRID=4326;POINT(4.35 50.85)' LIMIT 5",
    "SELECT * FROM alternative WHERE geom && ST_MakeEnvelope(4.3, 50.8, 4.36, 50.86, 4326)",
    "SELECT * FROM alternative WHERE category = 'shelter' AND name ILIKE '%zq%'",
    "SELECT commune, count(*) FROM alternative GROUP BY commune",
    "SELECT * FROM alternative JOIN participation USING (public_id)",
]
AGGREGATES = """
SELECT count(*), ST_AsText(ST_Extent(geom)), ST_AsText(ST_Centroid(ST_Collect(geom ORDER BY name))), max(updated_on), min(founded_on),
       md5(string_agg(concat(name, ST_AsText(geom)), ',' ORDER BY name)) FROM alternative
"""


@pytest.fixture(scope="module")
def first(world_of):
    """A small commons, and what each reader may have of it. What has run out and is not yet swept, EXPLAIN would count."""
    without = ("lapsed", "over", "silent", "narrowing", "composed")
    return world_of("interference", size=SIZE, without=without, after=Entitled)


@pytest.fixture(scope="module")
def scrambled(first):
    """The plans of the other worlds, by reader."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", first.url)
        return {reader: Scrambled(first.commons, first.told, reader).commons for reader in READERS}


def as_autovacuum_does(url):
    with psycopg.connect(url, autocommit=True) as connection:
        for (name,) in connection.execute(
            "SELECT t.relid::regclass FROM unnest('{commons.released_alternative,commons.released_participation}'::regclass[]) p,"
            " pg_partition_tree(p) t WHERE t.isleaf UNION ALL SELECT 'commons.tombstone'"
        ).fetchall():
            connection.execute(f"VACUUM (ANALYZE) {name}")


def what_to_ask_about(world, reader):
    """Return the true places of what is blurred or hidden, and hidden words."""
    allowed = world.told.canaries(reader)
    places = [place for place, name in world.aviary.points.items() if name not in allowed][::9]
    words = [word for word in world.aviary.told if word.startswith("zq") and word not in allowed][::40]
    return {"x": [place[0] for place in places], "y": [place[1] for place in places], "words": words}


def observed(url, reader, friend, at, *, with_ids):
    """Return all that the reader can observe in this database, by what it asked; `at` holds places and words to ask about."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        with reader_connection(reader, friend) as connection:
            columns = [row[0] for row in connection.execute(COLUMNS)]
            found = {}
            for name, query in questions(columns, with_ids=with_ids):
                answer = connection.execute(query, at if "%(" in query else None)
                found[name] = [str(row) for row in answer if "Heap Blocks" not in str(row)]  # a table's past
        audience = READERS[reader]
        frames = {
            "alternatives": released(audience).alternatives(),
            "participations": released(audience).participations(),
        }
        for level in DistrictLevel:
            frames[f"count {level}"] = research.count_alternatives(audience, level, [TODAY])
            frames[f"coverage {level}"] = research.coverage(audience, level, TODAY)
            for measure in Measure:
                days = [date(2020, 12, 31), TODAY]
                frames[f"{measure} {level}"] = research.measure_districts(audience, measure, level, days)
        for name, frame in frames.items():
            known = frame if with_ids else frame.drop(columns="public_id", errors="ignore")
            found[f"frame {name}"] = sorted(known.to_csv(index=False).splitlines())
        if reader == "public":
            pages = answers()
            found |= {path: [told] for path, told in pages.items()} if with_ids else without_identities(pages)
    return found


def questions(columns, *, with_ids):
    """Yield what a reader may ask, each by its name."""
    every = ", ".join(["public_id", *columns] if with_ids else columns)
    yield "rows", f"SELECT {every} FROM alternative ORDER BY name"
    yield "participations", PARTICIPATIONS
    yield "removed", "SELECT removed_on, count(*) FROM tombstone GROUP BY 1 ORDER BY 1"
    yield "redirects", "SELECT count(*) FROM redirect"
    if with_ids:
        yield "removed ids", "TABLE tombstone ORDER BY 1"
        yield "redirected ids", "TABLE redirect ORDER BY 1"
        yield "version", "TABLE version"
        yield "what it is found by", "TABLE place ORDER BY public_id"
    for column in columns:
        yield f"sorted by {column}", f"SELECT name FROM alternative ORDER BY {column} DESC NULLS FIRST, name"
    for offset in range(0, 60, 7):
        yield (
            f"page from {offset}",
            f"SELECT name FROM alternative ORDER BY lower(name) LIMIT 7 OFFSET {offset}",
        )
    for told in FILTERS:
        yield f"count by {told}", f"SELECT {told}, count(*) FROM alternative GROUP BY 1 ORDER BY 1"
    for name, probe in PROBES.items():
        for reach in (0.0001, 0.0005, 0.003) if "reach" in probe else (0,):
            yield f"{name} {reach}", probe.format(p=POINTS, reach=reach) + " GROUP BY p.n ORDER BY p.n"
    yield "nearest", NEAREST.format(p=POINTS)
    yield "words", WORDS
    yield "aggregates", AGGREGATES
    for query in EXPLAINED:
        yield f"plan of {query}", f"EXPLAIN (ANALYZE, VERBOSE, COSTS OFF, TIMING OFF, SUMMARY OFF) {query}"


def differences(one, other):
    assert one.keys() == other.keys()
    return {name: (Counter(one[name]) - Counter(other[name]), Counter(other[name]) - Counter(one[name]))
            for name in one if one[name] != other[name]}  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
def test_what_is_hidden_changes_and_nobody_notices(first, scrambled, make_database, reader, tmp_path):
    """In the very database: all is the same to the byte, ids included; then hidden records join what is shown apart."""
    as_autovacuum_does(first.url)
    url = make_database(f"changed_for_{reader}", of=first.name)
    at = what_to_ask_about(first, reader)
    before, lay = observed(first.url, reader, first.friend, at, with_ids=True), lying(first.url, reader)
    assert len(before["rows"]) > 30
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        patch.setenv("COMMONS_LEDGER", str(tmp_path / "ledger"))
        for change in (change_what_is_hidden, bridge_what_is_shown):
            change(first, scrambled[reader], reader, tmp_path)
            as_autovacuum_does(url)
            assert differences(before, observed(url, reader, first.friend, at, with_ids=True)) == {}
            assert_lie_as_they_lay(lay, lying(url, reader))


def lying(url, reader):
    """Return the rows as they lie in the table, each with the alternative that it is part of."""
    with psycopg.connect(url) as connection:
        return connection.execute(
            f"SELECT public_id, alternative_id FROM released_{reader}.alternative_row"
        ).fetchall()


def assert_lie_as_they_lay(before, after):
    """Fail unless rows lie in the order in which they lay: all but those whose alternative is another, which are written anew."""
    assert sorted(row[0] for row in before) == sorted(row[0] for row in after)
    stayed = set(before) & set(after)
    assert len(stayed) > len(before) / 2
    assert [row for row in before if row in stayed] == [row for row in after if row in stayed]


def change_what_is_hidden(world, commons, _reader, folder):
    """Send every list anew with all that is hidden in it changed, among them lists of partners who were not there."""
    with connect(Role.INGEST) as connection:
        for name in ("newcomer", "another"):
            partner = add_partner(connection, f"aaa-{name}", name)
            add_dataset(connection, partner, f"aaa-{name}", name, name)
    for old, new in zip(world.commons.plans, commons.plans, strict=True):
        plan = SimpleNamespace(slug=old.slug, ending=new.ending, said=new.said)
        upload(plan, folder / f"{new.uploads[-1][0]}{new.ending}", new.kept)
    with connect(Role.ADMIN) as connection:
        connection.execute(
            "UPDATE commons.partner SET name = 'Renamed ' || partner_id WHERE name !~ 'Assessor'"
        )
        connection.execute(
            "UPDATE commons.dataset SET title = 'Renamed ' || dataset_id WHERE slug !~ '^lapsed'"
        )


def bridge_what_is_shown(world, _commons, reader, _folder):
    """Let hidden records join what is shown apart: decisions, and memberships as a merge makes them of these."""
    seen = {g.record.key for part in world.told.parts(reader) for g in part}
    alone = [group[0] for group in world.told.groups if len(group) == 1]
    shown = [record.number for record in alone if record.key in seen][:8]
    hidden = [record.number for record in alone if record.key not in seen and record.place][:4]
    pairs = [(bridge, end) for place, bridge in enumerate(hidden) for end in shown[2 * place : 2 * place + 2]]
    assert len(pairs) == 8
    with connect(Role.ADMIN) as connection:
        for bridge, end in pairs:
            connection.execute(
                "INSERT INTO commons.match_decision (left_record_id, right_record_id, verdict, reason, decided_by, is_human)"
                " VALUES (least(%(a)s::bigint, %(b)s), greatest(%(a)s::bigint, %(b)s), 'same', '{}', 'someone', true)",
                {"a": bridge, "b": end},
            )
            connection.execute(
                "UPDATE commons.membership SET until_at = now() WHERE record_id = %s AND until_at IS NULL",
                (end,),
            )
            connection.execute(
                "INSERT INTO commons.membership (alternative_id, record_id)"
                " SELECT alternative_id, %s FROM commons.membership WHERE record_id = %s AND until_at IS NULL",
                (end, bridge),
            )


def test_a_world_in_which_what_is_hidden_never_was_looks_the_same(first, scrambled, world_of):
    """In another database, with another past: all is the same but random ids, and what the past has left in a table's pages."""
    other = world_of("never", commons=scrambled["public"])
    at = what_to_ask_about(first, "public")
    for url in (first.url, other.url):
        as_autovacuum_does(url)
    before = observed(first.url, "public", first.friend, at, with_ids=False)
    assert differences(before, observed(other.url, "public", other.friend, at, with_ids=False)) == {}


@pytest.mark.xfail(strict=True, reason="tombstones and redirects of all readers lie in one table")
def test_a_plan_does_not_count_what_others_no_longer_see(database):
    def plan():
        with connect(Role.PUBLIC) as connection:
            connection.execute("SET enable_indexscan = off")
            connection.execute("SET enable_bitmapscan = off")
            told = connection.execute("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) TABLE tombstone")
            return [row[0] for row in told]

    with connect(Role.INGEST) as connection:
        dataset = make_dataset(connection, terms=open_terms(visibility=Visibility.PARTNERS))
        for _ in range(9):
            make_record(connection, dataset)
    before = plan()
    with connect(Role.INGEST) as connection:
        withdraw(connection, dataset, withdrawn_by="someone")
    assert plan() == before
