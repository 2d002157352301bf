"""Which canaries each reader may have, told from docs/consent.md in plain Python, with the telling of tests/support/oracle.py
for what one record lets a reader do; the database is asked only which records speak of the same.
"""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import oracle
import psycopg
from aviary import name_of
from canaries import GROUP, NAMED

from builders import open_terms
from commons.calendar import midnight
from commons.database.connection import Role, connect, conninfo

READERS = ("public", "partners", "researchers", "partner")
LOGIN = {"public": Role.PUBLIC, "partners": Role.PARTNER, "researchers": Role.RESEARCHER}
SHOWN = {"existence", "identity", "description", "location", "resources"}
ENDS = ("partner", "researchers")
"""A restriction for both binds everyone."""
ALWAYS = {"since": datetime(2000, 1, 1, tzinfo=UTC), "until": datetime(2999, 1, 1, tzinfo=UTC)}
GROUP_OF = {**GROUP, "charter": "identity"}
DISTRICTS = """
SELECT p.n, s.code, n.code, c.code, s.sparse, n.sparse
  FROM unnest(%s::float8[], %s::float8[]) WITH ORDINALITY AS p (x, y, n)
 CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_MakePoint(p.x, p.y), 4326) AS geom) g
  LEFT JOIN reference.district s ON s.level = 'sector' AND s.is_current AND ST_Intersects(s.geom, g.geom)
  LEFT JOIN reference.district n ON n.level = 'neighbourhood' AND n.is_current AND ST_Intersects(n.geom, g.geom)
  LEFT JOIN reference.district c ON c.level = 'commune' AND c.is_current AND ST_Intersects(c.geom, g.geom)
 ORDER BY p.n
"""
TOGETHER = (
    "SELECT array_agg(record_id) FROM commons.membership WHERE until_at IS NULL GROUP BY alternative_id"
)


class Entitled:
    """The records of a commons as the oracle knows them, and what each reader may have of them."""

    def __init__(self, commons):
        self.attribution = {plan.slug: plan.said["attribution"] for plan in commons.plans}
        self.row = {row.key: row for plan in commons.plans for row in plan.kept}
        self.now = datetime.now(UTC)
        with connect(Role.ADMIN) as connection:
            ids = connection.execute("SELECT partner_key, record_id FROM commons.source_record").fetchall()
            same = connection.execute(
                "SELECT left_record_id, right_record_id, strength FROM commons.same_pair"
            ).fetchall()
            together = connection.execute(TOGETHER).fetchall()
            records = {record.number: record for record in self._records(connection, commons, dict(ids))}
        self.groups = [[records[number] for number in group if number in records] for (group,) in together]
        self.pairs = defaultdict(list)
        for one, other, sure in same:
            if one in records and other in records:
                self.pairs[one].append((records[one], records[other], sure))

    def canaries(self, reader):
        """Return the canaries that the reader may have."""
        return {canary for part in self.parts(reader) for canary in self._of_part(part)}

    def parts(self, reader):
        """Yield what the reader sees as one: the grants of its records, those that supply its values first."""
        for group in self.groups:
            granted = [
                oracle.granted(record, reader, self.now) for record in group if record.place is not None
            ]
            visible = [g for g in granted if g is not None and oracle.may_see(g)]
            pairs = [pair for record in group for pair in self.pairs[record.number]]
            for part in oracle.parts_of(visible, oracle.Ties(pairs), reader, self.now):
                yield sorted(
                    part,
                    key=lambda g: (oracle.LADDER.index(g.precision), g.record.dataset.slug, g.record.key),
                )

    def _of_part(self, part):
        published = part[0].precision
        order = [g for g in part if g.precision == published]
        suppliers = {order[0].record.dataset.slug}
        for name, group in GROUP_OF.items():
            givers = oracle.best_first(order, name, group)
            if givers and (group != "location" or published == "exact"):
                yield from self._told(givers[0], name).split()
                suppliers.add(givers[0].record.dataset.slug)
        yield from (self._told(g, "participation") for g in order if ("resources", "display") in g.rights)
        for slug in suppliers:
            yield from (slug.rpartition("-")[2], self.attribution[slug])
        yield max(self.row[g.record.key].updated_on for g in order)
        if published == "exact":
            yield name_of(order[0].record.place.point)

    def _told(self, granted, name):
        return self.row[granted.record.key].canaries.get(name)

    def _records(self, connection, commons, ids):
        rows = [(plan, row) for plan in commons.plans for row in plan.kept]
        x, y = zip(*((row.point or (None, None)) for _, row in rows), strict=True)
        found = {number: codes for number, *codes in connection.execute(DISTRICTS, (list(x), list(y)))}
        datasets = {plan.slug: oracle.Dataset(plan.slug, 100, agreement(plan)) for plan in commons.plans}
        for number, (plan, row) in enumerate(rows, start=1):
            place = oracle.Place(*found[number], point=row.point) if row.point else None
            yield oracle.Record(
                ids[row.key], datasets[plan.slug], row.key, place, row.canaries, row.sensitive,
                composed=plan.composed, gone=False, updated_on=date.fromisoformat(row.updated_on), said=statements(plan, row),
            )  # fmt: skip


def agreement(plan):
    """Return what a partner has signed, as the oracle knows it."""
    if plan.terms is None:
        return None
    terms = vars(open_terms(**plan.terms))
    since, until = (midnight(terms[day]) for day in ("signed_on", "valid_until"))
    if plan.lapsed:
        until = datetime.now(UTC) - timedelta(minutes=1)
    sentences = shown_to(terms["visibility"], terms["precision"], terms["contact"])
    if plan.named:
        sentences.append(oracle.Sentence("partner", set(NAMED), {"display"}, "exact", named="reader"))
    return oracle.Agreement(terms["stance"], terms["licence"], since, until, sentences)


def shown_to(visibility, precision, contact, kind=oracle.Sentence, **more):
    """Return what these flags let be displayed: the record to its audience, the contact to its own."""
    found = []
    if visibility in ("public", "partners") and precision != "withheld":
        found.append(kind(str(visibility), SHOWN, {"display"}, precision, **more))
    if contact in ("public", "partners"):
        found.append(kind(str(contact), {"contact_organisation"}, {"display"}, precision, **more))
    return found


def statements(plan, row):
    """Return what was said of a record: withdrawals of it, consents that name a partner, its flags."""

    def say(audience, groups, precision=None, **more):
        return oracle.Statement(audience, set(groups), {"display"}, precision, **ALWAYS, **more)

    withdrawn = {str(group) for key, groups in plan.withdrawals if key in (None, row.key) for group in groups}
    said = [say(end, withdrawn, effect="deny") for end in ENDS]
    if plan.named:
        said.append(say("partner", NAMED, "exact", named="reader"))
    flags = row.flags
    if "visibility" in flags:
        opens = flags["consent_on"] in ("live", "unsaid") and flags["visibility"] is not None
        precision = flags["precision"] or "withheld"
        given = shown_to(flags["visibility"], precision, flags["contact"], oracle.Statement, **ALWAYS)
        return [*said, say("partners", ()), *(given if opens else [])]
    if "precision" in flags:
        said += [say(end, {"location"}, flags["precision"] or "withheld", effect="coarsen") for end in ENDS]
    if "contact" in flags:
        kept_from = {"public": (), "partners": ("researchers",)}.get(flags["contact"], ENDS)
        said += [say(end, {"contact_organisation"}, effect="deny") for end in kept_from]
    return said


def reader_connection(reader, friend):
    """Return an autocommitting connection of a reader's login; `friend` is the partner that reads by name."""
    return psycopg.connect(
        conninfo(LOGIN.get(reader, f"commons_partner_{friend.partner_id}")), autocommit=True
    )
