"""One calendar: the program, every session of the database and every consent count the same days, those of Brussels."""

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from builders import make_dataset, make_record, open_terms
from commons.calendar import day_of, midnight, today
from commons.consent.record_flags import with_validity
from commons.database.connection import Role

SUMMER, WINTER = date(2027, 7, 1), date(2027, 1, 1)


@pytest.mark.parametrize("role", Role)
def test_every_session_counts_the_days_of_brussels(unchanged_database, role):
    with unchanged_database.connect(role) as connection:
        (begins,) = connection.execute(
            "SELECT ARRAY[%s::date, %s::date]::timestamptz[]", [SUMMER, WINTER]
        ).fetchone()
        (before, day, after) = today(), connection.execute("SELECT current_date").fetchone()[0], today()
    assert begins == [midnight(SUMMER), midnight(WINTER)]
    assert before <= day <= after


@pytest.mark.parametrize("day", [SUMMER, WINTER])
def test_a_consent_ends_with_the_same_instant_wherever_its_end_was_written(database, day):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms(valid_until=day))
        make_record(connection, dataset, flags={"consent_until": day})
        ends = connection.execute(
            "SELECT valid_until FROM commons.agreement UNION ALL SELECT valid_until FROM commons.consent"
        )
        assert {instant for (instant,) in ends} == {midnight(day)}


def test_a_day_of_consent_begins_and_ends_at_midnight_in_brussels():
    flags = pd.DataFrame({"consent_on": [WINTER], "consent_until": [SUMMER]})
    held = with_validity(flags).iloc[0]
    assert held["valid_from"] == datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert held["valid_until"] == datetime(2027, 6, 30, 22, tzinfo=UTC)


@pytest.mark.parametrize("day", [SUMMER, WINTER])
def test_the_last_instant_of_a_day_is_not_yet_the_next(day):
    begins = midnight(day)
    assert day_of(begins) == day
    assert day_of(begins.astimezone(UTC) - timedelta(microseconds=1)) == day - timedelta(days=1)
