"""Worlds in which much is hidden: partners whose lists change between snapshots, on the real tables."""

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

from commons.consent.sentence import sentences_of
from commons.database.statements import copy_rows
from commons.vocabulary import Precision, Visibility

LONG = datetime(2099, 1, 1, tzinfo=UTC)
SINCE = datetime(2020, 1, 1, tzinfo=UTC)
EVERYTHING = (
    "'{existence,identity,description,location,contact_organisation,contact_person,resources}'",
    "'{display,reuse,statistics,matching,contact}'",
)
NEAR = """
SELECT s.code, n.code, c.code, s.sparse OR n.sparse, s.district_id, n.district_id, c.district_id, ST_X(s.label_point),
       ST_Y(s.label_point)
  FROM reference.district c
  JOIN reference.district_within w ON w.outer_id = c.district_id
  JOIN reference.district n ON n.district_id = w.inner_id AND n.level = 'neighbourhood'
  JOIN reference.district_within v ON v.outer_id = n.district_id
  JOIN reference.district s ON s.district_id = v.inner_id AND s.level = 'sector'
 WHERE c.level = 'commune' AND c.is_current AND c.code IN (
       SELECT code FROM reference.district WHERE level = 'commune' AND is_current ORDER BY code LIMIT 2)
 ORDER BY c.code, n.sparse, n.code, s.sparse, s.code
"""


@dataclass(frozen=True)
class Place:
    """A sector, what contains it, and a point in it."""

    sector: str
    neighbourhood: str
    commune: str
    sparse: bool
    ids: tuple[int, int, int]
    point: tuple[float, float]


@dataclass(frozen=True)
class Entry:
    """A record as its partner says it is."""

    record_id: int
    partner: int
    alternative_id: int
    category: str
    place: Place
    visibility: Visibility
    statistics: bool = True
    precision: Precision = Precision.EXACT
    until: datetime = LONG
    gone: bool = False

    def grants(self) -> bool:
        """Tell whether researchers may count it, by its flags."""
        return self.statistics and not self.gone and self.until > datetime.now(UTC)

    def is_shown(self) -> bool:
        """Tell whether researchers are shown it, by its flags."""
        return self.visibility is Visibility.PUBLIC and not self.gone and self.until > datetime.now(UTC)


def region_code(connection):
    """Return the code of the region, official or of the stand-in grid."""
    found = connection.execute("SELECT code FROM reference.district WHERE level = 'region' AND is_current")
    return found.fetchone()[0]


def read_places(connection, communes=2, neighbourhoods=3, sectors=2):
    """Return places in a few neighbourhoods of a few communes."""
    found: dict[str, dict[str, list[Place]]] = {}
    for sector, neighbourhood, commune, sparse, *rest in connection.execute(NEAR).fetchall():
        place = Place(sector, neighbourhood, commune, sparse, tuple(rest[:3]), tuple(rest[3:]))
        found.setdefault(commune, {}).setdefault(neighbourhood, []).append(place)
    chosen = [list(of.values())[:neighbourhoods] for of in list(found.values())[:communes]]
    return [place for of in chosen for near in of for place in near[:sectors]]


@dataclass
class HiddenWorld:
    """What is stored, as the test knows it; each change is the caller's to commit."""

    connection: object
    partners: int = 3
    entries: dict[int, Entry] = field(default_factory=dict)
    numbers: object = field(default_factory=lambda: count(1000))

    def __post_init__(self):
        rows = range(1, self.partners + 1)
        copy_rows(
            self.connection,
            "commons.partner",
            ["partner_id", "slug", "name"],
            ((n, f"p{n}", "P") for n in rows),
        )
        copy_rows(
            self.connection, "commons.dataset",
            ["dataset_id", "partner_id", "slug", "title", "attribution", "priority"],
            ((n, n, f"d{n}", "D", "©", n) for n in rows),
        )  # fmt: skip
        copy_rows(
            self.connection, "commons.agreement",
            ["agreement_id", "dataset_id", "version", "stance", "licence", "signed_by", "approved_by", "signed_on",
             "valid_from", "valid_until"],
            ((n, n, 1, "ask", "CC-BY-4.0", "x", "y", date(2020, 1, 1), SINCE, LONG + timedelta(days=1)) for n in rows),
        )  # fmt: skip
        ceiling = sentences_of(Visibility.PUBLIC, Precision.EXACT, None, statistics=True, reuse=True)
        copy_rows(
            self.connection, "commons.agreement_term",
            ["agreement_id", "audience", "field_groups", "purposes", "precision"],
            ((n, *sentence.columns()) for n in rows for sentence in ceiling),
        )  # fmt: skip
        copy_rows(
            self.connection, "commons.upload",
            ["upload_id", "dataset_id", "sha256", "file_name", "format", "mode", "mapping", "rows_in", "rows_stored",
             "rows_set_aside", "uploaded_by"],
            ((n, n, b"", "f", "csv", "full", "{}", 0, 0, 0, "x") for n in rows),
        )  # fmt: skip

    def entry(self, **told):
        """Return an entry that is not stored yet, an alternative of its own unless one is named."""
        number = next(self.numbers)
        return Entry(**{"record_id": number, "alternative_id": number, **told})

    def add(self, entries):
        """Store new entries."""
        entries = list(entries)
        known = {old.alternative_id for old in self.entries.values()}
        new = {entry.alternative_id for entry in entries} - known
        copy_rows(self.connection, "commons.alternative", ["alternative_id"], ((n,) for n in new))
        copy_rows(
            self.connection, "commons.source_record", ["record_id", "dataset_id", "partner_key"],
            ((e.record_id, e.partner, f"k{e.record_id}") for e in entries),
        )  # fmt: skip
        self._version(entries)
        self._consent(entries)
        copy_rows(
            self.connection, "commons.membership", ["alternative_id", "record_id"],
            ((e.alternative_id, e.record_id) for e in entries),
        )  # fmt: skip
        for entry in entries:
            same = [e.record_id for e in self.entries.values() if e.alternative_id == entry.alternative_id]
            copy_rows(
                self.connection, "commons.match_decision",
                ["left_record_id", "right_record_id", "verdict", "reason", "decided_by", "is_human"],
                ((min(r, entry.record_id), max(r, entry.record_id), "same", "{}", "t", True) for r in same),
            )  # fmt: skip
            self.entries[entry.record_id] = entry

    def change(self, record_id, **told):
        """Store that a record is told otherwise from now on, as the next upload would."""
        old = self.entries[record_id]
        new = replace(old, **told)
        if told.keys() & {"category", "place"}:
            self.connection.execute(
                "UPDATE commons.record_version SET superseded_at = now() WHERE record_id = %s AND superseded_at IS NULL",
                (record_id,),
            )
            self._version([new])
        if told.keys() & {"visibility", "statistics", "precision", "until"}:
            self.connection.execute(
                "UPDATE commons.consent SET ended_at = now(), ended_as = 'superseded', ended_by = 'upload'"
                " WHERE record_id = %s AND effect = 'allow' AND ended_at IS NULL",
                (record_id,),
            )
            self._consent([new])
        if new.gone != old.gone:
            self.connection.execute(
                "UPDATE commons.source_record SET gone_at = %s WHERE record_id = %s",
                (datetime.now(UTC) if new.gone else None, record_id),
            )
        self.entries[record_id] = new

    def withdraw(self, record_id):
        """Deny everything of a record to everyone, for good."""
        for audience in ("partner", "researchers"):
            self.connection.execute(
                "INSERT INTO commons.consent (dataset_id, record_id, effect, audience, field_groups, purposes, given_by,"
                f" evidence_kind, valid_from, valid_until) SELECT dataset_id, record_id, 'deny', %s, {EVERYTHING[0]},"
                f" {EVERYTHING[1]}, 't', 'withdrawal', now(), 'infinity' FROM commons.source_record WHERE record_id = %s",
                (audience, record_id),
            )
        self.entries[record_id] = replace(self.entries[record_id], gone=True)

    def join(self, record_id, alternative_id):
        """Match a record with an alternative's."""
        old = self.entries.pop(record_id)
        self.connection.execute(
            "UPDATE commons.membership SET until_at = now() WHERE record_id = %s AND until_at IS NULL",
            (record_id,),
        )
        copy_rows(
            self.connection,
            "commons.membership",
            ["alternative_id", "record_id"],
            [(alternative_id, record_id)],
        )
        for other in [e for e in self.entries.values() if e.alternative_id == alternative_id]:
            pair = sorted((other.record_id, record_id))
            self.connection.execute(
                "INSERT INTO commons.match_decision (left_record_id, right_record_id, verdict, reason, decided_by,"
                " is_human) VALUES (%s, %s, 'same', '{}', 't', true) ON CONFLICT DO NOTHING", pair,
            )  # fmt: skip
        self.entries[record_id] = replace(old, alternative_id=alternative_id)

    def _version(self, entries):
        copy_rows(
            self.connection, "commons.record_version",
            ["record_id", "upload_id", "row_number", "content_hash", "name", "name_composed", "category", "subject",
             "geom", "sector_id", "neighbourhood_id", "commune_id"],
            ((e.record_id, e.partner, 1, b"", "N", False, e.category, "organisation",
              f"SRID=4326;POINT({e.place.point[0]!r} {e.place.point[1]!r})", *e.place.ids) for e in entries),
        )  # fmt: skip

    def _consent(self, entries):
        copy_rows(
            self.connection, "commons.consent",
            ["dataset_id", "record_id", "upload_id", "effect", "audience", "field_groups", "purposes", "precision",
             "given_by", "evidence_kind", "valid_from", "valid_until"],
            ((e.partner, e.record_id, e.partner, "allow", *sentence.columns(), "x", "import flag", SINCE, e.until)
             for e in entries
             for sentence in sentences_of(e.visibility, e.precision, None, statistics=e.statistics, reuse=True)),
        )  # fmt: skip


def random_entry(rng: random.Random, world, places, **told):
    """Return an entry, mostly hidden and mostly counted."""
    drawn = {
        "partner": rng.randint(1, world.partners),
        "category": rng.choice(["food", "culture", "repair"]),
        "place": rng.choice(places),
        "visibility": rng.choices([Visibility.WITHHELD, Visibility.PARTNERS, Visibility.PUBLIC], [5, 4, 2])[
            0
        ],
        "statistics": rng.random() < 0.9,
        "precision": rng.choices(list(Precision)[:4], [6, 2, 2, 1])[0],
    }
    return world.entry(**{**drawn, **told})
