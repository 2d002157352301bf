"""A commons in which every value is a canary: planned in full, then brought about by signatures, files, uploads, withdrawals.

Which canaries a reader may have is told by tests/support/entitled.py.
"""

import json
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

import openpyxl
import pandas as pd
from aviary import Aviary, rounded
from sending import confirmed

from builders import open_terms
from commons.calendar import today
from commons.charter import assess
from commons.consent.agreement import sign_agreement
from commons.consent.withdraw import withdraw
from commons.database.connection import Role, connect
from commons.partners import add_dataset, add_partner, find_dataset
from commons.release.readers import give_login
from commons.research import freeze_statistics
from commons.vocabulary import CharterGrade, FieldGroup, Precision, Stance, UploadMode, Visibility
from ingest.upload import commit_upload, prepare_upload

GROUP = {
    "name": "identity", "name_fr": "identity", "name_nl": "identity", "name_en": "identity", "legal_form": "identity",
    "enterprise_number": "identity", "founded_on": "identity",
    "description": "description", "description_fr": "description", "website": "description", "opening_hours": "description",
    "street": "location", "house_number": "location", "municipality": "location",
    "phone": "contact_organisation", "email": "contact_organisation",
    "contact_person": "contact_person", "contact_email": "contact_person", "contact_phone": "contact_person",
}  # fmt: skip
WORDS = {
    "visibility": {"public": ("public", "publiek", "tous"), "partners": ("partners", "Partenaires"),
                   "withheld": ("withheld", "niet meegedeeld", "Non"), None: ("à vérifier", "", "peut-être")},
    "precision": {"exact": ("exact", "lieu exact"), "sector": ("sector", "secteur"), "commune": ("gemeente",),
                  "neighbourhood": ("quartier", "wijk"), "withheld": ("withheld", "faux"), None: ("", "environ")},
    "contact": {"public": ("public", "openbaar"), "partners": ("partners",), "withheld": ("nee",), None: ("", "?")},
    "statistics": {True: ("oui", "ja", "yes"), False: ("non", "nee"), None: ("", "?")},
    "reuse": {True: ("oui", "1"), False: ("no", "0"), None: ("", "NA")},
}  # fmt: skip
"""How each meaning of a flag is written; None is what no table has."""
ALL_FLAGS = tuple(WORDS)
VALIDITY = {"live": 12, "unsaid": 6, "over": 2, "coming": 1, "reversed": 1, "unreadable": 1}
CATEGORIES = [("garden", False), ("repair", False), ("food", False), ("shelter", True)]
NAMED = sorted({"existence", "identity", "description", "location", "resources", "contact_organisation"})
"""What the agreement and the consents that name a partner allow it."""
PLACES = """
SELECT ST_X(label_point), ST_Y(label_point) FROM reference.district WHERE level = 'sector' AND is_current ORDER BY code
"""
CORNERS = """
SELECT ST_X(corner.geom), ST_Y(corner.geom) FROM reference.district d, ST_DumpPoints(d.geom) corner
 UNION ALL
SELECT ST_X(label_point), ST_Y(label_point) FROM reference.district
"""


@dataclass
class Row:
    """A row of a file: what is written in it, the canaries that this is released as, and what its flags mean."""

    key: str
    written: dict[str, str]
    point: tuple[float, float] | None
    canaries: dict[str, str]
    flags: dict[str, object]
    phrase: str
    updated_on: str
    sensitive: bool


@dataclass
class Plan:
    """A partner's list: what is signed (None: nothing), the files in turn, and what happens afterwards."""

    slug: str
    said: dict[str, str]
    ending: str
    terms: dict | None
    flags: tuple[str, ...] = ALL_FLAGS
    named: bool = False
    composed: bool = False
    lapsed: bool = False
    uploads: list[tuple[str, list[Row]]] = field(default_factory=list)
    withdrawals: list[tuple[str | None, tuple[FieldGroup, ...]]] = field(default_factory=list)
    grades: list[tuple[str, str, str, str]] = field(default_factory=list)
    """Key of the record; slug and name of who assesses; the reasons."""

    @property
    def kept(self):
        """The rows of the last file: what the partner says today."""
        return self.uploads[-1][1]


class Commons:
    """The plans of all partners, from a seed; `size` 1 is two thousand records."""

    def __init__(self, connection, size=1.0, without=(), seed=2018):
        self.rng, self.size = random.Random(seed), size
        self.aviary = Aviary(random.Random(seed + 1))
        self.places = connection.execute(PLACES).fetchall()
        self.aviary.taken = {rounded(*corner) for corner in connection.execute(CORNERS)}
        syllables = [one + other for one in "bdfglmnprstv" for other in "aeiou"]
        self.words = ["".join(self.rng.choices(syllables, k=4)) for _ in range(400)]
        self.friend = self.token("friend's slug"), self.token("friend's name")
        self.plans: list[Plan] = []
        self._plan_all()
        self.plans = [plan for plan in self.plans if plan.slug.split("-")[0] not in without]

    def token(self, what):
        return self.aviary.text(what)

    def _plan_all(self):
        self.plan("unsigned", ".geojson", 120, None)
        self.plan("over", ".csv", 120, {"signed_on": date(2020, 1, 1), "valid_until": date(2022, 1, 1)})
        self.plan("lapsed", ".csv", 60, {}, flags=(), lapsed=True)
        self.plan("silent", ".csv", 120, {"contact": Visibility.WITHHELD, "statistics": False}, flags=())
        self.plan("narrowing", ".csv", 120, {}, flags=("precision", "contact"))
        self.plan("composed", ".csv", 60, {}, flags=("precision",), composed=True)
        self.plan("named", ".csv", 60, {"visibility": Visibility.WITHHELD}, flags=(), named=True)
        leaving = self.plan("leaving", ".geojson", 120, {})
        asking = self.plan("asking", ".geojson", 260, {"stance": Stance.ASK})
        among_us = self.plan("among-us", ".xlsx", 200, {"visibility": Visibility.PARTNERS})
        coarse = self.plan("coarse", ".csv", 240, {"precision": Precision.NEIGHBOURHOOD})
        everyone = self.plan("open", ".csv", 420, {}, changes=True)
        twins = self.plan("twins", ".csv", 160, {}, of=[asking, among_us, coarse, everyone])
        leaving.withdrawals.append((None, tuple(FieldGroup)))
        groups = [tuple(FieldGroup), (FieldGroup.DESCRIPTION,), (FieldGroup.CONTACT_ORGANISATION,)]
        for plan in (everyone, twins):
            plan.withdrawals += [
                (row.key, some) for row, some in zip(plan.kept[:9], groups * 3, strict=False)
            ]
            for row in plan.kept[1:40:3]:
                who, why = (
                    self.token(f"who assessed {plan.slug}"),
                    self.token(f"why {plan.slug} was assessed so"),
                )
                plan.grades.append(
                    (row.key, self.token("assessor's slug"), f"Assessor {who}", f"Because {why}")
                )
                row.canaries["charter"] = f"{who} {why}"

    def plan(self, name, ending, rows, terms, *, of=(), changes=False, **more):
        """Return a plan; with `changes` a second file drops an eighth of the first one's rows and changes another."""
        told = ("partner slug", "partner", "title", "attribution", "signatory", "approver", "sender")
        said = {what: self.token(f"{what} of {name}") for what in told}
        plan = Plan(f"{name}-{self.token(f'slug of {name}')}", said, ending, terms, **more)
        originals = [row for other in of for row in other.kept]
        count = max(9, round(rows * self.size))
        chosen = self.rng.sample(originals, count) if of else [None] * count
        first = [self.row(plan, f"{name} {number}", original) for number, original in enumerate(chosen)]
        if changes:
            eighth = count // 8
            plan.uploads.append((self.token(f"first file of {name}"), first + self.spoilt(plan, name)))
            changed = [self.row(plan, f"{name} {row.key} changed", None, row.key) for row in first[-eighth:]]
            first = first[: -2 * eighth] + changed
        plan.uploads.append((self.token(f"file of {name}"), first))
        self.plans.append(plan)
        return plan

    def row(self, plan, what, original=None, key=None):
        """Return a row of which every value is a canary; a twin speaks of the same place as its original."""
        rng = self.rng
        phrase = original.phrase if original else " ".join(rng.sample(self.words, 8))
        near = original.point if original and original.point else rng.choice(self.places)
        point = None if rng.random() < 0.03 else self.aviary.point(near, f"{what} point")
        canaries = {
            name: self.canary(name, f"{what} {name} ({group})")
            for name, group in GROUP.items()
            if name == "name" or rng.random() < 0.65
        }
        written = {name: write(name, canary, phrase) for name, canary in canaries.items()}
        category, sensitive = rng.choice(CATEGORIES)
        if plan.composed:
            for name in canaries.keys() & {"name", "name_fr", "name_nl", "name_en", "description"}:
                del written[name], canaries[name]
            written["street"] = canaries["street"] = self.canary("street", f"{what} street")
            canaries["name"] = f"{canaries['street']} {canaries.get('house_number', '')}"
        else:
            written["remarque interne"] = self.token(f"{what} extra")
            category = f"{category} / {self.token(f'{what} category in its own words')}"
        if rng.random() < 0.3:
            canaries["participation"] = self.token(f"{what} participation")
            written["participation_title"] = f"Mise en commun {canaries['participation']}"
        if plan.flags == ALL_FLAGS:
            written |= {name: self.token(f"{what} {name}") for name in ("consent_by", "consent_evidence")}
        flags = self.flags(plan.flags)
        key, updated_on = key or self.token(f"{what} key"), self.aviary.day(f"{what} updated_on")
        written |= {"partner_key": key, "category": category, "updated_on": updated_on}
        written |= {name: text for name, (_, text) in flags.items()}
        meant = {name: meaning for name, (meaning, _) in flags.items()}
        return Row(key, written, point, canaries, meant, phrase, updated_on, sensitive)

    def canary(self, name, what):
        """Return a new canary of the shape that a field has."""
        match name:
            case "phone":
                return self.aviary.number("25", what)
            case "contact_phone":
                return self.aviary.number("475", what)
            case "enterprise_number":
                return self.aviary.enterprise(what)
            case "founded_on":
                return self.aviary.day(what)
        return self.token(what)

    def flags(self, names):
        """Return what each flag means and how it is written; where there is a visibility, when it holds too."""
        flags = {}
        for name in names:
            first, *others = WORDS[name]
            meaning = first if self.rng.random() < 0.55 else self.rng.choice(others)
            flags[name] = (meaning, self.rng.choice(WORDS[name][meaning]))
        if "visibility" in names:
            kind = self.rng.choices(list(VALIDITY), list(VALIDITY.values()))[0]
            days = {
                "live": (-90, 400), "unsaid": (None, None), "over": (-400, -3), "coming": (30, None), "reversed": (0, -30),
                "unreadable": (None, None),
            }[kind]  # fmt: skip
            this_day = today()
            on, until = ("" if day is None else (this_day + timedelta(days=day)).isoformat() for day in days)
            flags["consent_on"] = (kind, "bientôt" if kind == "unreadable" else on)
            flags["consent_until"] = (kind, until)
        return flags

    def spoilt(self, plan, name):
        """Return rows that will be set aside: outside the region, without a name, with the key of another."""
        outside, nameless, first, twice = (self.row(plan, f"{name} spoilt {number}") for number in range(4))
        outside.point = (2.3522219123456, 48.8566139123456)
        nameless.written = {
            field: text for field, text in nameless.written.items() if not field.startswith("name")
        }
        twice.written["partner_key"] = first.key
        return [outside, nameless, first, twice]


def write(name, canary, phrase):
    """Return a field's text as partners write it; names carry a phrase that a twin shares."""
    match name:
        case "phone" | "contact_phone":
            return f"0{canary}"
        case "email" | "contact_email":
            return f"{canary}@example.org"
        case "website":
            return f"https://{canary}.example.org"
    return f"{phrase} {canary}" if name.startswith("name") else canary


def bring_about(commons, folder):
    """Let everything that is planned happen in the database that DATABASE_URL names."""
    with connect(Role.INGEST) as connection:
        friend = add_partner(connection, *commons.friend)
    for plan in commons.plans:
        sign(plan, friend)
        for name, rows in plan.uploads:
            upload(plan, folder / f"{name}{plan.ending}", rows)
        if plan.named:
            consent_by_name(plan, friend)
    with connect(Role.INGEST) as connection:
        for plan in commons.plans:
            dataset = find_dataset(connection, plan.slug)
            for key, groups in plan.withdrawals:
                withdraw(connection, dataset, record_key=key, field_groups=groups, withdrawn_by="someone")
            for key, slug, name, reasons in plan.grades:
                assess(
                    connection,
                    dataset,
                    key,
                    add_partner(connection, slug, name),
                    CharterGrade.B,
                    reasons=reasons,
                )
    with connect(Role.INGEST) as connection:
        freeze_statistics(connection, frozen_by="someone")
    for plan in commons.plans:
        if plan.lapsed:
            let_time_pass(plan)
    with connect(Role.ADMIN) as connection:  # what ran out is hidden with the server's sweep stopped too
        connection.execute("REVOKE EXECUTE ON FUNCTION commons.keep_up() FROM commons_ingest")
    return friend


def sign(plan, friend):
    """Make the partner and its dataset, and sign what is to be signed."""
    said = plan.said
    with connect(Role.INGEST) as connection:
        partner = add_partner(connection, said["partner slug"], f"Partner {said['partner']}")
        dataset = add_dataset(
            connection, partner, plan.slug, f"List {said['title']}", f"© {said['attribution']}"
        )
        if plan.terms is not None:
            terms = open_terms(**plan.terms, signed_by=said["signatory"])
            sign_agreement(connection, dataset, terms, approved_by=said["approver"])
        if plan.named:
            connection.execute(
                "INSERT INTO commons.agreement_term (agreement_id, audience, named_partner_id, field_groups, purposes, precision)"
                " SELECT agreement_id, 'partner', %s, %s::reference.field_group[], '{display,statistics}', 'exact'"
                "   FROM commons.agreement WHERE dataset_id = %s AND ended_at IS NULL",
                (friend.partner_id, NAMED, dataset.dataset_id),
            )


def consent_by_name(plan, friend):
    """Give the partner that is named a login of its own, and let every record of the list name it."""
    with connect(Role.ADMIN) as connection:
        give_login(connection, friend)
        connection.execute(
            "INSERT INTO commons.consent (dataset_id, record_id, effect, audience, named_partner_id, field_groups, purposes,"
            " precision, given_by, approved_by, evidence_kind, valid_from, valid_until)"
            " SELECT dataset_id, record_id, 'allow', 'partner', %s, %s::reference.field_group[], '{display,statistics}',"
            " 'exact', 'one', 'two', 'form', now(), 'infinity'"
            "   FROM commons.source_record JOIN commons.dataset USING (dataset_id) WHERE slug = %s",
            (friend.partner_id, NAMED, plan.slug),
        )


def let_time_pass(plan):
    """Let what the list has released run out a minute ago, with nobody there to sweep it."""
    with connect(Role.ADMIN) as connection:
        for table in ("released_alternative", "released_participation"):
            connection.execute(
                f"UPDATE commons.{table} r SET expires_at = now() - interval '1 minute'"
                "  FROM commons.contribution c JOIN commons.dataset d USING (dataset_id)"
                " WHERE d.slug = %s AND c.alternative_id = r.alternative_id",
                (plan.slug,),
            )


def upload(plan, path, rows):
    """Write a file and send it."""
    WRITE[plan.ending](path, rows)
    prepared = prepare_upload(path)
    with connect(Role.INGEST) as connection:
        confirmed(
            connection,
            partial(commit_upload, connection, find_dataset(connection, plan.slug), prepared),
            uploaded_by=plan.said["sender"],
            mode=UploadMode.FULL,
        )


def _table(rows):
    return pd.DataFrame(
        [row.written | dict(zip(("lon", "lat"), map(repr, row.point or ()), strict=False)) for row in rows],
        dtype=object,
    )


def _xlsx(path, rows):
    table, book = _table(rows), openpyxl.Workbook()
    for values in [table.columns, *table.where(table.notna(), None).itertuples(index=False)]:
        book.active.append(list(values))
    book.save(path)


def _geojson(path, rows):
    features = [
        {
            "type": "Feature",
            "properties": row.written,
            "geometry": {"type": "Point", "coordinates": row.point} if row.point else None,
        }
        for row in rows
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")


WRITE = {
    ".csv": lambda path, rows: _table(rows).to_csv(path, index=False),
    ".xlsx": _xlsx,
    ".geojson": _geojson,
}
