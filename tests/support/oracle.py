"""The release, told again from the text of docs/consent.md in plain Python: slow, and sharing no code with the database.

A world is small: a few datasets with agreements, one alternative, its records, which of them are decided to be the same,
what was said of them. A reader is an audience; "partner" is one partner that reads by a login of its own.
"""

from dataclasses import dataclass, field
from datetime import datetime
from math import inf

INWARD = {  # what is allowed to the first may be seen by the others
    "public": {"public", "partners", "partner", "researchers"},
    "partners": {"partners", "partner"},
    "partner": {"partner"},
    "researchers": {"researchers"},
}
LADDER = ["exact", "sector", "neighbourhood", "commune", "withheld"]
GROUP_OF = {
    "identity": ["name", "name_fr", "category", "founded_on"],
    "description": ["description", "website"],
    "location": ["street", "postcode"],
    "contact_organisation": ["phone", "email"],
    "contact_person": ["contact_email"],
    "resources": ["offers"],
}
MARK = "[…]"
NEEDED = {(group, "display") for group in ("existence", "identity", "location")}


@dataclass
class Sentence:
    audience: str
    groups: set[str]
    purposes: set[str]
    precision: str | None
    named: str | None = None  # "reader", the partner that reads, or "other"

    @property
    def cells(self):
        return {(group, purpose) for group in self.groups for purpose in self.purposes}

    def speaks_to(self, reader):
        if self.named:
            return reader == "partner" and self.named == "reader"
        return reader in INWARD[self.audience]

    def keeps_from(self, reader):
        if reader == "partner" and self.named == "other":
            return False
        return self.audience in INWARD[reader]


@dataclass
class Statement(Sentence):
    effect: str = "allow"
    since: datetime | None = None
    until: datetime | None = None
    ended_as: str | None = None
    licence: str | None = None

    def holds(self, now):
        return self.ended_as is None and self.since <= now < self.until


@dataclass
class Agreement:
    stance: str
    licence: str
    since: datetime
    until: datetime
    terms: list[Sentence]

    def holds(self, now):
        return self.since <= now < self.until


@dataclass
class Dataset:
    slug: str
    priority: int
    agreement: Agreement | None
    said: list[Statement] = field(default_factory=list)
    may_repeat: bool = False


@dataclass
class Place:
    sector: str | None
    neighbourhood: str | None
    commune: str | None
    sector_is_sparse: bool
    neighbourhood_is_sparse: bool
    point: tuple[float, float]


@dataclass
class Record:
    number: int
    dataset: Dataset
    key: str
    place: Place | None
    values: dict[str, object]
    sensitive: bool
    composed: bool
    gone: bool
    updated_on: object
    said: list[Statement] = field(default_factory=list)


@dataclass
class Ties:
    """Which records are taken for the same, each pair with how surely (a person's yes: without end), and which never are."""

    same: list[tuple[Record, Record, float]]
    different: list[tuple[Record, Record]] = field(default_factory=list)

    def forbid(self, one, other):
        """Whether the two may never be in one part."""
        if any({id(one), id(other)} == {id(a), id(b)} for a, b in self.different):
            return True
        by_hand = any({id(one), id(other)} == {id(a), id(b)} and sure == inf for a, b, sure in self.same)
        return one.dataset is other.dataset and not one.dataset.may_repeat and not by_hand


@dataclass
class Granted:
    record: Record
    rights: set[tuple[str, str]]
    precision: str
    licence: str
    until: datetime


def finest(precisions):
    return min(precisions, key=LADDER.index, default=None)


def coarsest(precisions):
    return max((p for p in precisions if p is not None), key=LADDER.index)


def granted(record, reader, now):
    """What the record lets the reader do, or None where nobody agreed to anything."""
    agreement = record.dataset.agreement
    if reader == "partner" and not is_named(record, now):
        return granted(record, "partners", now)
    if agreement is None or not agreement.holds(now):
        return None
    if record.place is not None and record.place.commune is None:  # outside the region
        return None
    terms = [term for term in agreement.terms if term.speaks_to(reader)]
    ceiling = set().union(*(term.cells for term in terms))
    allows = [s for s in record.said if s.effect == "allow"]
    live_allows = [s for s in allows if s.holds(now) and s.speaks_to(reader)]
    has_spoken = any(s.ended_as != "superseded" for s in allows)
    if has_spoken:
        chosen = set().union(*(s.cells for s in live_allows))
    else:
        chosen = ceiling if agreement.stance == "allow" else set()
    against = [s for s in record.said + record.dataset.said if s.holds(now) and s.keeps_from(reader)]
    denied = set().union(*(s.cells for s in against if s.effect == "deny"))

    coming = [
        s
        for s in record.said + record.dataset.said
        if s.effect != "allow" and s.ended_as is None and s.since > now and s.keeps_from(reader)
    ]

    unsaid = "neighbourhood" if record.sensitive else "exact"

    def about_place(sentences):
        return [s.precision or unsaid for s in sentences if ("location", "display") in s.cells]

    own = finest(about_place(live_allows)) or unsaid
    limits = [s.precision for s in against if s.effect == "coarsen"]
    wanted = coarsest([finest(about_place(terms)), own, *limits])
    return Granted(
        record,
        (ceiling & chosen) - denied,
        climbed(wanted, record.place),
        min((s.licence for s in live_allows if s.licence), default=agreement.licence),
        min([agreement.until, *(s.until for s in live_allows), *(s.since for s in coming)]),
    )


def is_named(record, now):
    """Whether something that holds allows the reading partner by name; otherwise it is one of all partners."""
    agreement = record.dataset.agreement
    if agreement is not None and agreement.holds(now) and any(t.named == "reader" for t in agreement.terms):
        return True
    return any(s.effect == "allow" and s.named == "reader" and s.holds(now) for s in record.said)


def climbed(wanted, place):
    if place is None:
        return "withheld"
    if wanted == "sector" and (place.sector is None or place.sector_is_sparse):
        wanted = "neighbourhood"
    if wanted == "neighbourhood" and (place.neighbourhood is None or place.neighbourhood_is_sparse):
        wanted = "commune"
    return wanted


def is_private(given, now):
    """Whether the reader has more of the record than everyone has: a field group, or a finer place."""
    everyone = granted(given.record, "public", now)
    if everyone is None or not may_see(everyone):
        return True
    shown = [{group for group, purpose in g.rights if purpose == "display"} for g in (everyone, given)]
    return shown[0] != shown[1] or everyone.precision != given.precision


def may_see(given):
    """Whether what is granted makes the record visible at all."""
    is_placed = given.precision == "exact" or (given.precision != "withheld" and not given.record.composed)
    return given.rights >= NEEDED and is_placed


def kept_apart(visible, reader, now):
    """The share-alike records, where some of the others are not everyone's: never made into one with them."""
    share_alike = [g for g in visible if g.licence == "ODbL-1.0"]
    others = [g for g in visible if g.licence != "ODbL-1.0"]
    private = reader != "public" and any(is_private(g, now) for g in others)
    return [g.record for g in share_alike] if private else []


def parts_of(visible, ties, reader, now):
    """The visible records, put together as far as visible ones alone hold them together.

    What holds together and is kept apart is put together anew, each side among its own.
    """
    parts = []
    for part in held(visible, ties):
        apart = kept_apart(part, reader, now)
        if not apart:
            parts.append(part)
            continue
        for side in (True, False):
            parts += held([g for g in part if any(g.record is r for r in apart) is side], ties)
    return parts


def held(visible, ties):
    """What these records alone hold together: the surest pair first; one that joins what is never one is passed over."""
    parts = [[g] for g in visible]

    def called(record):
        return (record.dataset.slug, record.key)

    def order(pair):
        return (-pair[2], *sorted(map(called, pair[:2])))

    for one, other, _ in sorted(ties.same, key=order):
        if any({id(one), id(other)} == {id(a), id(b)} for a, b in ties.different):
            continue
        touched = [part for part in parts if any(g.record is one or g.record is other for g in part)]
        if len(touched) == 2 and not any(
            ties.forbid(g.record, h.record) for g in touched[0] for h in touched[1]
        ):
            parts = [part for part in parts if part not in touched] + [touched[0] + touched[1]]
    return parts


def release(records, ties, reader, now):
    """What the reader sees of the alternative made of these records: for each part, its anchor and its row."""
    present = [granted(r, reader, now) for r in records if not r.gone and r.place is not None]
    visible = [g for g in present if g is not None and may_see(g)]
    rows = {}
    for part in parts_of(visible, ties, reader, now):
        anchor, row = release_part(part)
        rows[next(n for n, record in enumerate(records) if record is anchor)] = row
    return rows


ADDRESS = ("street", "house_number", "postcode", "municipality")
FRESHEST = {"description", "contact_organisation", "contact_person", "resources"}
"""The field groups of which the value last told is shown; of a place, that of whoever tells most of the address."""


CONTACT_GROUPS = {("contact_organisation", "display"), ("contact_person", "display")}


def may_show_contacts(granted):
    """Whether the contacts in the record's texts may be read: the organisation's may, and the person's where it has one."""
    needed = (
        CONTACT_GROUPS if granted.record.values["contact_email"] else {("contact_organisation", "display")}
    )
    return granted.rights >= needed


def shown_value(granted, name):
    """The record's value as it is released: where contacts may not be read, a text has a mark in the place of each."""
    value = granted.record.values[name]
    if name != "description" or value is None or may_show_contacts(granted):
        return value
    words = [MARK if "@" in word else word for word in value.split()]
    if len(words) == 3 and words[0] == "call":
        words[1:] = [MARK]
    return " ".join(words)


def told_by(granted, name, group):
    """Whether the source may show the field, and tells one."""
    return (group, "display") in granted.rights and granted.record.values.get(name) not in (None, "", [])


def merit(granted, group):
    """What speaks for a source's value beside its authority; the order of the sources comes last."""
    if group == "location":
        return sum(told_by(granted, name, group) for name in ADDRESS)
    return granted.record.updated_on.toordinal() if group in FRESHEST else 0


def best_first(order, name, group):
    """The sources that tell a field, the one whose value is shown first: authority, merit, then their order."""
    givers = [g for g in order if told_by(g, name, group)]
    if group == "location":  # an address is one source's, whole
        whole = [g for g in order if merit(g, group)]
        whole.sort(key=lambda g: (g.record.dataset.priority, -merit(g, group)))
        givers = [g for g in givers if g is whole[0]] + [g for g in givers if g is not whole[0]]
        return givers if givers and givers[0] is whole[0] else []
    return sorted(givers, key=lambda g: (g.record.dataset.priority, -merit(g, group)))


def why_chosen(best, other, group):
    """Why the value of the first source is shown and not the second's."""
    if best.record.dataset.priority < other.record.dataset.priority:
        return "authority"
    if merit(best, group) > merit(other, group):
        return "completeness" if group == "location" else "freshness"
    return "order"


def release_part(visible):
    published = finest(g.precision for g in visible)
    order = sorted(
        (g for g in visible if g.precision == published),
        key=lambda g: (g.record.dataset.priority, g.record.dataset.slug, g.record.key),
    )
    row, provenance, chosen_by, licences = {}, {}, {}, {order[0].licence}
    for group, names in GROUP_OF.items():
        for name in names:
            givers = best_first(order, name, group) if group != "location" or published == "exact" else []
            row[name] = shown_value(givers[0], name) if givers else None
            if givers:
                provenance[name] = givers[0].record.dataset.slug
                licences.add(givers[0].licence)
            if len(givers) > 1:
                others = sorted(givers[1:], key=lambda g: (g.record.dataset.priority, -merit(g, group)))
                chosen_by[name] = why_chosen(givers[0], others[0], group)
    provenance["geom"] = order[0].record.dataset.slug
    place = order[0].record.place
    row |= {
        "precision": published,
        "sector": place.sector if published in ("exact", "sector") else None,
        "counted": any(("existence", "statistics") in g.rights for g in order),
        "reusable": all(("existence", "reuse") in g.rights for g in order),
        "provenance": provenance,
        "chosen_by": chosen_by,
        "licences": sorted(licences),
        "attributions": sorted({f"© {slug}" for slug in provenance.values()}),
        "updated_on": max(g.record.updated_on for g in order),
        "expires_at": min(g.until for g in order),
    }
    if published == "exact":
        row["point"] = place.point
    return min(order, key=lambda g: g.record.number).record, row
