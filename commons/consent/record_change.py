"""Changing one record's consent: what closes does so at once, what opens waits for a second person."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

import pandas as pd

from commons.calendar import midnight, today
from commons.consent.cells import SPOKEN_OF, bits_of_cells, cells_of_bits, sentences_for
from commons.consent.records import About
from commons.consent.statements import (
    LADDER,
    Restriction,
    Word,
    lift,
    restrict,
    standing_restrictions,
    state,
)
from commons.consent.wanted import RESTRICTED, Wanted
from commons.database.connection import Connection
from commons.database.statements import run_file
from commons.vocabulary import Audience, ConsentEffect, FieldGroup, Precision, Purpose

DEFAULT_VALIDITY = pd.DateOffset(months=24)


class Reader(NamedTuple):
    """An audience, or (a partner's id other than 0) one named partner."""

    audience: Audience
    partner_id: int


class Permission(NamedTuple):
    """What a record lets a reader do for one purpose, as PostgreSQL resolves it."""

    groups: frozenset[FieldGroup]
    precision: Precision
    licence: str
    expires_at: datetime | None

    def opens_more(self, than: "Permission | None") -> bool:
        """Tell whether a reader has more than before: other groups, a finer place, longer, or under another licence."""
        if not self.groups:
            return False
        if than is None or self.groups - than.groups or self.licence != than.licence:
            return True
        is_finer = LADDER.index(self.precision) < LADDER.index(than.precision)
        is_longer = than.expires_at is not None and (
            self.expires_at is None or self.expires_at > than.expires_at
        )
        return is_longer or (FieldGroup.LOCATION in self.groups and is_finer)


Permissions = dict[tuple[Reader, Purpose], Permission]


def permissions(connection: Connection, record_id: int) -> Permissions:
    """Return what a record lets each reader do now, by purpose; nothing of one that has gone or has no place."""
    found: Permissions = {}
    for purpose, audience, partner_id, bits, precision, licence, expires_at in run_file(
        connection, "commons.consent", "permissions", {"record_id": record_id}
    ):
        groups = frozenset(g for g, p in cells_of_bits(bits) if p == purpose)
        reader = Reader(Audience(audience), partner_id)
        found[reader, Purpose(purpose)] = Permission(groups, Precision(precision), licence, expires_at)
    return found


def opens_anything(before: Permissions, after: Permissions) -> bool:
    """Tell whether any reader has more, for any purpose; a named partner had what all partners had."""
    return any(
        permission.opens_more(
            before.get((reader, purpose))
            or (before.get((Reader(Audience.PARTNERS, 0), purpose)) if reader.partner_id else None)
        )
        for (reader, purpose), permission in after.items()
    )


def opposing(connection: Connection, about: About, wanted: Wanted) -> list[Restriction]:
    """Return the restrictions that would have to be lifted."""
    return [r for r in standing_restrictions(connection, about) if r.opposes(wanted)]


def narrow_record(connection: Connection, about: About, wanted: Wanted, word: Word) -> int:
    """Return how many restrictions were added so that the record lets nobody do more than is wanted."""
    added = restrict(connection, about, wanted.restrictions(), word)
    if wanted.until is not None:
        nothing = [
            (ConsentEffect.DENY, told)
            for audience in RESTRICTED[:2]
            for told in sentences_for(audience, SPOKEN_OF, None)
        ]
        added += restrict(connection, about, nothing, word, since=midnight(wanted.until))
    return added


def widen_record(
    connection: Connection, about: About, wanted: Wanted, opposed: Collection[Restriction], word: Word
) -> None:
    """Make the record's consent what is wanted, within the agreement; `word` names two people.

    `opposed` are lifted and no other: what someone closes at this moment, without waiting for anybody, stays closed.
    """
    lift(connection, about, opposed, word)
    narrow_record(connection, about, wanted, word)
    licence = wanted.licence or _licence_now(connection, about.record_id)
    connection.execute(
        "UPDATE commons.consent SET ended_at = clock_timestamp(), ended_as = 'superseded', ended_by = %s"
        " WHERE record_id = %s AND effect = 'allow' AND ended_at IS NULL AND cells & ~%s::bigint = 0",
        (word.given_by, about.record_id, bits_of_cells(SPOKEN_OF)),
    )
    until = wanted.until or (pd.Timestamp(today()) + DEFAULT_VALIDITY).date()
    allowed = [(ConsentEffect.ALLOW, sentence) for sentence in wanted.sentences()]
    state(connection, about, allowed, word, licence=licence, until=midnight(until))


def _licence_now(connection: Connection, record_id: int | None) -> str | None:
    row = connection.execute(
        "SELECT min(licence) FROM commons.consent WHERE record_id = %s AND effect = 'allow' AND ended_at IS NULL"
        " AND valid_from <= clock_timestamp() AND valid_until > clock_timestamp()",
        (record_id,),
    ).fetchone()
    return row[0] if row else None
