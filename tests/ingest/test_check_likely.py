"""Slips that no single value shows, dates that became numbers, and second values: told, and nothing changed."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from commons.opening_hours import is_open, write_hours
from ingest.check import Memory, check
from ingest.map import apply_mapping, propose_mapping
from ingest.notices import NoticeCode

BRUSSELS = ZoneInfo("Europe/Brussels")
AT = "50,85;4,35"


def rows_with(result, code):
    return result.notices.loc[result.notices["code"].eq(code), "row_number"].tolist()


@pytest.mark.parametrize(
    ("hours", "at", "answer"),
    [
        ("Mo-Fr 10:00-18:00", "2026-07-20 10:00", True),
        ("Mo-Fr 10:00-18:00", "2026-07-20 18:00", False),
        ("Mo-Fr 10:00-18:00; PH off", "2026-07-21 12:00", False),
        ("Fr 20:00-02:00", "2026-07-25 01:59", True),
        ("Mo-Fr 10:00-18:00 unknown", "2026-07-20 12:00", None),
        ('Mo-Fr 10:00-18:00 "sur rendez-vous"', "2026-07-20 12:00", None),
        ('Mo-Fr 10:00-18:00 "sur rendez-vous"', "2026-07-20 20:00", False),
        ("le matin", "2026-07-20 12:00", None),
        (None, "2026-07-20 12:00", None),
    ],
)
def test_a_place_is_open_is_not_or_nobody_can_tell(hours, at, answer):
    assert is_open(hours, datetime.fromisoformat(at).replace(tzinfo=BRUSSELS)) is answer


def test_an_instant_of_another_time_zone_is_one_in_brussels():
    assert is_open("10:00-18:00", datetime(2026, 7, 20, 8, tzinfo=ZoneInfo("UTC")))
    assert not is_open("10:00-18:00", datetime(2026, 1, 20, 8, tzinfo=ZoneInfo("UTC")))


def test_hours_get_one_spelling_and_others_stay_as_they_are(checked):
    result = checked('nom;heures d\'ouverture\nA;"Mo-Fr  09:00-17:00 ;PH off"\nB;le matin\nC;\nD;24/7\n')
    kept = ["Mo-Fr 09:00-17:00; PH closed", "le matin", None, "24/7"]
    assert result.frame["opening_hours"].tolist() == kept
    assert rows_with(result, NoticeCode.HOURS_UNREADABLE) == [2]
    assert write_hours('"sur rendez-vous"') == '"sur rendez-vous"'


def test_a_brussels_commune_has_a_brussels_postcode(checked):
    result = checked(
        "nom;code postal;commune\nA;9000;Schaerbeek\nB;1030;Schaarbeek\nC;9000;Gent\nD;1830;Woluwe Saint Pierre\nE;;Evere\n"
    )
    assert rows_with(result, NoticeCode.POSTCODE_ELSEWHERE) == [1, 4]
    assert result.frame["postcode"].tolist() == ["9000", "1030", "1830", None]
    assert rows_with(result, NoticeCode.OUTSIDE_REGION) == [3]


@pytest.mark.parametrize(
    ("text", "number", "precision", "is_told"),
    [
        ("Ouvert au 12, rue Haute.", "12", "commune", True),
        ("RUE HAUTE 12 (sonnez)", "12", "quartier", True),
        ("Près de la rue Haute", "12", "commune", False),
        ("Rue Haute 120", "12", "commune", False),
        ("Rue Haute 12", "12", "exact", False),
        ("Rue Haute 12", "", "commune", False),
    ],
)
def test_a_text_must_not_tell_what_the_precision_hides(checked, text, number, precision, is_told):
    result = checked(
        f"nom;description;rue;numéro;précision\nA;{text};Rue Haute;{number};{precision}\nB;b;;;commune\n"
    )
    assert rows_with(result, NoticeCode.TEXT_TELLS_PLACE) == ([1] if is_told else [])


def test_a_withheld_record_tells_nothing(checked):
    result = checked(
        "nom;description;rue;numéro;précision;visibilité\n"
        "A;Rue Haute 12;Rue Haute;12;commune;withheld\nB;Rue Haute 12;Rue Haute;12;commune;public\n"
    )
    assert rows_with(result, NoticeCode.TEXT_TELLS_PLACE) == [2]


def test_a_row_with_the_name_and_the_place_of_an_earlier_one_is_told(checked):
    result = checked(
        f"nom;latitude;longitude;rue;numéro\nA;{AT};;\na;50,85001;4,35;x;9\nA;50,851;4,35;;\nB;{AT};;\n"
        "C;;;Rue Haute;1\nC;;;rue haute;1\nC;;;rue haute;2\nD;;;;\nD;;;;\n"
    )
    assert rows_with(result, NoticeCode.ROW_LOOKS_REPEATED) == [2, 6]
    assert len(result.frame) == 9


def test_an_earlier_chunk_of_the_file_counts_too(read):
    raw, memory = read(f"nom;latitude;longitude\nA;{AT}\n"), Memory()
    mapped = apply_mapping(raw, propose_mapping(raw))
    first, second = check(mapped, memory=memory), check(mapped, memory=memory)
    assert rows_with(first, NoticeCode.ROW_LOOKS_REPEATED) == []
    assert rows_with(second, NoticeCode.ROW_LOOKS_REPEATED) == [1]


def test_days_counted_by_a_spreadsheet_are_dates_but_no_consent_rests_on_them(checked):
    result = checked(
        "nom;date de création;visibilité;consentement le\nA;45000;public;45000\nB;12;public;2026-01-01\n"
    )
    assert result.frame["founded_on"].tolist() == [datetime(2023, 3, 15, tzinfo=BRUSSELS).date(), None]
    assert rows_with(result, NoticeCode.DATE_FROM_SERIAL) == [1]
    assert rows_with(result, NoticeCode.DATE_UNREADABLE) == [2]
    assert result.frame["consent_on"].tolist()[0] is None
    assert result.frame["visibility"].tolist() == [None, "public"]


@pytest.mark.parametrize(
    ("header", "cell", "kept", "is_told"),
    [
        ("téléphone", "02 555 12 34 ou 0475 12 34 56", "+3225551234", True),
        ("téléphone", "02 555 12 34 / 0475 12 34 56", "+3225551234", True),
        ("téléphone", "02 555 12 34 (poste 5)", "+3225551234", False),
        ("téléphone", "02/555.12.34", "+3225551234", False),
        ("courriel", "a@exemple.be, b@exemple.be", "a@exemple.be", True),
        ("courriel", "a..b@exemple.be", None, False),
        ("courriel", "accueil@maison-été.be", "accueil@maison-été.be", False),
        ("site web", "https://exemple.be www.autre.be", "https://exemple.be", True),
        ("site web", "https://exemple.be/a.html", "https://exemple.be/a.html", False),
    ],
)
def test_of_several_values_the_first_is_kept_and_the_others_told(checked, header, cell, kept, is_told):
    result = checked(f"nom;{header}\nA;{cell}\n")
    field = {"téléphone": "phone", "courriel": "email", "site web": "website"}[header]
    assert result.frame[field].tolist() == [kept]
    assert rows_with(result, NoticeCode.SECOND_VALUE_DROPPED) == ([1] if is_told else [])
