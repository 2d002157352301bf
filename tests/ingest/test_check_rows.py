"""Every row is stored or set aside with a reason; no value changes in silence."""

import csv
import io

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.check import CANONICAL_COLUMNS, CheckedRecords, set_aside_csv
from ingest.notices import NoticeCode, Severity, notices_page, summarise

PLACE = ";50,85;4,35"
HEADER = "nom;latitude;longitude"


def codes(result, row=None):
    notices = result.notices if row is None else result.notices[result.notices["row_number"].eq(row)]
    return set(notices["code"])


def record(result, place=0):
    return result.frame.iloc[place].to_dict()


def test_the_frame_has_the_canonical_columns_and_none_for_what_is_missing(checked):
    result = checked(f"{HEADER};rue;visibilité\nA{PLACE};;\n")
    assert list(result.frame.columns) == list(CANONICAL_COLUMNS)
    missing = {name: value for name, value in record(result).items() if name not in ("lon", "lat")}
    assert all(
        value is None for name, value in missing.items() if not isinstance(value, list | dict | str | int)
    )
    assert missing["street"] is None
    assert missing["extras"] == {}


def test_rows_must_add_up():
    with pytest.raises(AssertionError):
        CheckedRecords(pd.DataFrame({"a": [1]}), pd.DataFrame(), 2, pd.DataFrame(), frozenset())


def test_a_row_without_a_name_is_set_aside_as_it_stands(checked):
    result = checked(f"{HEADER};remarque\nA{PLACE};x\n{PLACE};y\n—{PLACE};\n?{PLACE};\n")
    assert result.frame["name"].tolist() == ["A", "—"]
    assert result.set_aside[["_row", "_codes", "remarque"]].iloc[0].tolist() == [2, "NAME_MISSING", "y"]
    assert record(result)["extras"] == {"remarque": "x"}


def test_a_list_without_names_gets_composed_ones(checked):
    result = checked("type;rue;numéro\nBox à vélos;rue Haute;12\nBox à vélos;;\n;rue Basse;\n")
    assert result.frame["name"].tolist() == ["Box à vélos, rue Haute 12", "rue Basse"]
    assert codes(result, 1) >= {"NAME_COMPOSED"}
    assert codes(result, 2) >= {"NAME_MISSING"}


def test_a_name_in_one_language_is_a_name(checked):
    result = checked("nom fr;naam nl\nMaison;\n;Huis\n")
    assert result.frame["name"].tolist() == ["Maison", "Huis"]
    assert "NAME_COMPOSED" not in codes(result)


def test_a_later_row_with_the_same_key_is_set_aside_but_a_refused_row_has_no_claim(checked):
    result = checked(f"id;{HEADER}\n7;{PLACE}\n7;A{PLACE}\n7;B{PLACE}\n")
    assert result.frame["name"].tolist() == ["A"]
    assert result.set_aside["_codes"].tolist() == ["NAME_MISSING", "PARTNER_KEY_REPEATED"]


def test_a_slipped_row_is_set_aside(checked):
    result = checked(f"{HEADER}\nA; B{PLACE}\nC{PLACE}\n")
    assert result.set_aside["_codes"].tolist()[0].split("|")[0] == "ROW_RAGGED"
    assert result.frame["name"].tolist() == ["C"]


def test_texts_are_normalised_and_garbled_ones_told(checked):
    result = checked(
        "nom;description\nE\u0301picerie\u200b \u00a0  x;un\u0007 deux\nCaf\ufffd Lune;a\nJos\u03b9phine;b\nMusée µ;c\n"
    )
    assert result.frame["name"].tolist() == ["Épicerie x", "Caf\ufffd Lune", "Jos\u03b9phine", "Musée µ"]
    garbled = result.notices[result.notices["code"].eq("TEXT_GARBLED")]
    assert garbled["row_number"].tolist() == [2, 3]
    assert "TEXT_CLEANED" in codes(result, 1)


def test_a_text_beyond_its_length_is_cut_and_told(checked):
    result = checked("nom\n" + "a" * 400 + "\n")
    assert len(record(result)["name"]) == 300
    assert codes(result, 1) >= {"TEXT_CUT"}


def test_contacts_have_one_form_or_none(checked):
    result = checked(
        "nom;tél;courriel;site web;cp;bce\n"
        "A;02/555.12.34;Info@A.be;www.a.be;B-1030;BE 0878.065.378\n"
        "B;demander;a at b;javascript:alert(1);103;0878.065.379\n"
    )
    good, bad = record(result), record(result, 1)
    assert [good[f] for f in ("phone", "email", "website", "postcode", "enterprise_number")] == [
        "+3225551234", "info@a.be", "https://www.a.be", "1030", "0878065378",
    ]  # fmt: skip
    assert [bad[f] for f in ("phone", "email", "website", "postcode", "enterprise_number")] == [None] * 5
    assert codes(result, 2) >= {
        "PHONE_INVALID", "EMAIL_INVALID", "WEBSITE_INVALID", "POSTCODE_INVALID", "ENTERPRISE_NUMBER_INVALID",
    }  # fmt: skip
    assert bad["extras"] == {}


def test_an_address_of_one_line_is_taken_apart(checked):
    result = checked('nom,adresse\nA,"Rue Achille Detienne, 4A - 1030 Schaerbeek"\nB,Grand-Place\n')
    parts = ("street", "house_number", "postcode", "municipality")
    assert [record(result)[part] for part in parts] == ["Rue Achille Detienne", "4A", "1030", "Schaerbeek"]
    assert [record(result, 1)[part] for part in parts] == ["Grand-Place", None, None, None]


def test_dates_are_read_and_others_kept_as_text(checked):
    result = checked("nom;création;fin\nA;2018;01/03/2019\nB;printemps;\nC;2019-05-01;2018\n")
    assert str(record(result)["founded_on"]) == "2018-01-01"
    assert str(record(result)["ended_on"]) == "2019-03-01"
    assert record(result, 1)["extras"] == {"création": "printemps"}
    assert (record(result, 2)["ended_on"], record(result, 2)["extras"]) == (None, {"fin": "2018-01-01"})
    assert "DATE_UNREADABLE" in codes(result, 2)
    assert "DATES_REVERSED" in codes(result, 3)


def test_categories_and_resources_have_codes_and_keep_the_partners_word(checked):
    result = checked(
        "nom;catégorie;offres;besoins;mutualisations;type de mutualisation;depuis\n"
        "A;Repair Café;Lieux | compétences;gereedschap;Remorque|Salle;outils|lieux;2018|\n"
        "B;licorne;câlins;;Remorque|Salle;outils;2018\n"
    )
    first, second = record(result), record(result, 1)
    assert (first["category"], first["category_raw"]) == ("repair", "Repair Café")
    assert (first["offers"], first["needs"]) == (["place", "skills"], ["tools"])
    assert first["participations"] == [
        {"title": "Remorque", "resource_kind": "tools", "since": "2018-01-01"},
        {"title": "Salle", "resource_kind": "place", "since": None},
    ]
    assert (second["category"], second["category_raw"], second["offers"]) == ("other", "licorne", [])
    assert [item["resource_kind"] for item in second["participations"]] == [None, None]
    assert second["extras"]["offres"] == "câlins"
    assert codes(result, 2) >= {"CATEGORY_UNKNOWN", "RESOURCE_KIND_UNKNOWN", "PARTICIPATION_UNEVEN"}


def test_what_comes_out_for_correction_cannot_run_and_comes_back_the_same(checked):
    wild = "=cmd|' /C calc'!A0"
    text = f'id;{HEADER};remarque\n=1+1;;50;4;"{wild}"\n+2;;50;4;\'tis\n@3;;50;4;\n'
    result = checked(text)
    out = set_aside_csv(result.set_aside)
    rows = list(csv.reader(io.StringIO(out.decode("utf-8-sig"))))
    assert rows[0][:3] == ["_row", "_codes", "_fix"]
    assert not [cell for row in rows[1:] for cell in row if cell.startswith(("=", "+", "-", "@"))]
    again = checked(out)
    assert again.set_aside["remarque"].tolist()[0] == wild
    assert again.rows_in == 3
    mended = checked(out.decode("utf-8-sig").replace(",,50,4,", ",Nom,50.85,4.35,").encode())
    assert mended.frame["partner_key"].tolist() == ["=1+1", "+2", "@3"]
    assert mended.frame["extras"].tolist()[0] == {"remarque": wild}


def test_notices_never_quote_a_value(checked):
    result = checked("nom;courriel de contact;téléphone\nA;secret-token at x;secret-token\n")
    assert "secret-token" not in result.notices.to_csv()
    assert set(result.notices.columns) == {"code", "severity", "row_number", "column"}


def test_the_summary_counts_rows_and_names_the_first(checked):
    summary = summarise(checked("nom;cp\n" + "A;x\n" * 7 + ";1000\n").notices)
    line = summary[summary["code"].eq("POSTCODE_INVALID")].iloc[0]
    assert (line["rows"], line["first_rows"], line["column"]) == (7, [1, 2, 3, 4, 5], "cp")
    assert summary["severity"].iloc[0] == Severity.ERROR


def test_the_page_of_notices_is_up_to_date(request):
    assert (request.config.rootpath / "docs" / "notices.md").read_text("utf-8") == notices_page()
    assert all(f"`{code.value}`" in notices_page() for code in NoticeCode)


CELL = st.text(st.characters(codec="utf-8", exclude_characters='\x00;"\r\n'), max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(*[CELL] * 9), min_size=1, max_size=5))
def test_whatever_is_in_the_cells_the_rows_add_up(checked, rows):
    header = "nom;latitude;longitude;cp;site web;tél;visibilité;consentement jusqu'au;offres"
    text = "\n".join([header, *(";".join(("x" + row[0], *row[1:])) for row in rows)]) + "\n"
    result = checked(text)
    assert result.rows_in == len(rows) == len(result.frame) + len(result.set_aside)
    errors = result.notices[result.notices["severity"].eq("error")]["row_number"]
    assert set(errors) == set(result.set_aside["_row"])


@pytest.mark.parametrize(
    ("column", "date"),
    [("date de création", "2099"), ("opgericht op", "01/03/2099"), ("founded", "2099-05-01")],
)
def test_a_founding_to_come_is_questioned_and_kept(checked, column, date):
    result = checked(f"nom;{column}\nA;{date}\nB;2018\n")
    assert codes(result, 1) >= {"FOUNDED_IN_FUTURE"}
    assert "FOUNDED_IN_FUTURE" not in codes(result, 2)
    assert record(result)["founded_on"].year == 2099
