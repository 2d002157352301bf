"""Small random worlds of consent, and how they are put into the database."""

import random
from datetime import UTC, date, datetime, timedelta
from math import inf

from oracle import LADDER, Agreement, Dataset, Place, Record, Sentence, Statement, Ties

from commons.database.statements import copy_rows
from commons.partners import add_partner
from commons.release.readers import give_login

GROUPS = [
    "existence",
    "identity",
    "description",
    "location",
    "contact_organisation",
    "contact_person",
    "resources",
]
PURPOSES = ["display", "reuse", "statistics", "matching", "contact"]
AUDIENCES = ["public", "partners", "researchers"]


def instant(rng, live):
    """A half-open time around now, live or not, never so near that the test's own time matters."""
    day = timedelta(days=rng.randint(1, 400))
    now = datetime.now(UTC).replace(microsecond=0)
    if live:
        return now - day, now + timedelta(days=rng.randint(1, 400))
    return (now + day, now + 2 * day) if rng.random() < 0.5 else (now - 2 * day, now - day)


def some(rng, options, usual):
    """Mostly nearly all of the options, so that worlds release something; sometimes few."""
    share = usual if rng.random() < 0.8 else 0.3
    return {option for option in options if rng.random() < share}


def sentence(rng):
    return {
        "audience": rng.choices(AUDIENCES, [5, 2, 2])[0],
        "groups": some(rng, GROUPS, 0.97),
        "purposes": some(rng, PURPOSES, 0.85),
    }


def named(rng, told, share):
    """Let a share of the sentences speak to one partner by name."""
    if rng.random() >= share:
        return told
    return told | {"audience": "partner", "named": rng.choice(["reader", "reader", "other"])}


def make_agreement(rng):
    if rng.random() < 0.06:
        return None
    since, until = instant(rng, live=rng.random() < 0.92)
    terms = [
        Sentence(**named(rng, sentence(rng), 0.1), precision=rng.choices(LADDER, [8, 2, 2, 2, 1])[0])
        for _ in range(rng.randint(1, 3))
    ]
    return Agreement(rng.choice(["allow", "ask"]), rng.choice(["CC0-1.0", "CC-BY-4.0"]), since, until, terms)


def make_statement(rng, *, restrict_only=False):
    effect = (
        rng.choice(["deny", "coarsen"])
        if restrict_only
        else rng.choices(["allow", "deny", "coarsen"], [7, 1, 1])[0]
    )
    since, until = instant(rng, live=rng.random() < 0.85)
    told = sentence(rng)
    if effect == "deny":
        told["groups"] = set(rng.sample(GROUPS, rng.randint(1, 2)))
    if effect != "allow" and rng.random() < 0.3:
        told["audience"] = "partner"
    told = named(rng, told, 0.12)
    precision = rng.choice(LADDER[:4]) if effect == "coarsen" or rng.random() < 0.7 else None
    ended = rng.choices([None, "superseded", "withdrawn"], [8, 1, 1])[0]
    licence = rng.choice([None, "ODbL-1.0"]) if effect == "allow" else None
    return Statement(
        **told, precision=precision, effect=effect, since=since, until=until, ended_as=ended, licence=licence
    )


def make_record(rng, number, dataset, places):
    values = {
        "name": f"name {number}",
        "name_fr": rng.choice([None, f"nom {number}"]),
        "category": None,
        "founded_on": rng.choice([None, date(2000 + number % 25, 1, 1)]),
        "description": rng.choice(
            [None, "", f"text {number}", f"ask text{number}@example.org", f"call 0475 {number % 10**6:06d}"]
        ),
        "website": rng.choice([None, f"https://{number}.example.org"]),
        "street": rng.choice([None, f"street {number}"]),
        "postcode": rng.choice([None, "1050"]),
        "phone": rng.choice([None, f"+32{number}"]),
        "email": rng.choice([None, f"{number}@example.org"]),
        "contact_email": rng.choice([None, f"person{number}@example.org"]),
        "offers": rng.choice([[], ["place"], ["tools", "data"]]),
    }
    sensitive = rng.random() < 0.15
    values["category"] = "shelter" if sensitive else "food"
    said = [make_statement(rng) for _ in range(rng.choice([0, 1, 1, 2, 3]))]
    return Record(
        number, dataset, f"key-{9 - number % 10}", rng.choice([*places, None] if rng.random() < 0.1 else places), values, sensitive,
        composed=rng.random() < 0.05, gone=rng.random() < 0.05, updated_on=date(2020, 1, 1 + number % 28), said=said,
    )  # fmt: skip


def make_world(seed, places):
    """Return the records of one alternative and the pairs of them that are the same; its datasets are its own."""
    rng = random.Random(seed)
    datasets = []
    for index in range(rng.randint(1, 3)):
        said = [make_statement(rng, restrict_only=True)] if rng.random() < 0.15 else []
        may_repeat = rng.random() < 0.7
        datasets.append(Dataset(f"w{seed}-{index}", rng.randint(1, 3), make_agreement(rng), said, may_repeat))
    near = rng.sample(places, min(2, len(places)))
    records = [make_record(rng, seed * 10 + n, rng.choice(datasets), near) for n in range(rng.randint(1, 5))]
    same = [(rng.choice(records[:n]), record) for n, record in enumerate(records) if n]
    same += [tuple(rng.sample(records, 2)) for _ in range(rng.randint(0, 2)) if len(records) > 2]
    return records, same


def ties_of(records, same):
    """Return how surely each pair is the same, and which pairs a person has said are not: as the records' numbers have it."""

    def sureness(one, other):
        return inf if (one.number * other.number) % 4 == 0 else (one.number * other.number % 5) / 10

    def denied(one, other):
        return (one.number + 3 * other.number) % 7 == 1

    ordered = [sorted(pair, key=lambda record: record.number) for pair in same]
    pairs = {(one.number, other.number): (one, other) for one, other in ordered}.values()
    different = [
        (one, other)
        for one in records
        for other in records
        if one.number < other.number and denied(one, other) and sureness(one, other) != inf
    ]
    return Ties([(*pair, sureness(*pair)) for pair in pairs], different)


WATERLOO = (4.399, 50.717)
PLACES = """
SELECT s.code, n.code, c.code, s.sparse, n.sparse, ST_X(s.label_point), ST_Y(s.label_point), s.district_id, n.district_id,
       c.district_id
  FROM reference.district s
  JOIN reference.district n ON n.level = 'neighbourhood' AND n.is_current AND ST_Intersects(n.geom, s.label_point)
  JOIN reference.district c ON c.level = 'commune' AND c.is_current AND ST_Intersects(c.geom, s.label_point)
 WHERE s.level = 'sector' AND s.is_current ORDER BY s.sparse DESC, n.sparse DESC, s.code LIMIT 120
"""


def read_places(connection):
    """Return places in real districts, many sparse, some known at no level finer than their commune, some outside all."""
    rows = connection.execute(PLACES).fetchall()
    places = [Place(*row[:5], point=(row[5], row[6])) for row in rows]
    ids = {(row[0], row[1], row[2]): row[7:] for row in rows}
    lost = [Place(None, None, place.commune, True, True, place.point) for place in places[::7]]
    ids |= {(None, None, row[2]): (None, None, row[9]) for row in rows}
    outside = [Place(None, None, None, True, True, WATERLOO)] * 6
    ids[None, None, None] = (None, None, None)
    return places + lost + outside, ids


def components(records, same):
    """Return the records in groups that the pairs hold together."""
    groups = [[record] for record in records]
    for one, other in same:
        touched = [group for group in groups if any(r is one or r is other for r in group)]
        if len(touched) == 2:
            groups = [group for group in groups if group not in touched] + [touched[0] + touched[1]]
    return groups


def named_partners(connection):
    """Return the number of the partner that reads by a login of its own, and of another, making them where needed."""
    reader, other = (add_partner(connection, slug, slug) for slug in ("reader", "other"))
    give_login(connection, reader)
    return {None: None, "reader": reader.partner_id, "other": other.partner_id}


def store_worlds(connection, worlds, district_ids):
    """Put the worlds into the tables as one transaction of the caller's.

    Return the id of each alternative, one per group that is held together, with its first record's: in a world of one
    group the others' follow it.
    """
    datasets = {record.dataset.slug: record.dataset for world, _ in worlds for record in world}
    records = [record for world, _ in worlds for record in world]
    number_of = named_partners(connection)
    dataset_id = {slug: number for number, slug in enumerate(datasets, start=1000)}
    record_id = {id(record): number for number, record in enumerate(records, start=1000)}
    copy_rows(
        connection, "commons.dataset", ["dataset_id", "partner_id", "slug", "title", "attribution", "priority", "may_repeat"],
        ((dataset_id[d.slug], number_of["reader"], d.slug, d.slug, f"© {d.slug}", d.priority, d.may_repeat)
         for d in datasets.values()),
    )  # fmt: skip
    agreed = [d for d in datasets.values() if d.agreement]
    copy_rows(
        connection, "commons.agreement",
        ["agreement_id", "dataset_id", "version", "stance", "licence", "signed_by", "approved_by", "signed_on",
         "valid_from", "valid_until"],
        ((dataset_id[d.slug], dataset_id[d.slug], 1, d.agreement.stance, d.agreement.licence, "x", "y",
          date(2020, 1, 1), d.agreement.since, d.agreement.until) for d in agreed),
    )  # fmt: skip
    copy_rows(
        connection, "commons.agreement_term",
        ["agreement_id", "audience", "named_partner_id", "field_groups", "purposes", "precision"],
        ((dataset_id[d.slug], t.audience, number_of[t.named], sorted(t.groups), sorted(t.purposes), t.precision)
         for d in agreed for t in d.agreement.terms),
    )  # fmt: skip
    copy_rows(
        connection, "commons.upload",
        ["upload_id", "dataset_id", "sha256", "file_name", "format", "mode", "mapping", "rows_in", "rows_stored",
         "rows_set_aside", "uploaded_by"],
        ((number, number, b"", "f", "csv", "full", "{}", 0, 0, 0, "x") for number in dataset_id.values()),
    )  # fmt: skip
    now = datetime.now(UTC)
    copy_rows(
        connection, "commons.source_record", ["record_id", "dataset_id", "partner_key", "gone_at"],
        ((record_id[id(r)], dataset_id[r.dataset.slug], r.key, now if r.gone else None) for r in records),
    )  # fmt: skip
    names = list(records[0].values)

    def point(place):
        return f"SRID=4326;POINT({place.point[0]!r} {place.point[1]!r})" if place else None

    def districts(place):
        return district_ids[place.sector, place.neighbourhood, place.commune] if place else (None, None, None)

    copy_rows(
        connection, "commons.record_version",
        ["record_id", "upload_id", "row_number", "content_hash", "subject", "name_composed", "updated_on", "geom",
         "sector_id", "neighbourhood_id", "commune_id", *names],
        ((record_id[id(r)], dataset_id[r.dataset.slug], 1, b"", "unknown", r.composed, r.updated_on, point(r.place),
          *districts(r.place), *r.values.values()) for r in records),
    )  # fmt: skip
    said = [(d.said, dataset_id[d.slug], None) for d in datasets.values()]
    said += [(r.said, dataset_id[r.dataset.slug], record_id[id(r)]) for r in records]
    copy_rows(
        connection, "commons.consent",
        ["dataset_id", "record_id", "effect", "audience", "named_partner_id", "field_groups", "purposes", "precision",
         "licence", "given_by", "approved_by", "evidence_kind", "valid_from", "valid_until", "ended_at", "ended_as"],
        ((dataset, record, s.effect, s.audience, number_of[s.named], sorted(s.groups), sorted(s.purposes), s.precision,
          s.licence, "x", "y", "form", s.since, s.until, now if s.ended_as else None, s.ended_as)
         for statements, dataset, record in said for s in statements),
    )  # fmt: skip
    ties = [ties_of(*world) for world in worlds]
    copy_rows(
        connection, "commons.match_decision",
        ["left_record_id", "right_record_id", "verdict", "score", "reason", "decided_by", "is_human"],
        [(*sorted((record_id[id(one)], record_id[id(other)])), "same", None if sure == inf else sure, "{}", "x", sure == inf)
         for told in ties for one, other, sure in told.same]
        + [(*sorted((record_id[id(one)], record_id[id(other)])), "different", None, "{}", "x", True)
           for told in ties for one, other in told.different],
    )  # fmt: skip
    alternatives = dict(enumerate((group for world in worlds for group in components(*world)), start=1000))
    copy_rows(connection, "commons.alternative", ["alternative_id"], ((number,) for number in alternatives))
    for table in (
        "source_record",
        "record_version",
        "consent",
        "agreement",
        "agreement_term",
        "dataset",
        "match_decision",
    ):
        connection.execute(f"ANALYZE commons.{table}")
    copy_rows(
        connection, "commons.membership", ["alternative_id", "record_id"],
        ((number, record_id[id(r)]) for number, group in alternatives.items() for r in group),
    )  # fmt: skip
    return {number: min(record_id[id(r)] for r in group) for number, group in alternatives.items()}
