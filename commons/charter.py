"""Charter grades: A (fully conforms) to F (does not), given by a named partner, dated, with reasons; earlier ones stay.

Not assessed is no row, never a grade.
"""

from dataclasses import dataclass
from datetime import date

from commons.audit import record_event
from commons.calendar import today
from commons.consent.records import find_record
from commons.database.connection import Connection
from commons.errors import CommonsError
from commons.partners import Dataset, Partner
from commons.vocabulary import CharterGrade


@dataclass(frozen=True)
class Assessment:
    """One grade as it was given."""

    grade: CharterGrade
    reasons: str | None
    assessed_on: date
    assessed_by: str


def assess(
    connection: Connection,
    dataset: Dataset,
    record_key: str,
    partner: Partner,
    grade: CharterGrade,
    *,
    reasons: str | None = None,
    assessed_on: date | None = None,
) -> Assessment:
    """Return the grade that this partner has given to a record; it is shown where the record's identity is.

    Of several, the latest by its day is shown. Raises CommonsError for a day that has not come yet.
    """
    day = assessed_on or today()
    if day > today():
        raise CommonsError("charter.future", day=day)
    record_id = find_record(connection, dataset, record_key)
    connection.execute(
        "INSERT INTO commons.charter_assessment (record_id, partner_id, grade, reasons, assessed_on)"
        " VALUES (%s, %s, %s, %s, %s)",
        (record_id, partner.partner_id, grade.value, reasons, day),
    )
    record_event(connection, partner.slug, "assess", "record", record_id, grade=grade.value)
    return Assessment(grade, reasons, day, partner.name)


def assessments(connection: Connection, dataset: Dataset, record_key: str) -> list[Assessment]:
    """Return every grade the record was given, the latest first."""
    rows = connection.execute(
        "SELECT grade, reasons, assessed_on, name"
        " FROM commons.charter_assessment JOIN commons.partner USING (partner_id)"
        " WHERE record_id = %s ORDER BY assessed_on DESC, assessment_id DESC",
        (find_record(connection, dataset, record_key),),
    ).fetchall()
    return [Assessment(CharterGrade(row[0]), *row[1:]) for row in rows]
