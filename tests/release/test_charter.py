"""A charter grade is a value of its record's identity: shown where that is, whole, the latest, with its history kept."""

from datetime import date, timedelta

import pytest

from builders import make_dataset, make_record, open_terms
from commons.calendar import today
from commons.charter import assess, assessments
from commons.database.connection import Role
from commons.errors import CommonsError
from commons.partners import add_partner, find_dataset, find_partner
from commons.release import released
from commons.vocabulary import Audience, CharterGrade, Visibility

SHOWN = ["charter_grade", "charter_reasons", "charter_assessed_on", "charter_assessed_by"]


def shown(audience=Audience.PUBLIC):
    return released(audience).alternatives().set_index("name")[SHOWN].T.to_dict("list")


@pytest.fixture
def assessor(database):
    with database.connect() as connection:
        open_ = make_dataset(connection, "open", open_terms())
        kept = make_dataset(connection, "kept", open_terms(visibility=Visibility.PARTNERS))
        record = make_record(connection, open_, key="1", name="seen by all")
        make_record(connection, kept, key="1", name="not", alternative_id=record.alternative_id)
        return add_partner(connection, "jury", "The Jury")


def test_the_latest_grade_is_shown_with_its_own_reasons_and_giver(database, assessor):
    assert shown() == {"seen by all": [None, None, None, None]}
    day = date(2026, 3, 1)
    with database.connect(Role.INGEST) as connection:
        dataset = find_dataset(connection, "open")
        assess(connection, dataset, "1", assessor, CharterGrade.B, assessed_on=day)
        other = find_partner(connection, "partner-of-open")
        assess(connection, dataset, "1", other, CharterGrade.E, reasons="old", assessed_on=date(2025, 1, 1))
    assert shown() == {"seen by all": ["B", None, day, "The Jury"]}
    with database.connect(Role.INGEST) as connection:
        history = assessments(connection, dataset, "1")
    assert [(one.grade, one.reasons) for one in history] == [("B", None), ("E", "old")]
    assert database.rows("SELECT * FROM commons.release_drift()") == []


def test_a_grade_is_seen_by_those_alone_who_see_its_record(database, assessor):
    with database.connect(Role.INGEST) as connection:
        kept = find_dataset(connection, "kept")
        assess(connection, kept, "1", assessor, CharterGrade.A)
    assert shown(Audience.PUBLIC) == {"seen by all": [None, None, None, None]}
    assert [row[0] for row in shown(Audience.PARTNERS).values()] == ["A"]


def test_a_day_to_come_is_refused(database, assessor):
    tomorrow = today() + timedelta(days=1)
    with database.connect(Role.INGEST) as connection:
        dataset = find_dataset(connection, "open")
        with pytest.raises(CommonsError) as told:
            assess(connection, dataset, "1", assessor, CharterGrade.A, assessed_on=tomorrow)
    assert told.value.key == "charter.future"
