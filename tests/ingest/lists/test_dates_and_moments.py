"""Dates as they are written, one order for a column; and moments at which somebody filled in a form, which are no dates of a life."""

from datetime import date

import pytest
from sent_lists import checked_list

MONTH_FIRST, DAY_FIRST = (
    ["12/31/2020", "03/04/2021", "01/25/2019"],
    ["31/12/2020", "03/04/2021", "25/01/2019"],
)


def codes(result):
    return set(result.notices["code"])


def founded(checked, *texts, header="date de création"):
    rows = "".join(f'L{n};"{text}"\n' for n, text in enumerate(texts))
    return checked(f"nom;{header}\n{rows}")


def test_the_lists_that_were_sent():
    result = checked_list("17-dates-us")
    assert result.frame["founded_on"].tolist() == [date(2020, 12, 31), date(2021, 3, 4), date(2019, 1, 25)]
    assert "DATES_MONTH_FIRST" in codes(result)
    result = checked_list("19-dates-xlsx")
    assert result.frame["founded_on"].notna().all()
    assert result.frame["opening_hours"].str.startswith("1899").sum() == 0
    result = checked_list("11-kobo")
    assert result.frame["ended_on"].isna().all()
    assert result.frame["founded_on"].isna().all()
    assert result.frame["partner_key"].tolist() == [f"0a1b2c3d-000{n}" for n in range(3)]
    assert result.frame["name"].tolist()[0] == "Le Potager du Parvis"
    assert result.frame["lon"].tolist() == [4.346, 4.347, 4.374]
    result = checked_list("75-kml-begin-end")
    assert result.frame["founded_on"].isna().all()
    assert result.frame["ended_on"].isna().all()
    assert result.frame["category_raw"].isna().all()
    result = checked_list("48-google-form")
    assert result.frame["founded_on"].isna().all()
    assert result.frame["name"].tolist() == ["Le Potager du Parvis", "Café de la Réparation"]
    assert result.frame["email"].tolist() == ["moi0@exemple.be", "moi1@exemple.be"]
    assert result.frame["visibility"].tolist() == [None, "withheld"]
    assert "FLAG_SAYS_YES" in codes(result)


@pytest.mark.parametrize(
    ("texts", "second"), [(MONTH_FIRST, date(2021, 3, 4)), (DAY_FIRST, date(2021, 4, 3))]
)
def test_one_date_that_has_one_order_only_decides_for_its_column(checked, texts, second):
    result = founded(checked, *texts)
    assert result.frame["founded_on"].tolist() == [date(2020, 12, 31), second, date(2019, 1, 25)]
    assert ("DATES_MONTH_FIRST" in codes(result)) == (texts is MONTH_FIRST)


def test_each_column_has_an_order_of_its_own(checked):
    result = checked("nom;création;mise à jour\nA;12/31/2020;31/12/2020\nB;03/04/2021;03/04/2021\n")
    assert result.frame["founded_on"][1] == date(2021, 3, 4)
    assert result.frame["updated_on"][1] == date(2021, 4, 3)


def test_where_dates_contradict_one_another_the_unsure_ones_stay_text(checked):
    result = founded(checked, "12/31/2020", "31/12/2020", "03/04/2021", "04/04/2021", "2021")
    assert result.frame["founded_on"].tolist() == [
        date(2020, 12, 31), date(2020, 12, 31), None, date(2021, 4, 4), date(2021, 1, 1),
    ]  # fmt: skip
    assert result.frame["extras"][2] == {"date de création": "03/04/2021"}
    assert result.notices.loc[result.notices["code"].eq("DATE_UNREADABLE"), "row_number"].tolist() == [3]


def test_no_consent_rests_on_a_date_of_two_orders(checked):
    rows = "A;public;12/31/2026\nB;public;31/12/2026\nC;public;03/04/2027\nD;public;1/1/27\n"
    result = checked(f"nom;visibilité;consentement jusqu'au\n{rows}")
    assert result.frame["visibility"].tolist() == ["public", "public", None, None]
    assert result.frame["consent_until"].tolist()[:2] == [date(2026, 12, 31)] * 2
    result = checked("nom;visibilité;consentement jusqu'au\nA;public;12/31/2026\nB;public;03/04/2027\n")
    assert result.frame["consent_until"].tolist() == [date(2026, 12, 31), date(2027, 3, 4)]
    assert "DATES_MONTH_FIRST" in codes(result)


def test_a_later_chunk_keeps_the_order_that_an_earlier_one_proved(checked, monkeypatch):
    from ingest.check import Memory  # noqa: PLC0415

    memory = Memory()
    checked("nom;création\nA;12/31/2020\n", memory=memory)
    result = checked("nom;création\nB;03/04/2021\n", memory=memory)
    assert result.frame["founded_on"].tolist() == [date(2021, 3, 4)]


WRITTEN = {
    "mars 2016": date(2016, 3, 1),
    "Maart 2016": date(2016, 3, 1),
    "1er mars 2016": date(2016, 3, 1),
    "lundi 7 mars 2016": date(2016, 3, 7),
    "7 august 2016": date(2016, 8, 7),
    "March 7, 2016": date(2016, 3, 7),
    "août 2020": date(2020, 8, 1),
    "sept. 2019": date(2019, 9, 1),
    "1/1/15": date(2015, 1, 1),
    "15.03.2016": date(2016, 3, 15),
    "03/2016": date(2016, 3, 1),
    "mars-16": date(2016, 3, 1),
    "31-12-99": date(1999, 12, 31),
    "2016-03-15 00:00:00": date(2016, 3, 15),
    "20160315": date(2016, 3, 15),
}


@pytest.mark.parametrize("text", WRITTEN)
def test_a_date_is_read_as_people_write_it(checked, text):
    assert founded(checked, text, text).frame["founded_on"].tolist() == [WRITTEN[text]] * 2


@pytest.mark.parametrize(
    "text",
    ["printemps 2016", "vers 2016", "2016-2018", "10 mai", "version 2016", "31/02/2016", "marche 2016"],
)
def test_what_is_no_date_stays_text(checked, text):
    result = founded(checked, text, "2016")
    assert result.frame["founded_on"].tolist() == [None, date(2016, 1, 1)]
    assert result.frame["extras"][0] == {"date de création": text}


@pytest.mark.parametrize(
    "header",
    ["start", "end", "begin", "Début", "start time", "endtime", "année budgétaire - début", "contract einddatum", "date d'adhésion",
     "Exercice : fin", "date d'enregistrement"],
)  # fmt: skip
def test_bare_and_other_beginnings_and_ends_are_of_no_life(checked, header):
    result = checked(
        f"nom;rue;{header}\nA;Rue Haute;2020-01-01\nB;Rue Basse;2030-01-01\nC;Rue Neuve;2031-01-01\n"
    )
    assert result.frame["founded_on"].isna().all()
    assert result.frame["ended_on"].isna().all()
    assert result.frame["extras"][0] == {header: "2020-01-01"}


@pytest.mark.parametrize(
    "header", ["date de création", "Oprichtingsdatum", "einddatum", "created", "date de fin"]
)
@pytest.mark.parametrize(
    "text", ["2026-03-0{}T10:05:00.000+01:00", "2026/03/0{} 9:15:00 AM UTC+1", "0{}/03/2026 14:15"]
)
def test_a_column_of_moments_is_asked_about(checked, header, text):
    rows = "".join(f"L{n};{text.format(n)}\n" for n in (1, 2, 3))
    result = checked(f"nom;{header}\n{rows}")
    assert result.frame["founded_on"].isna().all()
    assert result.frame["ended_on"].isna().all()
    assert len(result.frame["extras"][0]) == 1
    assert codes(result) & {"COLUMN_OF_TIMES", "COLUMN_UNMAPPED"}


def test_moments_may_say_when_a_record_was_updated(checked):
    result = checked("nom;mise à jour\nA;2026-03-01 10:05\nB;2026-03-02 11:05\n")
    assert result.frame["updated_on"].tolist() == [date(2026, 3, 1), date(2026, 3, 2)]


def test_an_end_of_most_rows_is_asked_about_and_one_of_few_is_not(checked):
    head = "nom;date de fin\n"
    most = checked(f"{head}A;2019-01-01\nB;2020-01-01\nC;2021-01-01\nD;\n")
    assert most.frame["ended_on"].isna().all()
    assert "COLUMN_ENDS_MOST" in codes(most)
    assert most.frame["extras"].tolist()[1:] == [
        {"date de fin": "2020-01-01"},
        {"date de fin": "2021-01-01"},
        {},
    ]
    few = checked(f"{head}A;2019-01-01\nB;\nC;\n")
    assert few.frame["ended_on"].tolist() == [date(2019, 1, 1), None, None]
    future = checked(f"{head}A;2099-01-01\nB;2098-01-01\nC;2097-01-01\n")
    assert future.frame["ended_on"].notna().all()


def test_what_a_person_says_is_not_asked_again(read):
    from ingest.check import check  # noqa: PLC0415
    from ingest.map import apply_mapping  # noqa: PLC0415
    from ingest.map.document import read_mapping  # noqa: PLC0415

    raw = read("nom;end\nA;2019-01-01\nB;2020-01-01\n")
    mapping = read_mapping({"columns": {"nom": "name", "end": "ended_on"}})
    assert check(apply_mapping(raw, mapping)).frame["ended_on"].tolist() == [
        date(2019, 1, 1),
        date(2020, 1, 1),
    ]
